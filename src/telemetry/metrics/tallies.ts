import { Counter, type Histogram, type Registry } from 'prom-client';

/** Values of labels in the order of the label names. */
type LabelValues<Names extends readonly string[]> = { readonly [Index in keyof Names]: string };

interface Branch<Leaf> {
  readonly branches: Map<string, Branch<Leaf>>;
  leaf: Leaf | undefined;
}

/** A value for each combination of label values; the lookup builds no string. */
class ByLabels<Names extends readonly string[], Leaf> {
  readonly #names: Names;
  readonly #make: () => Leaf;
  readonly #root: Branch<Leaf> = { branches: new Map(), leaf: undefined };
  readonly #all: (readonly [labels: Record<Names[number], string>, leaf: Leaf])[] = [];

  /**
   * @param names names of the labels; their values must be of closed sets, since entries are never removed.
   * @param make creates the value of a new combination.
   */
  constructor(names: Names, make: () => Leaf) {
    this.#names = names;
    this.#make = make;
  }

  /** All values, each with its labels. */
  get all(): readonly (readonly [labels: Record<Names[number], string>, leaf: Leaf])[] {
    return this.#all;
  }

  /** The value of a combination; created on first use. */
  at(values: LabelValues<Names>): Leaf {
    let branch = this.#root;
    for (const value of values) branch = branch.branches.get(value) ?? addBranch(branch, value);
    return (branch.leaf ??= this.#addLeaf(values));
  }

  #addLeaf(values: LabelValues<Names>): Leaf {
    const leaf = this.#make();
    const labels = Object.fromEntries(this.#names.map((name, index) => [name, values[index]]));
    this.#all.push([labels as Record<Names[number], string>, leaf]);
    return leaf;
  }
}

function addBranch<Leaf>(branch: Branch<Leaf>, value: string): Branch<Leaf> {
  const added: Branch<Leaf> = { branches: new Map(), leaf: undefined };
  branch.branches.set(value, added);
  return added;
}

/** Name, help text and labels of a metric. */
interface MetricName<Names extends readonly string[]> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: Names;
}

/** Description of a counter. */
export interface CounterName<Names extends readonly string[]> extends MetricName<Names> {
  /**
   * All values of each label, where they are known: every series starts at 0, since Prometheus sees no increase in one that
   * starts at 1.
   */
  readonly values?: { readonly [Index in keyof Names]: readonly string[] };
}

/**
 * A counter for events of every query. It counts in plain numbers and updates prom-client's counter at each scrape:
 * prom-client checks labels and builds a string on every count, which took a fortieth of a query.
 * @returns a function that counts one event; it takes the label values in the order of the label names.
 */
export function talliedCounter<const Names extends readonly string[]>(
  { name, help, labelNames, values: known }: CounterName<Names>,
  registry: Registry,
): (...values: LabelValues<Names>) => void {
  const tallies = new ByLabels(labelNames, () => ({ pending: 0 }));
  if (known) for (const values of combinations(known)) tallies.at(values as LabelValues<Names>);
  new Counter<Names[number]>({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      for (const [labels, tally] of tallies.all) {
        this.inc(labels, tally.pending);
        tally.pending = 0;
      }
    },
  });
  return (...values) => {
    tallies.at(values).pending += 1;
  };
}

/** Observations with equal labels. */
interface Tally {
  /** Observations by bucket, not cumulative; the last bucket is for values above all bounds. */
  readonly counts: number[];
  sum: number;
}

/** Description of a histogram. */
export interface HistogramName<Names extends readonly string[]> extends MetricName<Names> {
  /** Upper bounds of the buckets, ascending. */
  readonly buckets: readonly number[];
}

/**
 * A histogram for durations of every query, in plain numbers like {@link talliedCounter}. prom-client's histogram can't
 * take counts at a scrape, so this is a metric of its own: a registry accepts any object with a name and a `get`.
 * @returns a function that observes one value; it takes the value, then the label values in the order of the names.
 */
export function talliedHistogram<const Names extends readonly string[]>(
  { name, help, labelNames, buckets }: HistogramName<Names>,
  registry: Registry,
): (value: number, ...values: LabelValues<Names>) => void {
  const tallies = new ByLabels(labelNames, (): Tally => ({ counts: [...buckets, 0].fill(0), sum: 0 }));
  const get = () => {
    const values = tallies.all.flatMap(([labels, tally]) => samplesOf(name, buckets, labels, tally));
    return Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values });
  };
  registry.registerMetric({ name, get } as unknown as Histogram);
  return (value, ...values) => {
    const tally = tallies.at(values);
    const bucket = bucketOf(value, buckets);
    tally.counts[bucket] = (tally.counts[bucket] ?? 0) + 1;
    tally.sum += value;
  };
}

function bucketOf(value: number, buckets: readonly number[]): number {
  let bucket = 0;
  while (bucket < buckets.length && value > (buckets[bucket] ?? Infinity)) bucket += 1;
  return bucket;
}

/** Samples in Prometheus's format, in which buckets are cumulative. */
function samplesOf(
  name: string,
  buckets: readonly number[],
  labels: Readonly<Record<string, string>>,
  { counts, sum }: Tally,
) {
  let count = 0;
  const within = [...buckets, '+Inf'].map((le, index) => {
    count += counts[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count };
  });
  return [
    ...within,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}

/** Every combination of one value of each list. */
function combinations(lists: readonly (readonly string[])[]): string[][] {
  return lists.reduce<string[][]>(
    (begun, values) => begun.flatMap((some) => values.map((value) => [...some, value])),
    [[]],
  );
}
