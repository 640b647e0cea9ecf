import { OrderDirection } from '../../../domain/lists/list-query.js';

/**
 * Longest sort key, in UTF-16 code units. Cursors contain the sort key, and the API document does not bound names. Rows whose
 * names differ only beyond this length count as rows with equal sort keys.
 */
export const maximumSortKeyLength = 200;

/** Compares two sort keys in the direction of a list: negative where the first comes before. */
export type CompareKeys = (a: string, b: string) => number;

/** A known order of keys. */
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
 * Finds a known order that these keys are in; undefined if there is none.
 *
 * Times compare as text, since all of them are in UTC and of one length. The API document does not say whether the upstream
 * compares names with regard to case, so the order is inferred from the rows themselves.
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

const time = /^\d{4}-\d\d-\d\dT/;

/** True if two keys are certainly in the wrong order. Names may be in an order that is not known; times are not. */
export function areOutOfOrder(a: string | null, b: string | null, direction: OrderDirection | null): boolean {
  if (a === null || b === null || direction === null || !time.test(a) || !time.test(b)) return false;
  return direction === OrderDirection.ASC ? a > b : a < b;
}

/** True if some known order treats two keys as equal. Two unknown keys count as equal. */
export function mayBeEqual(a: string | null, b: string | null): boolean {
  if (a === b) return true;
  return a !== null && b !== null && orders.some(({ compare }) => compare(a, b) === 0);
}
