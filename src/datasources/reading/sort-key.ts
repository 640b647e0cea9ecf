import { OrderDirection } from '../../domain/order.js';

/** Compares two sort keys in the direction of a list: negative where the first comes before. */
export type CompareKeys = (a: string, b: string) => number;

const byCodeUnit: CompareKeys = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const byLetter: CompareKeys = (a, b) => byCodeUnit(a.toLowerCase(), b.toLowerCase());

/**
 * The comparison that explains the order in which the upstream gave these keys, or undefined where none does.
 *
 * Moments compare as text, since all are in UTC and of one length. How the upstream compares names (with or
 * without regard to case) is not documented: what its own rows show is believed.
 *
 * @param keys in the order of the list.
 */
export function explainOrder(keys: readonly string[], direction: OrderDirection): CompareKeys | undefined {
  const sign = direction === OrderDirection.ASC ? 1 : -1;
  const directed = [byLetter, byCodeUnit].map(
    (compare): CompareKeys =>
      (a, b) =>
        sign * compare(a, b),
  );
  return directed.find((compare) =>
    keys.every((key, index) => index === 0 || compare(keys[index - 1] ?? key, key) <= 0),
  );
}
