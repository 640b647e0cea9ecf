import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FoundEntry, type SharedTierStore } from '../state/shared-tier-store.js';
import { type CacheEntry } from './cache-entry.js';
import { entryFormat, type EntrySerializer } from './entry-serializer.js';
import { type HybridClock } from './hybrid-clock.js';

/** How one kind of answer is shared with the account's other gateways. */
export interface SharedTierOptions<V> {
  readonly store: SharedTierStore;
  readonly clock: HybridClock;
  /** Tells the keys of one kind from those of another. */
  readonly kind: string;
  /** What a write names that changes what is under a key. */
  readonly scopeOf: (key: string) => string;
  readonly serializer: EntrySerializer<V>;
  /** How long a reading may be of use to anybody. */
  readonly ttlMs: (value: V) => number;
  /** How long to wait for what another gateway is reading before it is read here too. */
  readonly waitMs: number;
}

/** What is known elsewhere of one thing. */
export interface RemoteEntry<V> {
  readonly entry: CacheEntry<V> | undefined;
  /** Readings up to this version may be from before a write. */
  readonly invalidatedVersion: number;
}

/** How a read is made once for all gateways. */
export interface OnceOptions<V> {
  /** The version of what will not do; -1 where there is nothing. */
  readonly seen: number;
  /** False where a reading that another gateway has begun will not do, or can't be waited for. */
  readonly maySettle: boolean;
  readonly isFresh: (reading: CacheEntry<V>) => boolean;
  /** Reads it from the upstream, under this version where one is given. */
  readonly read: (version: number | undefined) => Promise<CacheEntry<V>>;
}

/** A reading that is under way elsewhere is looked for at intervals that grow, in milliseconds. */
const [firstLookMs, longestLookMs] = [25, 100];
/** A claim is renewed well before the few seconds that it holds are over. */
const renewEveryMs = 1000;

/** What the account's gateways have read of one kind, and read now: found, shared, and read once together. */
export class SharedTier<V> {
  readonly #options: SharedTierOptions<V>;
  readonly #looks = new Map<string, Promise<RemoteEntry<V>>>();

  constructor(options: SharedTierOptions<V>) {
    this.#options = options;
  }

  /** What any gateway has read; of those who ask at once, one looks. */
  async find(key: string): Promise<RemoteEntry<V>> {
    const underWay = this.#looks.get(key);
    if (underWay) return underWay;
    const look = this.#find(key).finally(() => this.#looks.delete(key));
    this.#looks.set(key, look);
    return look;
  }

  /** What any gateway has read of several things. */
  async findAll(keys: readonly string[]): Promise<readonly RemoteEntry<V>[]> {
    if (keys.length === 0) return [];
    const found = await this.#options.store.get(keys.map((key) => this.#placeOf(key)));
    return found.map((one) => this.#elsewhere(one));
  }

  /** Lets the other gateways find readings. */
  share(readings: readonly (readonly [key: string, reading: CacheEntry<V>])[]): void {
    const { store, serializer: text, ttlMs } = this.#options;
    void store.set(
      readings.map(([key, { value, readAtMs, version }]) => ({
        key: this.#placeOf(key).key,
        version,
        readAtMs,
        text: text.serialize(value),
        ttlMs: ttlMs(value),
      })),
    );
  }

  /**
   * Reads, unless another gateway is at it: then what that one reads is waited for, for a time.
   * @returns the reading, and whether it was another's.
   */
  async once(
    key: string,
    { seen, maySettle, isFresh, read }: OnceOptions<V>,
  ): Promise<{ readonly reading: CacheEntry<V>; readonly isElsewhere: boolean }> {
    const { store, clock, waitMs } = this.#options;
    const place = this.#placeOf(key);
    const token = randomUUID();
    const untilMs = performance.now() + waitMs;
    for (let tooOld = seen; ;) {
      const { version, outcome } = await store.acquireLease(place, token, {
        proposed: clock.next(),
        seen: tooOld,
      });
      if (version !== undefined) clock.observe(version);
      if (outcome === 'ours' && version !== undefined)
        return { reading: await this.#ours(key, token, () => read(version)), isElsewhere: false };
      const isWaiting = maySettle && outcome !== 'ours' && performance.now() < untilMs;
      if (!isWaiting) return { reading: await this.#shared(key, version, read), isElsewhere: false };
      if (outcome === 'taken') await this.#landed(key, untilMs);
      const { entry: reading } = await this.find(key);
      if (reading && reading.version > tooOld && isFresh(reading)) return { reading, isElsewhere: true };
      // What is newer but won't do will do no better the next time.
      if (outcome === 'newer') tooOld = Math.max(tooOld, reading?.version ?? tooOld);
    }
  }

  /** Waits until what another gateway reads is there, or it has given up. */
  async #landed(key: string, untilMs: number): Promise<void> {
    const place = this.#placeOf(key);
    for (
      let pauseMs = firstLookMs;
      performance.now() < untilMs;
      pauseMs = Math.min(pauseMs * 2, longestLookMs)
    ) {
      await sleep(pauseMs, undefined, { ref: false });
      const [found] = await this.#options.store.get([place]);
      if (!found?.isInFlight) return;
    }
  }

  async #ours(key: string, token: string, read: () => Promise<CacheEntry<V>>): Promise<CacheEntry<V>> {
    const { store } = this.#options;
    const place = this.#placeOf(key);
    const renewing = setInterval(() => void store.renewLease(place, token), renewEveryMs).unref();
    try {
      const reading = await read();
      this.share([[key, reading]]);
      return reading;
    } finally {
      clearInterval(renewing);
      void store.releaseLease(place, token);
    }
  }

  async #shared(
    key: string,
    version: number | undefined,
    read: OnceOptions<V>['read'],
  ): Promise<CacheEntry<V>> {
    const reading = await read(version);
    // Without an version of the store's nobody could tell it from what was read before a write.
    if (version !== undefined) this.share([[key, reading]]);
    return reading;
  }

  async #find(key: string): Promise<RemoteEntry<V>> {
    const [found] = await this.findAll([key]);
    return found ?? { entry: undefined, invalidatedVersion: -1 };
  }

  #elsewhere({ entry: stored, invalidatedVersion: invalidatedVersion }: FoundEntry): RemoteEntry<V> {
    const { clock, serializer: text } = this.#options;
    clock.observe(Math.max(invalidatedVersion, stored?.version ?? -1));
    if (!stored) return { entry: undefined, invalidatedVersion: invalidatedVersion };
    const { version, readAtMs } = stored;
    const isInvalidated = version <= invalidatedVersion;
    const value = text.parse(stored.text);
    const reading = value && { value, version, readAtMs, ...(isInvalidated && { isInvalidated }) };
    return { entry: reading, invalidatedVersion: invalidatedVersion };
  }

  #placeOf(key: string) {
    const { kind, scopeOf } = this.#options;
    return { key: `${kind}${entryFormat}:${key}`, scope: scopeOf(key) };
  }
}
