/**
 * Options of an `LRUCache` with a maximum number of entries that allocates memory as it fills. The option `max` allocates
 * everything at once: 5 MB for 200,000 entries.
 */
export function entryLimit(maximum: number): {
  readonly maxSize: number;
  readonly sizeCalculation: () => number;
} {
  return { maxSize: maximum, sizeCalculation: () => 1 };
}

/** Bytes of an `LRUCache` entry beyond its key and value: its place in the map, the order and the timers. */
export const entryBytes = 200;

/** Characters for which V8 stores a string with two bytes per character. */
const beyondLatin1 = /[\u0100-\uffff]/;

/** Bytes of a string in memory. */
export function textBytes(text: string): number {
  return 24 + text.length * (beyondLatin1.test(text) ? 2 : 1);
}
