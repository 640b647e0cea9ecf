import { LRUCache } from 'lru-cache';
import { entryBytes, textBytes } from '../../domain/entry-size.js';
import { type CacheEntry, type ReadOptions } from './cache-entry.js';
import { EntryReference } from './read-report.js';
import { type RemoteEntry } from './shared-tier.js';

/** Of an object's shape, a number or a reference. */
const slotBytes = 16;
/** Of an error, beside its own properties: its stack above all. */
const errorBytes = 1600;

/** How much memory plain data takes, estimated: seldom less than it really takes, and up to twice as much. */
export function estimateBytes(value: unknown): number {
  if (typeof value === 'string') return textBytes(value);
  if (typeof value !== 'object' || value === null) return slotBytes;
  let sum = value instanceof Error ? errorBytes : slotBytes;
  for (const name in value) sum += estimateBytes((value as Readonly<Record<string, unknown>>)[name]);
  return sum;
}

/** Of an entry, beside its value and its key. */
const readingBytes = entryBytes + 100;

/** How a kind of answer is kept. */
export interface MemoryTierOptions<V> {
  readonly now: () => number;
  /** False: nothing is kept. */
  readonly isEnabled: boolean;
  readonly maximumEntries: number;
  readonly maximumBytes: number;
  readonly freshMs: (reading: CacheEntry<V>, key: string) => number;
  /** How old it may be to stand in for one that can't be had. */
  readonly maxStaleMs: (value: V) => number;
  /** Told of every reading that is newer than what is kept, also where nothing is. */
  readonly onNewer?: (reading: CacheEntry<V>) => void;
}

/** The newest reading of each thing of one kind, for the whole process, and how good it still is. */
export class MemoryTier<V extends object> {
  readonly #options: MemoryTierOptions<V>;
  readonly #kept: LRUCache<string, CacheEntry<V>>;

  constructor(options: MemoryTierOptions<V>) {
    this.#options = options;
    this.#kept = new LRUCache({
      max: options.maximumEntries,
      maxSize: options.maximumBytes,
      sizeCalculation: ({ value }, key) => readingBytes + estimateBytes(value) + textBytes(key),
    });
  }

  /** How much is kept, roughly. */
  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#kept.size, bytes: this.#kept.calculatedSize };
  }

  /** What is kept under a key and is not too old to be given; what is as good as new never is. */
  peek(key: string): CacheEntry<V> | undefined {
    const kept = this.#kept.get(key);
    if (!kept) return undefined;
    return this.ageMs(kept) <= this.#options.maxStaleMs(kept.value) ? kept : this.fresh(key);
  }

  /** What is kept under a key and is as good as new. */
  fresh(key: string): CacheEntry<V> | undefined {
    const kept = this.#kept.get(key);
    return kept && this.isFresh(kept, key) ? kept : undefined;
  }

  /** For how long what is kept under a key is as good as new; undefined where it is not the reading of this number. */
  freshForMs(key: string, version: number): number | undefined {
    const fresh = this.fresh(key);
    return fresh?.version === version ? this.leftMs(fresh, key) : undefined;
  }

  /** What is kept under a key, as a part of an answer that is read with other things. */
  useCached(key: string, { report }: ReadOptions): CacheEntry<V> | undefined {
    const kept = this.peek(key);
    if (!kept) return undefined;
    report.freshForMs = Math.min(report.freshForMs, this.leftMs(kept, key));
    report.used.add(new EntryReference(this, key, kept.version));
    return kept;
  }

  /** Keeps a reading that came with another; an older one never replaces a newer. */
  set(key: string, reading: CacheEntry<V>): void {
    if (this.versionOf(key) >= reading.version) return;
    if (this.#options.isEnabled) this.#kept.set(key, reading);
    this.#options.onNewer?.(reading);
  }

  /** Takes what is known elsewhere, where that is newer. */
  protected take(
    key: string,
    { entry: reading, invalidatedVersion: invalidatedVersion }: RemoteEntry<V>,
  ): void {
    const kept = this.#kept.get(key);
    if (kept && kept.version <= invalidatedVersion && !kept.isInvalidated)
      this.#kept.set(key, { ...kept, isInvalidated: true });
    if (!reading) return;
    if (!reading.isInvalidated) this.set(key, reading);
    else if (!kept || kept.version < reading.version) this.#kept.set(key, reading); // nobody is shown it as news
  }

  /** Marks what a write may have changed: the next read asks anew. */
  invalidate(isChanged: (key: string) => boolean = () => true): void {
    for (const [key, kept] of [...this.#kept.entries()])
      if (isChanged(key)) this.#kept.set(key, { ...kept, isInvalidated: true });
  }

  /** Keeps nothing of what was read. */
  clear(): void {
    this.#kept.clear();
  }

  /** Whether a reading of what is under a key is as good as new. */
  protected isFresh(reading: CacheEntry<V>, key: string): boolean {
    return !reading.isInvalidated && this.ageMs(reading) <= this.#options.freshMs(reading, key);
  }

  /** For how long it still is. */
  protected leftMs(reading: CacheEntry<V>, key: string): number {
    return reading.isInvalidated ? 0 : Math.max(0, this.#options.freshMs(reading, key) - this.ageMs(reading));
  }

  protected ageMs({ readAtMs }: CacheEntry<V>): number {
    return this.#options.now() - readAtMs;
  }

  /** The number of what is kept under a key; -1 where nothing is. */
  protected versionOf(key: string): number {
    return this.#kept.get(key)?.version ?? -1;
  }
}
