/** A whole number that some layers write as text. Null and empty text are no zero: they say nothing. */
export function integerOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}

/** The largest number that GraphQL's `Int` holds. */
export const maximumInt = 2 ** 31 - 1;
