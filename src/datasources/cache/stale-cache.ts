import { type ReadOutcome, type ResourceKind } from '../../domain/telemetry.js';
import { type OnQueued } from '../../domain/queued-call.js';
import { UnreadPart } from '../../domain/lists/page.js';
import { withTimeout } from '../../domain/timeout.js';
import { failedBecause } from '../../domain/upstream-failure.js';
import {
  type CachedResource,
  type CacheEntry,
  type CacheEvent,
  type FlightCall,
  type ReadOptions,
} from './cache-entry.js';
import { type HybridClock, maximumSkewMs } from './hybrid-clock.js';
import { MemoryTier } from './memory-tier.js';
import { EntryReference, type ReadReport } from './read-report.js';
import { type SharedLookup, SharedTier, type SharedTierOptions } from './shared-tier.js';
import { type Flight, InFlightReads, SingleFlight } from './single-flight.js';

/** Options of a cache. */
export interface StaleCacheOptions<V, Kind extends ResourceKind = ResourceKind> {
  /** False: nothing is cached, and every read is a call of its own. */
  readonly isEnabled: boolean;
  /** Bound on the estimated memory of the entries, in bytes. */
  readonly maximumBytes: number;
  /** How long a refresh may take before the stale entry is served instead, in milliseconds. */
  readonly softTimeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Gives versions to reads and writes. */
  readonly clock: HybridClock;
  /** Undefined for the only instance of an account. */
  readonly shared?: SharedTierOptions | undefined;
  /** Receives one event for each read that was answered and for each newer entry, also if caching is off. */
  readonly emit: (event: CacheEvent<Kind, V>) => void;
}

/**
 * Stale-while-revalidate cache of one resource, for all requests of the process. Fresh entries are served at once. Stale
 * ones are refreshed, and are served if the refresh fails, is slow, or has to wait for the rate limiter. Concurrent reads
 * of one key share one call, across instances if there is a shared tier.
 */
export class StaleCache<Params, V extends object, Kind extends ResourceKind = ResourceKind> {
  readonly #resource: CachedResource<Params, V, Kind>;
  readonly #options: StaleCacheOptions<V, Kind>;
  readonly #memory: MemoryTier<V>;
  readonly #shared: SharedTier<V> | undefined;
  readonly #flights = new SingleFlight<CacheEntry<V>>();
  /** Flights of reads that need a new entry: a flight of another read may have begun too early for them. */
  readonly #newFlights = new SingleFlight<CacheEntry<V>>();
  readonly #inFlight = new InFlightReads();
  /** Entries that the latest read has not replaced: it failed, or took too long. */
  readonly #notReplaced = new WeakSet<CacheEntry<V>>();

  constructor(resource: CachedResource<Params, V, Kind>, options: StaleCacheOptions<V, Kind>) {
    const { maximumBytes, clock, shared } = options;
    this.#resource = resource;
    this.#options = options;
    this.#memory = new MemoryTier({ maximumBytes, maximumEntries: resource.maximumEntries });
    this.#shared = shared && new SharedTier(resource, clock, shared);
  }

