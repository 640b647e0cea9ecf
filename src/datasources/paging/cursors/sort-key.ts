import { OrderDirection } from '../../../domain/lists/list-query.js';

/**
 * Longest sort key, in UTF-16 code units. Cursors contain the sort key, and the API document does not bound names. Rows whose
 * names differ only beyond this length count as rows with equal sort keys.
 */
export const maximumSortKeyLength = 200;

/** Compares two sort keys in the direction of a list: negative where the first comes before, 0 where that is not known. */
export type CompareKeys = (a: string, b: string) => number;

const byCodeUnit: CompareKeys = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const byCodePoint: CompareKeys = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const collator = new Intl.Collator('en');
/** As databases compare text without regard to case and accents. */
const baseCollator = new Intl.Collator('en', { sensitivity: 'base' });

/** Orders that an upstream may have. */
const orders: readonly CompareKeys[] = [
  (a, b) => byCodeUnit(a.toLowerCase(), b.toLowerCase()),
  (a, b) => byCodeUnit(a.toUpperCase(), b.toUpperCase()), // '_' comes after letters
  byCodeUnit,
  byCodePoint, // also that of UTF-8 bytes
  collator.compare,
  baseCollator.compare,
];

/**
 * Finds the order that these keys are in.
 *
 * Times compare as text, since all of them are in UTC and of one length. The API document does not say how the upstream compares
 * names, so the order is inferred from the rows themselves. Few rows are in several orders at once: what those do not agree on is
 * not known.
 *
 * @param keys in the order of the list.
 * @returns undefined if they are in no known order.
 */
export function explainOrder(keys: readonly string[], direction: OrderDirection): CompareKeys | undefined {
  const sign = direction === OrderDirection.ASC ? 1 : -1;
  const possible = keys.every((key) => time.test(key)) ? [byCodeUnit] : orders;
  const found = possible.filter((compare) =>
    keys.every((key, index) => index === 0 || sign * compare(keys[index - 1] ?? key, key) <= 0),
  );
  if (found.length === 0) return undefined;
  return (a, b) => {
    const signs = new Set(found.map((compare) => Math.sign(compare(a, b))));
    return signs.size === 1 ? sign * ([...signs][0] ?? 0) : 0;
  };
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
  if (a === null || b === null || (time.test(a) && time.test(b))) return false;
  return orders.some((compare) => compare(a, b) === 0);
}
