/**
 * The size of an LRU cache of so many entries that takes its memory as it fills. With `max` it takes all of it at once:
 * 5 MB for 200,000 entries that may never come.
 */
export function entryLimit(maximum: number): {
  readonly maxSize: number;
  readonly sizeCalculation: () => number;
} {
  return { maxSize: maximum, sizeCalculation: () => 1 };
}

/** What an entry of an `LRUCache` takes beside its key and its value: its place in the map, in the order and in time. */
export const entryBytes = 200;

/** What V8 stores with two bytes for each character of its text. */
const beyondLatin1 = /[\u0100-\uffff]/;

/** What a text takes. */
export function textBytes(text: string): number {
  return 24 + text.length * (beyondLatin1.test(text) ? 2 : 1);
}