  /**
   * Returns a fresh entry, reads a new one, or serves a stale one.
   * @throws UpstreamFailure if the read fails and no stale entry may be served.
   */
  read(params: Params, options: ReadOptions): Promise<CacheEntry<V>> {
    const { report, priority = 'read' } = options;
    const key = this.#resource.keyOf(params);
    report.used.begin();
    if (this.#options.isEnabled) return this.#read(key, params, options);
    report.freshForMs = 0;
    return this.#fetch(key, params, { priority, origin: report });
  }

  /** The entry of a key, fresh or stale; undefined if there is none, or it is too old to be served. */
  peek(key: string): CacheEntry<V> | undefined {
    const entry = this.#memory.get(key);
    return entry && this.#isServable(key, entry) ? entry : undefined;
  }

  /** All entries that may be served, fresh or stale. */
  *entries(): Iterable<[key: string, entry: CacheEntry<V>]> {
    for (const [key, entry] of this.#memory.entries()) if (this.#isServable(key, entry)) yield [key, entry];
  }

  /** The entry of a key if it is fresh. */
  fresh(key: string): CacheEntry<V> | undefined {
    const entry = this.#memory.get(key);
    return entry && this.#freshForMs(entry, key) >= 0 ? entry : undefined;
  }

  /** How long the key's entry of this version is still fresh, in milliseconds; undefined if it is not. */
  freshForMs(key: string, version: number): number | undefined {
    const entry = this.#memory.get(key);
    const remainingMs = entry?.version === version ? this.#freshForMs(entry, key) : -1;
    return remainingMs >= 0 ? remainingMs : undefined;
  }

  /** The entry of a key, fresh or stale, for a read that must not cost a call. */
  use(key: string, { report }: ReadOptions): CacheEntry<V> | undefined {
    const entry = this.peek(key);
    if (entry) report.used.add(this.#reference(key, entry, report));
    return entry;
  }

  /**
   * Caches an entry, unless there is a newer one.
   * @param isFetched true if this instance has read it from the upstream.
   */
  set(key: string, entry: CacheEntry<V>, isFetched = false): void {
    const known = this.#memory.get(key);
    if (known && known.version >= entry.version) return;
    if (this.#options.isEnabled) this.#memory.set(key, entry);
    this.#options.emit({ type: 'updated', resource: this.#resource.kind, entry, isFetched });
  }

  /**
   * Begins a read of something else that may also show the value of a key.
   * @returns ends it, with the value if it was shown. A write meanwhile makes the value obsolete.
   */
  observe(key: string): (value?: V) => void {
    const { clock, now } = this.#options;
    const read = this.#inFlight.begin(key);
    const version = clock.next();
    return (value) => {
      this.#inFlight.end(read);
      if (!value || read.isOvertaken) return;
      const entry = { value, readAtMs: now(), version };
      this.set(key, entry, true);
      this.share([[key, entry]]);
    };
  }

  /** Offers entries to the other instances, if there are any. */
  share(entries: readonly (readonly [key: string, entry: CacheEntry<V>])[]): void {
    void this.#shared?.set(entries);
  }

  /** Takes over newer entries of several keys from the shared tier. @returns false if that does not answer. */
  async loadShared(keys: readonly string[]): Promise<boolean> {
    const lookups = await this.#shared?.getAll(keys);
    for (const [index, key] of keys.entries()) this.#merge(key, lookups?.[index]);
    return !this.#shared || lookups !== undefined;
  }

  /** Marks what a write may have changed: the next read makes a call, and reads in flight are not cached. */
  invalidate(isAffected: (key: string) => boolean = () => true): void {
    for (const flights of [this.#flights, this.#newFlights]) flights.closeFlights(isAffected);
    this.#inFlight.overtake(isAffected);
    this.#memory.invalidate(isAffected);
  }

  /** Drops all entries; reads in flight are not cached. */
  clear(): void {
    this.invalidate();
    this.#memory.clear();
  }

  /** Number of entries in memory, and their estimated bytes. */
  get size(): { readonly entries: number; readonly bytes: number } {
    return this.#memory.size;
  }

  async #read(key: string, params: Params, options: ReadOptions): Promise<CacheEntry<V>> {
    const fresh = this.#hit(key, options) ?? (this.#shared && (await this.#sharedHit(key, options)));
    if (fresh) return this.#serve(key, fresh, options);
    const stale = this.peek(key);
    const { noCache, refetch, mustRevalidate } = options;
    const mayStayStale = refetch !== undefined && !mustRevalidate;
    // A window that is read again needs no second call while one is in flight, and none after a failed one.
    const joinsAny = mayStayStale && !noCache && this.#flights.isUnderWay(key);
    const mayGiveUp = mayStayStale && !(joinsAny && refetch === 'moved');
    if (mayGiveUp && stale && this.#notReplaced.has(stale)) return this.#serveStale(key, stale, options);
    const needsNew = noCache || (refetch !== undefined && !joinsAny) || stale?.isInvalidated === true;
    const { flight, isJoined } = this.#startOrJoin(key, params, options, stale, needsNew);
    const entry =
      !stale || mustRevalidate
        ? await flight.result
        : await this.#newOrStale(flight, stale, options, needsNew);
    if (entry === stale) return this.#serveStale(key, stale, options);
    this.#emitRead(isJoined ? 'joined' : 'miss');
    return this.#serve(key, entry, options);
  }

  #serveStale(key: string, stale: CacheEntry<V>, options: ReadOptions): CacheEntry<V> {
    options.report.fromCache += 1;
    this.#emitRead('stale');
    return this.#serve(key, stale, options);
  }

  /** Adds the entry to the report of the request. */
  #serve(key: string, entry: CacheEntry<V>, { report }: ReadOptions): CacheEntry<V> {
    report.used.end(this.#reference(key, entry, report));
    return entry;
  }

  #reference(key: string, entry: CacheEntry<V>, report: ReadReport): EntryReference {
    report.freshForMs = Math.min(report.freshForMs, Math.max(0, this.#freshForMs(entry, key)));
    return new EntryReference(this, key, entry.version);
  }

  /** A fresh entry of the memory tier, if the read accepts one. */
  #hit(key: string, { noCache, refetch, newerThan, report }: ReadOptions): CacheEntry<V> | undefined {
    const fresh = noCache ? undefined : this.fresh(key);
    if (!fresh || (refetch && fresh.version <= (newerThan ?? Infinity))) return undefined;
    this.#notReplaced.delete(fresh);
    report.fromCache += 1;
    this.#emitRead('hit');
    return fresh;
  }

  /** A fresh entry of the shared tier. A stale one is taken into memory, to be served if the read fails. */
  async #sharedHit(key: string, options: ReadOptions): Promise<CacheEntry<V> | undefined> {
    const isUseful = !(options.noCache || options.refetch) || !this.peek(key);
    if (isUseful) this.#merge(key, await this.#shared?.get(key));
    return this.#hit(key, options);
  }

  #startOrJoin(
    key: string,
    params: Params,
    options: ReadOptions,
    stale: CacheEntry<V> | undefined,
    needsNew: boolean,
  ) {
    const { report, priority = stale && !needsNew ? 'refresh' : 'read' } = options;
    const flights = needsNew ? this.#newFlights : this.#flights;
    const joined = flights.join(key, priority, (onQueued) => {
      if (stale) this.#notReplaced.delete(stale);
      const staleMs = stale ? this.#ageMs(stale) : 0;
      const call: FlightCall = { priority, staleMs, onQueued, origin: report };
      return this.#shared
        ? this.#fetchOnce(this.#shared, key, params, options, call)
        : this.#fetch(key, params, call);
    });
    if (joined.isJoined) report.shared += 1;
    return joined;
  }

  /** Waits for the read of another instance, unless that read may have begun before this one was requested. */
  async #fetchOnce(
    shared: SharedTier<V>,
    key: string,
    params: Params,
    { noCache, refetch, report }: ReadOptions,
    call: FlightCall,
  ): Promise<CacheEntry<V>> {
    const { entry, isRemote } = await shared.fetchOnce(key, {
      seenVersion: leaseVersionOf(this.#memory.get(key)),
      mayWait: !noCache && !refetch && call.priority !== 'write',
      isFresh: (found) => this.#freshForMs(found, key) >= 0,
      fetch: (version, release) => {
        const onQueued: OnQueued = (raise) => {
          if (call.priority === 'background') release?.(); // callers of other instances can't raise it
          call.onQueued?.(raise);
        };
        return this.#fetch(key, params, { ...call, onQueued }, version);
      },
    });
    if (isRemote) {
      report.shared += 1;
      this.set(key, entry);
    }
    return entry;
  }

  /** The version is taken when the call is sent: of two concurrent reads, the one that was sent later is newer. */
  async #fetch(
    key: string,
    params: Params,
    { priority, staleMs, onQueued, origin }: FlightCall,
    leaseVersion?: number,
  ): Promise<CacheEntry<V>> {
    const { clock, isEnabled, now } = this.#options;
    const read = this.#inFlight.begin(key);
    let version = leaseVersion ?? clock.next();
    const beforeSent = (): void => {
      version = clock.next();
    };
    try {
      const value = await this.#resource.fetch(params, { priority, staleMs, onQueued, origin, beforeSent });
      const entry = { value, readAtMs: now(), version, leaseVersion };
      if (!isEnabled) this.#emitRead('miss');
      if (!read.isOvertaken) this.set(key, entry, true);
      return entry;
    } finally {
      this.#inFlight.end(read);
    }
  }

  /** Waits for a new entry, or serves the stale one instead: if the read fails, has to queue, or takes too long. */
  async #newOrStale(
    { result, queued }: Flight<CacheEntry<V>>,
    stale: CacheEntry<V>,
    { noCache, refetch }: ReadOptions,
    needsNew: boolean,
  ): Promise<CacheEntry<V>> {
    const entry = result.catch((error: unknown) => {
      // The value no longer exists, which is a result, not a failure.
      // A part that the response lacks is read next, in a smaller page.
      if (failedBecause(error, 'notFound') || error instanceof UnreadPart) throw error;
      this.#notReplaced.add(stale);
      return stale;
    });
    if (needsNew && (noCache || !refetch)) return entry;
    const unlessQueued = Promise.race([entry, queued.then(() => stale)]);
    if (needsNew || refetch === 'moved') return unlessQueued;
    const inTime = await withTimeout(this.#options.softTimeoutMs, unlessQueued);
    if (!inTime && refetch) this.#notReplaced.add(stale);
    return inTime ?? stale;
  }

  /** Takes over the result of a lookup in the shared tier. */
  #merge(key: string, { entry, invalidatedVersion = -1 }: Partial<SharedLookup<V>> = {}): void {
    const own = this.#memory.get(key);
    if (own && leaseVersionOf(own) <= invalidatedVersion && !own.isInvalidated)
      this.#memory.set(key, { ...own, isInvalidated: true });
    if (!entry) return;
    if (!entry.isInvalidated) this.set(key, entry);
    else if (!own || own.version < entry.version) this.#memory.set(key, entry); // not news: no event
  }

  #emitRead(outcome: ReadOutcome): void {
    this.#options.emit({ type: 'read', resource: this.#resource.kind, outcome });
  }

  /** True for an entry that is fresh, or not too old to be served stale. */
  #isServable(key: string, entry: CacheEntry<V>): boolean {
    return this.#freshForMs(entry, key) >= 0 || this.#ageMs(entry) <= this.#resource.maxStaleMs(entry.value);
  }

  /** How long an entry is still fresh, in milliseconds; negative if it is not. */
  #freshForMs(entry: CacheEntry<V>, key: string): number {
    if (entry.isInvalidated) return -1;
    const ageMs = this.#options.now() - entry.readAtMs; // not `#ageMs`, since every hit of the response cache comes here
    return ageMs < -maximumSkewMs ? -1 : this.#resource.freshMs(entry, key) - ageMs;
  }

  /** Age of an entry. One from the future was read before the clock was set back: its age is unknown. */
  #ageMs({ readAtMs }: CacheEntry<V>): number {
    const ageMs = this.#options.now() - readAtMs;
    return ageMs < -maximumSkewMs ? Infinity : ageMs;
  }
}

/** The version by which the shared tier knows an entry; -1 without an entry. */
function leaseVersionOf(entry?: CacheEntry<unknown>): number {
  return entry ? (entry.leaseVersion ?? entry.version) : -1;
}
