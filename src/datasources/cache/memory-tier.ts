import { LRUCache } from 'lru-cache';
import { entryBytes, textBytes } from '../../domain/entry-size.js';
import { type CacheEntry } from './cache-entry.js';

/** Bytes of an object's header, of a number or of a reference. */
const slotBytes = 16;
/** Bytes of an error besides its own properties, mainly its stack. */
const errorBytes = 1600;

/** Estimates the memory of plain data in bytes. The estimate is rarely too low, and at most twice too high. */
export function estimateBytes(value: unknown): number {
  if (typeof value === 'string') return textBytes(value);
  if (typeof value !== 'object' || value === null) return slotBytes;
  let sum = value instanceof Error ? errorBytes : slotBytes;
  for (const name in value) sum += estimateBytes((value as Readonly<Record<string, unknown>>)[name]);
  return sum;
}

/** Bytes of a cache entry besides its value and its key. */
const overheadBytes = entryBytes + 100;

/** Bounds of a memory tier; the least recently used entries are evicted first. */
interface MemoryTierOptions {
  readonly maximumEntries: number;
  readonly maximumBytes: number;
}

/** First tier of the cache: the newest entry of each key, in the memory of this process. */
export class MemoryTier<V extends object> {
  readonly #entries: LRUCache<string, CacheEntry<V>>;
  readonly #maximumEntries: number;

  constructor({ maximumEntries, maximumBytes }: MemoryTierOptions) {
    this.#maximumEntries = maximumEntries; // the cache's own `max` would allocate room for all of them at once
    this.#entries = new LRUCache({
      maxSize: maximumBytes,
      sizeCalculation: ({ value }, key) => overheadBytes + estimateBytes(value) + textBytes(key),
    });
  }

  /** Number of entries, and their estimated memory. */
  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#entries.size, bytes: this.#entries.calculatedSize };
  }

  get(key: string): CacheEntry<V> | undefined {
    return this.#entries.get(key);
  }

  /** All entries, the most recently used first. Reading them does not count as use. */
  entries(): Iterable<[key: string, entry: CacheEntry<V>]> {
    return this.#entries.entries();
  }

  set(key: string, entry: CacheEntry<V>): void {
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#maximumEntries) this.#entries.pop();
  }

  /** Marks entries that a write may have changed. */
  invalidate(isAffected: (key: string) => boolean): void {
    for (const [key, entry] of [...this.#entries.entries()])
      if (isAffected(key)) this.#entries.set(key, { ...entry, isInvalidated: true });
  }

  clear(): void {
    this.#entries.clear();
  }
}
