import { LRUCache } from 'lru-cache';
import { entryBytes, textBytes, upToEntries } from '../../domain/entries.js';
import {
  type FoundReading,
  type ReadingClaim,
  type ReadingPlace,
  type SharedReadings,
  type StoredReading,
} from './shared-readings.js';

/** What was read before a change is gone long before the mark of the change is. */
const markTtlMs = 2 * 3_600_000;
const maximumMarks = 100_000;
/** A process that died while it was reading is waited for no longer. */
const claimTtlMs = 3000;
const maximumClaims = 10_000;
/** Of one reading. */
const maximumCharactersOfOne = 1_000_000;
/** Of an entry, beside its texts. */
const readingBytes = entryBytes + 120;

/** Readings in the memory of a process that keeps them for others; past what it may hold, the oldest go first. */
export class MemoryReadings implements SharedReadings {
  readonly #readings: LRUCache<string, StoredReading>;
  readonly #claims: LRUCache<string, { readonly order: number; readonly token: string }>;
  readonly #outdated: LRUCache<string, number>;
  readonly #forgotten: LRUCache<string, number>;
  #order = 0;
  /** What was begun to be read up to then is not believed: the mark of a change has gone, or everything was forgotten. */
  #allForgottenOrder = -1;

  /**
   * @param now milliseconds of a clock that is never set back.
   * @param maximumBytes of all readings together.
   */
  constructor(now: () => number, maximumBytes: number) {
    const clock = { ttlResolution: 0, perf: { now } };
    this.#readings = new LRUCache({
      ...clock,
      maxSize: maximumBytes,
      sizeCalculation: ({ text }, key) => readingBytes + textBytes(text) + textBytes(key),
    });
    this.#claims = new LRUCache({ ...clock, ...upToEntries(maximumClaims), ttl: claimTtlMs });
    const dispose = (order: number, _scope: string, reason: LRUCache.DisposeReason): void => {
      if (reason === 'evict') this.#allForgottenOrder = Math.max(this.#allForgottenOrder, order);
    };
    const marks = { ...clock, ...upToEntries(maximumMarks), ttl: markTtlMs, dispose };
    this.#outdated = new LRUCache(marks);
    this.#forgotten = new LRUCache(marks);
  }

  find(places: readonly ReadingPlace[]): Promise<readonly FoundReading[]> {
    return Promise.resolve(places.map((place) => this.#found(place)));
  }

  keep(
    readings: readonly (StoredReading & { readonly key: string; readonly ttlMs: number })[],
  ): Promise<void> {
    for (const { key, ttlMs, ...reading } of readings) {
      if (reading.text.length > maximumCharactersOfOne || ttlMs < 1) continue;
      if ((this.#readings.get(key)?.order ?? -1) < reading.order)
        this.#readings.set(key, reading, { ttl: Math.floor(ttlMs) });
    }
    return Promise.resolve();
  }

  claim(
    { key, scope }: ReadingPlace,
    token: string,
    { proposed, seen }: { readonly proposed: number; readonly seen: number },
  ): Promise<ReadingClaim> {
    const order = this.#next(proposed);
    if ((this.#readings.get(key)?.order ?? -1) > seen) return Promise.resolve({ order, outcome: 'newer' });
    const marked = Math.max(this.#outdated.get(scope) ?? -1, this.#forgottenOrder(scope));
    // Who began before a write reads what nobody wants any more.
    if ((this.#claims.get(key)?.order ?? -1) > marked) return Promise.resolve({ order, outcome: 'taken' });
    this.#claims.set(key, { order, token });
    return Promise.resolve({ order, outcome: 'ours' });
  }

  renew({ key }: ReadingPlace, token: string): Promise<void> {
    const claim = this.#claims.get(key);
    if (claim?.token === token) this.#claims.set(key, claim);
    return Promise.resolve();
  }

  release({ key }: ReadingPlace, token: string): Promise<void> {
    if (this.#claims.get(key)?.token === token) this.#claims.delete(key);
    return Promise.resolve();
  }

  outdate(scopes: readonly string[], proposed: number, isForgotten = false): Promise<number> {
    const order = this.#next(proposed);
    for (const scope of scopes) (isForgotten ? this.#forgotten : this.#outdated).set(scope, order);
    return Promise.resolve(order);
  }

  /** Outdates all that there is, and has none of it stand in. */
  forgetAll(): Promise<void> {
    this.#allForgottenOrder = this.#next(0);
    return Promise.resolve();
  }

  #found({ key, scope }: ReadingPlace): FoundReading {
    const forgotten = this.#forgottenOrder(scope);
    const reading = this.#readings.get(key);
    return {
      reading: reading && reading.order > forgotten ? reading : undefined,
      outdatedOrder: Math.max(this.#outdated.get(scope) ?? -1, forgotten),
      isBeingRead: this.#claims.has(key),
    };
  }

  #forgottenOrder(scope: string): number {
    return Math.max(this.#forgotten.get(scope) ?? -1, this.#allForgottenOrder);
  }

  /** The next order: after every one given out before, whosever clock is ahead. */
  #next(proposed: number): number {
    this.#order = Math.max(proposed, this.#order + 1);
    return this.#order;
  }
}
