/** The largest number that GraphQL's `Int` holds. */
export const maximumInt = 2 ** 31 - 1;

const digits = /^\d+$/;

/** A whole number that some layers write as text. Null and empty text are no zero: they say nothing. */
export function integerOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && digits.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}

/**
 * How many of something there are, at most what GraphQL's `Int` holds: more is clamped, however many digits it has.
 * Undefined for what is no count: negative numbers, fractions, other text.
 */
export function countOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && digits.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !(number >= 0)) return undefined;
  if (number >= maximumInt) return maximumInt;
  return Number.isInteger(number) ? number : undefined;
}
