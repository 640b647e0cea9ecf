/** Values of labels, in the order of their names. */
export type LabelValues<Names extends readonly string[]> = { readonly [Index in keyof Names]: string };

interface Branch<Leaf> {
  readonly branches: Map<string, Branch<Leaf>>;
  leaf: Leaf | undefined;
}

/** Something for each combination of the values of labels, found without making a text of them. */
export class ByLabels<Names extends readonly string[], Leaf> {
  readonly #names: Names;
  readonly #make: () => Leaf;
  readonly #root: Branch<Leaf> = { branches: new Map(), leaf: undefined };
  readonly #all: (readonly [labels: Record<Names[number], string>, leaf: Leaf])[] = [];

  /**
   * @param names of the labels; their values must be of closed sets, since nothing is ever forgotten.
   * @param make makes what belongs to a combination that is new.
   */
  constructor(names: Names, make: () => Leaf) {
    this.#names = names;
    this.#make = make;
  }

  /** All that there are, with their labels. */
  get all(): readonly (readonly [labels: Record<Names[number], string>, leaf: Leaf])[] {
    return this.#all;
  }

  /** What belongs to these values. */
  at(values: LabelValues<Names>): Leaf {
    let branch = this.#root;
    for (const value of values) branch = branch.branches.get(value) ?? grow(branch, value);
    return (branch.leaf ??= this.#bud(values));
  }

  #bud(values: LabelValues<Names>): Leaf {
    const leaf = this.#make();
    const labels = Object.fromEntries(this.#names.map((name, index) => [name, values[index]]));
    this.#all.push([labels as Record<Names[number], string>, leaf]);
    return leaf;
  }
}

function grow<Leaf>(branch: Branch<Leaf>, value: string): Branch<Leaf> {
  const grown: Branch<Leaf> = { branches: new Map(), leaf: undefined };
  branch.branches.set(value, grown);
  return grown;
}
