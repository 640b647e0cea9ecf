import { LRUCache } from 'lru-cache';
import { entryBytes, textBytes } from '../../domain/entry-size.js';
import { type Reading, type ReadWish } from './cache-entry.js';
import { KeptReading } from './read-report.js';
import { type Elsewhere } from './shared-tier.js';

/** Of an object's shape, a number or a reference. */
const slotBytes = 16;
/** Of an error, beside its own properties: its stack above all. */
const errorBytes = 1600;

/** How much memory plain data takes, estimated: seldom less than it really takes, and up to twice as much. */
export function roughBytes(value: unknown): number {
  if (typeof value === 'string') return textBytes(value);
  if (typeof value !== 'object' || value === null) return slotBytes;
  let sum = value instanceof Error ? errorBytes : slotBytes;
  for (const name in value) sum += roughBytes((value as Readonly<Record<string, unknown>>)[name]);
  return sum;
}

/** Of an entry, beside its value and its key. */
const readingBytes = entryBytes + 100;

/** How a kind of answer is kept. */
export interface KeptReadingsOptions<V> {
  readonly now: () => number;
  /** False: nothing is kept. */
  readonly isOn: boolean;
  readonly maximumEntries: number;
  readonly maximumBytes: number;
  readonly freshMs: (reading: Reading<V>, key: string) => number;
  /** How old it may be to stand in for one that can't be had. */
  readonly oldestMs: (value: V) => number;
  /** Told of every reading that is newer than what is kept, also where nothing is. */
  readonly onKept?: (reading: Reading<V>) => void;
}

/** The newest reading of each thing of one kind, for the whole process, and how good it still is. */
export class KeptReadings<V extends object> {
  readonly #options: KeptReadingsOptions<V>;
  readonly #kept: LRUCache<string, Reading<V>>;

  constructor(options: KeptReadingsOptions<V>) {
    this.#options = options;
    this.#kept = new LRUCache({
      max: options.maximumEntries,
      maxSize: options.maximumBytes,
      sizeCalculation: ({ value }, key) => readingBytes + roughBytes(value) + textBytes(key),
    });
  }

  /** How much is kept, roughly. */
  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#kept.size, bytes: this.#kept.calculatedSize };
  }

  /** What is kept under a key and is not too old to be given; what is as good as new never is. */
  peek(key: string): Reading<V> | undefined {
    const kept = this.#kept.get(key);
    if (!kept) return undefined;
    return this.ageMs(kept) <= this.#options.oldestMs(kept.value) ? kept : this.fresh(key);
  }

  /** What is kept under a key and is as good as new. */
  fresh(key: string): Reading<V> | undefined {
    const kept = this.#kept.get(key);
    return kept && this.isFresh(kept, key) ? kept : undefined;
  }

  /** For how long what is kept under a key is as good as new; undefined where it is not the reading of this number. */
  freshForMs(key: string, order: number): number | undefined {
    const fresh = this.fresh(key);
    return fresh?.order === order ? this.leftMs(fresh, key) : undefined;
  }

  /** What is kept under a key, as a part of an answer that is read with other things. */
  give(key: string, { report }: ReadWish): Reading<V> | undefined {
    const kept = this.peek(key);
    if (!kept) return undefined;
    report.freshForMs = Math.min(report.freshForMs, this.leftMs(kept, key));
    report.used.also(new KeptReading(this, key, kept.order));
    return kept;
  }

  /** Keeps a reading that came with another; an older one never replaces a newer. */
  keep(key: string, reading: Reading<V>): void {
    if (this.orderOf(key) >= reading.order) return;
    if (this.#options.isOn) this.#kept.set(key, reading);
    this.#options.onKept?.(reading);
  }

  /** Takes what is known elsewhere, where that is newer. */
  protected take(key: string, { reading, outdatedOrder }: Elsewhere<V>): void {
    const kept = this.#kept.get(key);
    if (kept && kept.order <= outdatedOrder && !kept.isOutdated)
      this.#kept.set(key, { ...kept, isOutdated: true });
    if (!reading) return;
    if (!reading.isOutdated) this.keep(key, reading);
    else if (!kept || kept.order < reading.order) this.#kept.set(key, reading); // nobody is shown it as news
  }

  /** Marks what a write may have changed: the next read asks anew. */
  outdate(isChanged: (key: string) => boolean = () => true): void {
    for (const [key, kept] of [...this.#kept.entries()])
      if (isChanged(key)) this.#kept.set(key, { ...kept, isOutdated: true });
  }

  /** Keeps nothing of what was read. */
  clear(): void {
    this.#kept.clear();
  }

  /** Whether a reading of what is under a key is as good as new. */
  protected isFresh(reading: Reading<V>, key: string): boolean {
    return !reading.isOutdated && this.ageMs(reading) <= this.#options.freshMs(reading, key);
  }

  /** For how long it still is. */
  protected leftMs(reading: Reading<V>, key: string): number {
    return reading.isOutdated ? 0 : Math.max(0, this.#options.freshMs(reading, key) - this.ageMs(reading));
  }

  protected ageMs({ readAtMs }: Reading<V>): number {
    return this.#options.now() - readAtMs;
  }

  /** The number of what is kept under a key; -1 where nothing is. */
  protected orderOf(key: string): number {
    return this.#kept.get(key)?.order ?? -1;
  }
}
