import { OrderDirection } from '../../domain/list-query.js';

/**
 * How much of a value counts as the sort key: cursors hold it, and the document bounds no name. Rows that differ behind that
 * are taken to share a key, as others do.
 */
export const maximumSortKeyLength = 200;

/** Compares two sort keys in the direction of a list: negative where the first comes before. */
export type CompareKeys = (a: string, b: string) => number;

/** A way to order keys. */
export interface KeyOrder {
  readonly name: string;
  readonly compare: CompareKeys;
}

const byCodeUnit: CompareKeys = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

const orders: readonly KeyOrder[] = [
  { name: 'by letter', compare: (a, b) => byCodeUnit(a.toLowerCase(), b.toLowerCase()) },
  { name: 'by code unit', compare: byCodeUnit },
];

/**
 * The order that explains how the upstream gave these keys, or undefined where none does.
 *
 * Moments compare as text, since all are in UTC and of one length. How the upstream compares names (with or
 * without regard to case) is not documented: what its own rows show is believed, for as long as they show it.
 *
 * @param keys in the order of the list.
 */
export function explainOrder(keys: readonly string[], direction: OrderDirection): KeyOrder | undefined {
  const sign = direction === OrderDirection.ASC ? 1 : -1;
  return orders
    .map(({ name, compare }): KeyOrder => ({ name, compare: (a, b) => sign * compare(a, b) }))
    .find(({ compare }) =>
      keys.every((key, index) => index === 0 || compare(keys[index - 1] ?? key, key) <= 0),
    );
}

/** True where no known order tells two keys apart; two unknown keys are taken to be equal. */
export function mayBeEqual(a: string | null, b: string | null): boolean {
  if (a === b) return true;
  return a !== null && b !== null && orders.some(({ compare }) => compare(a, b) === 0);
}
