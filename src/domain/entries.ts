/**
 * The size of an LRU cache of so many entries that takes its memory as it fills. With `max` it takes all of it at once:
 * 5 MB for 200,000 entries that may never come.
 */
export function upToEntries(maximum: number): {
  readonly maxSize: number;
  readonly sizeCalculation: () => number;
} {
  return { maxSize: maximum, sizeCalculation: () => 1 };
}
