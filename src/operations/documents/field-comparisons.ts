import { type DefinitionNode, type DocumentNode, type FieldNode, Kind, type SelectionSetNode } from 'graphql';
import { type Fragments } from '../../schema/selected-fields.js';

/** Comparisons that a document may need; see `needsMoreComparisons`. They take some 50 ms. */
export const maximumComparisons = 30_000;

/** Counts up to the maximum. */
class Budget {
  #left = maximumComparisons;

  get isSpent(): boolean {
    return this.#left < 0;
  }

  spend(comparisons: number): void {
    this.#left -= comparisons;
  }
}

/**
 * Whether the validation of a document would compare more fields than it may. graphql-js compares each two fields of one name whose
 * selections are merged, and each two fragments that are spread there, to find fields that can't be merged: 500 equal fields, or a
 * chain of 300 fragments, would hold the event loop for half a second, until graphql-js itself gives up. The count stops at the
 * maximum, so fragments that double are no more work.
 */
export function needsMoreComparisons({ definitions }: DocumentNode, fragments: Fragments): boolean {
  const all = new Budget();
  // Each definition is compared for itself, also a fragment that nothing uses.
  for (const definition of definitions) countIn(definition, {}, all);
  return (
    all.isSpent ||
    definitions.some((definition) => {
      const expanded = new Budget();
      countIn(definition, fragments, expanded);
      return expanded.isSpent;
    })
  );
}

/** Selections that are merged. */
interface Scope {
  readonly selections: readonly SelectionSetNode[];
  /** Fragments on the way to them: expanded again, one that contains itself would never end. */
  readonly outer: ReadonlySet<string>;
}

/** @param fragments those whose fields count where they are spread. */
function countIn(definition: DefinitionNode, fragments: Fragments, budget: Budget): void {
  if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) return;
  const pending: Scope[] = [{ selections: [definition.selectionSet], outer: new Set() }];
  for (let scope = pending.pop(); scope && !budget.isSpent; scope = pending.pop()) {
    const { fields, spread } = fieldsOf(scope, fragments, budget);
    const outer = spread.size === 0 ? scope.outer : new Set([...scope.outer, ...spread]);
    for (const same of fields.values()) {
      budget.spend(1 + (same.length * (same.length - 1)) / 2);
      const selections = same.flatMap(({ selectionSet }) => selectionSet ?? []);
      if (selections.length > 0) pending.push({ selections, outer });
    }
  }
}

/** Fields by their name in the response, and the fragments that are spread. */
function fieldsOf({ selections, outer }: Scope, fragments: Fragments, budget: Budget) {
  const fields = new Map<string, FieldNode[]>();
  const spread = new Set<string>();
  const pending = [...selections];
  for (let next = pending.pop(); next && !budget.isSpent; next = pending.pop())
    for (const selection of next.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) pending.push(selection.selectionSet);
      else if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const same = fields.get(name);
        if (same) same.push(selection);
        else fields.set(name, [selection]);
      } else if (!spread.has(selection.name.value)) {
        budget.spend(1 + spread.size);
        spread.add(selection.name.value);
        const fragment = outer.has(selection.name.value) ? undefined : fragments[selection.name.value];
        if (fragment) pending.push(fragment.selectionSet);
      }
    }
  return { fields, spread };
}
