import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EntryLocation, type FoundEntry, type SharedTierStore } from '../state/shared-tier-store.js';
import { type CachedResource, type CacheEntry } from './cache-entry.js';
import { entryFormat } from './entry-serializer.js';
import { type HybridClock } from './hybrid-clock.js';

/** Options of the shared tier, the same for all resources of an account. */
export interface SharedTierOptions {
  readonly store: SharedTierStore;
  /** How long to wait for a read of another instance before reading here too, in milliseconds. */
  readonly waitMs: number;
  /** How far the clock of the cache is ahead of the wall clock, by which instances date their entries; milliseconds. */
  readonly aheadMs: () => number;
}

/** Result of a lookup in the shared tier. */
export interface SharedLookup<V> {
  readonly entry: CacheEntry<V> | undefined;
  /** Entries up to this version may predate a write. */
  readonly invalidatedVersion: number;
}

/** Options of a read that instances share. */
interface FetchOnceOptions<V> {
  /** Version of the entry that is not good enough; -1 if there is none. */
  readonly seenVersion: number;
  /** True if a read that another instance has begun is good enough, and can be waited for. */
  readonly mayWait: boolean;
  readonly isFresh: (entry: CacheEntry<V>) => boolean;
  /**
   * Reads from the upstream; the entry gets this lease version if one is given. `release` lets other instances read for themselves
   * before this read has ended.
   */
  readonly fetch: (version: number | undefined, release?: () => void) => Promise<CacheEntry<V>>;
}

/** Properties of a resource that the shared tier depends on. */
type SharedResource<V> = Pick<CachedResource<never, V>, 'kind' | 'scopeOf' | 'serializer' | 'maxStaleMs'>;

/** First and longest interval between lookups for an entry that another instance reads, in milliseconds. */
const [firstPollMs, longestPollMs] = [25, 100];
/** Interval at which a lease is renewed; it lasts a few seconds. */
const renewEveryMs = 1000;

const notFound = { entry: undefined, invalidatedVersion: -1 } as const;

/**
 * Second tier of the cache, for one resource: entries that any instance of the account has read, and single flight across
 * instances. It is optional: if the store does not answer in time, reads continue as if it were empty.
 */
export class SharedTier<V> {
  readonly #resource: SharedResource<V>;
  readonly #clock: HybridClock;
  readonly #store: SharedTierStore;
  readonly #waitMs: number;
  readonly #aheadMs: () => number;
  readonly #lookups = new Map<string, Promise<SharedLookup<V>>>();

  constructor(
    resource: SharedResource<V>,
    clock: HybridClock,
    { store, waitMs, aheadMs }: SharedTierOptions,
  ) {
    this.#resource = resource;
    this.#clock = clock;
    this.#store = store;
    this.#waitMs = waitMs;
    this.#aheadMs = aheadMs;
  }

  /** Looks up one key; concurrent callers share the lookup. */
  async get(key: string): Promise<SharedLookup<V>> {
    const running = this.#lookups.get(key);
    if (running) return running;
    const lookup = this.getAll([key])
      .then((found) => found?.[0] ?? notFound)
      .finally(() => this.#lookups.delete(key));
    this.#lookups.set(key, lookup);
    return lookup;
  }

  /** Looks up several keys at once. @returns undefined if the store does not answer. */
  async getAll(keys: readonly string[]): Promise<readonly SharedLookup<V>[] | undefined> {
    if (keys.length === 0) return [];
    const found = await this.#store.get(keys.map((key) => this.#locationOf(key)));
    return found?.map((one) => this.#parse(one));
  }

  /** Stores entries for the other instances. */
  async set(entries: readonly (readonly [key: string, entry: CacheEntry<V>])[]): Promise<void> {
    const { serializer, maxStaleMs } = this.#resource;
    await this.#store.set(
      entries.map(([key, { value, readAtMs, version, leaseVersion = version }]) => ({
        key: this.#locationOf(key).key,
        version: leaseVersion,
        readAtMs: readAtMs - this.#aheadMs(),
        text: serializer.serialize(value),
        ttlMs: maxStaleMs(value),
      })),
    );
  }

  /**
   * Reads from the upstream, or waits for another instance that is reading the same key.
   * @returns the entry, and whether another instance has read it.
   */
  async fetchOnce(
    key: string,
    { seenVersion, mayWait, isFresh, fetch }: FetchOnceOptions<V>,
  ): Promise<{ readonly entry: CacheEntry<V>; readonly isRemote: boolean }> {
    const location = this.#locationOf(key);
    const token = randomUUID();
    const deadlineMs = performance.now() + this.#waitMs;
    for (let seen = seenVersion; ;) {
      const versions = { proposed: this.#clock.next(), seen };
      const { version, outcome } = await this.#store.acquireLease(location, token, versions);
      if (version !== undefined) this.#clock.observe(version);
      if (outcome === 'acquired' && version !== undefined)
        return {
          entry: await this.#fetchWithLease(key, token, (release) => fetch(version, release)),
          isRemote: false,
        };
      const isWaiting = mayWait && outcome !== 'acquired' && performance.now() < deadlineMs;
      if (!isWaiting) return { entry: await this.#fetchWithoutLease(key, version, fetch), isRemote: false };
      if (outcome === 'held') await this.#untilReleased(key, deadlineMs);
      const { entry } = await this.get(key);
      if (entry && entry.version > seen && isFresh(entry)) return { entry, isRemote: true };
      // A newer entry that is not fresh will not be fresh at the next attempt either.
      if (outcome === 'newer') seen = Math.max(seen, entry?.version ?? seen);
    }
  }

  /** Waits until no other instance reads the key any more. */
  async #untilReleased(key: string, deadlineMs: number): Promise<void> {
    const location = this.#locationOf(key);
    for (
      let pauseMs = firstPollMs;
      performance.now() < deadlineMs;
      pauseMs = Math.min(pauseMs * 2, longestPollMs)
    ) {
      await sleep(pauseMs, undefined, { ref: false });
      const found = await this.#store.get([location]);
      if (!found?.[0]?.isInFlight) return;
    }
  }

  async #fetchWithLease(
    key: string,
    token: string,
    fetch: (release: () => void) => Promise<CacheEntry<V>>,
  ): Promise<CacheEntry<V>> {
    const location = this.#locationOf(key);
    const release = (): void => {
      clearInterval(renewing);
      void this.#store.releaseLease(location, token);
    };
    const renewing = setInterval(() => void this.#store.renewLease(location, token), renewEveryMs).unref();
    try {
      const entry = await fetch(release);
      await this.set([[key, entry]]); // the answer has cursors, which another instance may be asked for next
      return entry;
    } finally {
      release();
    }
  }

  async #fetchWithoutLease(
    key: string,
    version: number | undefined,
    fetch: FetchOnceOptions<V>['fetch'],
  ): Promise<CacheEntry<V>> {
    const entry = await fetch(version);
    // Only a version from the store shows the other instances whether the entry predates a write.
    if (version !== undefined) await this.set([[key, entry]]);
    return entry;
  }

  #parse({ entry: stored, invalidatedVersion }: FoundEntry): SharedLookup<V> {
    this.#clock.observe(Math.max(invalidatedVersion, stored?.version ?? -1));
    if (!stored) return { entry: undefined, invalidatedVersion };
    const { version } = stored;
    const readAtMs = stored.readAtMs + this.#aheadMs();
    const isInvalidated = version <= invalidatedVersion;
    const value = this.#resource.serializer.parse(stored.text);
    const entry = value && { value, version, readAtMs, ...(isInvalidated && { isInvalidated }) };
    return { entry, invalidatedVersion };
  }

  #locationOf(key: string): EntryLocation {
    const { kind, scopeOf } = this.#resource;
    return { key: `${kind}${entryFormat}:${key}`, scope: scopeOf(key) };
  }
}
