import { setTimeout as sleep } from 'node:timers/promises';
import { failedBecause } from '../../domain/upstream-failure.js';
import { type CallOptions } from '../exotel/resilience/call-policy.js';
import { type ReadOutcome, type CacheEntry, type ReadOptions } from './cache-entry.js';
import { type HybridClock } from './hybrid-clock.js';
import { MemoryTier, type MemoryTierOptions } from './memory-tier.js';
import { EntryReference } from './read-report.js';
import { type SharedTier } from './shared-tier.js';

/** A read under way. */
interface Flight<T> {
  readonly landed: Promise<T>;
  /** Settles where the read has to wait for its place in the budget. */
  readonly queued: Promise<void>;
}

/** Single flight: the same read, asked for by any number of requests at once, is one call. */
class Flights<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /** Joins the flight of this key, or starts one. */
  join(key: string, start: (onQueued: () => void) => Promise<T>): { flight: Flight<T>; isJoined: boolean } {
    const earlier = this.#flights.get(key);
    if (earlier) return { flight: earlier, isJoined: true };
    let onQueued: () => void = () => undefined;
    const queued = new Promise<void>((resolve) => (onQueued = resolve));
    const landed = start(onQueued);
    const flight = { landed, queued };
    this.#flights.set(key, flight);
    const land = (): void => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    landed.then(land, land);
    return { flight, isJoined: false };
  }

  /** Nobody joins these that are under way now: they may tell what was before a write. */
  leave(isLeft: (key: string) => boolean): void {
    for (const key of [...this.#flights.keys()]) if (isLeft(key)) this.#flights.delete(key);
  }
}

/** Reads one thing from the upstream. */
type Fetch<V> = (call: CallOptions) => Promise<V>;

/** Told of a reading, and whether a write has overtaken it. */
export type OnFetched<V> = (key: string, reading: CacheEntry<V>, isInvalidated: boolean) => void;

/** One that is being made. */
interface UnderWay {
  readonly key: string;
  isInvalidated: boolean;
}

/** What is being read: a write that comes meanwhile makes it of no use for those who come later. */
class ReadingsUnderWay<V> {
  readonly #underWay = new Set<UnderWay>();
  readonly #now: () => number;
  readonly #onRead: OnFetched<V>;

  /**
   * @param now epoch milliseconds.
   * @param onRead told of every reading.
   */
  constructor(now: () => number, onRead: OnFetched<V>) {
    this.#now = now;
    this.#onRead = onRead;
  }

  /** @param version of two under way at once, the one begun later is newer. */
  async read(key: string, fetch: Fetch<V>, call: CallOptions, version: number): Promise<CacheEntry<V>> {
    const read: UnderWay = { key, isInvalidated: false };
    this.#underWay.add(read);
    try {
      const reading = { value: await fetch(call), readAtMs: this.#now(), version };
      this.#onRead(key, reading, read.isInvalidated);
      return reading;
    } finally {
      this.#underWay.delete(read);
    }
  }

  /** A write may have changed these. */
  invalidate(isChanged: (key: string) => boolean): void {
    for (const read of this.#underWay) read.isInvalidated ||= isChanged(read.key);
  }
}

/** Waits for something, until the signal says that it is of no more use. */
type Wait = (signal: AbortSignal) => Promise<unknown>;

/** Waits for so long. */
function after(ms: number): Wait {
  return (signal) => sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}

/**
 * The new answer, or the old one where a wait ends first or there will be no new one: never an error where an old
 * answer exists, except that there is no such thing any more.
 */
async function newOrOld<T>({ landed }: Flight<T>, old: T, waits: readonly Wait[]): Promise<T> {
  const over = new AbortController();
  const giveOldUnlessGone = (error: unknown): T => {
    // That there is no such thing any more is an answer, and the newest one.
    if (failedBecause(error, 'notFound')) throw error;
    return old;
  };
  const given = await Promise.race([
    landed.catch(giveOldUnlessGone),
    ...waits.map((wait) => wait(over.signal).then(() => old)),
  ]);
  over.abort();
  return given;
}

/** How a kind of answer is read and kept; where it is not kept, nothing is shared between requests either. */
export interface StaleCacheOptions<V> extends MemoryTierOptions<V> {
  /** Tells which of two readings is newer. */
  readonly clock: HybridClock;
  /** What other gateways of the account have read; undefined where there are none. */
  readonly shared?: SharedTier<V> | undefined;
  /** How long a refresh may take before an old answer stands in. */
  readonly softTimeoutMs: number;
  /** Told of every read how it was answered. */
  readonly onRead?: (how: ReadOutcome) => void;
  /** Told of every reading of the upstream's that no write has overtaken. */
  readonly onFetched?: (reading: CacheEntry<V>) => void;
}

/** Before the key of a flight that may not end with an old answer. */
const newOnly = 'new ';

/**
 * Answers of one kind, kept for the whole process: fresh ones are given at once; past that they are refreshed,
 * and stand in where the refresh has to wait, takes long or fails. One call for any number of concurrent readers.
 */
export class StaleCache<V extends object> extends MemoryTier<V> {
  readonly #options: StaleCacheOptions<V>;
  readonly #flights = new Flights<CacheEntry<V>>();
  readonly #underWay: ReadingsUnderWay<V>;

  constructor(options: StaleCacheOptions<V>) {
    super(options);
    this.#options = options;
    this.#underWay = new ReadingsUnderWay(options.now, (key, reading, isInvalidated) => {
      if (!options.isEnabled) options.onRead?.('new');
      if (isInvalidated) return;
      this.set(key, reading);
      options.onFetched?.(reading);
    });
  }

  /** Keeps what a write answered, as read now. */
  replace(key: string, value: V, version = this.#options.clock.next()): CacheEntry<V> {
    const reading = { value, readAtMs: this.#options.now(), version };
    this.set(key, reading);
    return reading;
  }

  /** Takes what other gateways have read of several things, where that is newer. */
  async loadShared(keys: readonly string[]): Promise<void> {
    const found = await this.#options.shared?.findAll(keys);
    found?.forEach((elsewhere, index) => {
      this.take(keys[index] ?? '', elsewhere);
    });
  }

  /** Marks what a write may have changed: the next read asks anew. What is being read now is not kept. */
  override invalidate(isChanged: (key: string) => boolean = () => true): void {
    this.#flights.leave((flight) => isChanged(flight.replace(newOnly, '')));
    this.#underWay.invalidate(isChanged);
    super.invalidate(isChanged);
  }

  /** Keeps nothing of what was read, or is being read now. */
  override clear(): void {
    this.invalidate();
    super.clear();
  }

  /** @throws UpstreamFailure where it can't be read, and nothing that was read before stands in. */
  read(key: string, wish: ReadOptions, fetch: Fetch<V>): Promise<CacheEntry<V>> {
    const { report, priority = 'read' } = wish;
    report.used.begin();
    if (this.#options.isEnabled) return this.#read(key, wish, fetch);
    report.freshForMs = 0;
    return this.#fetch(key, fetch, { priority, origin: report });
  }

  async #read(key: string, wish: ReadOptions, fetch: Fetch<V>): Promise<CacheEntry<V>> {
    const kept = this.#fresh(key, wish) ?? (this.#options.shared && (await this.#findFresh(key, wish)));
    if (kept) return this.#told(key, kept, wish);
    const old = this.peek(key);
    // An old answer is of no use to who needs a newer one: it stands in only where there will be none.
    const mustBeNew = wish.noCache || wish.refetch === true || old?.isInvalidated === true;
    const { flight, isJoined } = this.#fly(key, wish, fetch, old, mustBeNew);
    const given =
      !old || wish.mustRevalidate
        ? await flight.landed
        : await newOrOld(flight, old, this.#impatience(flight, wish, mustBeNew));
    if (given === old) wish.report.fromCache += 1;
    this.#options.onRead?.(given === old ? 'stale' : isJoined ? 'shared' : 'new');
    return this.#told(key, given, wish);
  }

  /** Notes what is given, and for how long it is as good as new. */
  #told(key: string, reading: CacheEntry<V>, { report }: ReadOptions): CacheEntry<V> {
    report.freshForMs = Math.min(report.freshForMs, this.leftMs(reading, key));
    report.used.end(new EntryReference(this, key, reading.version));
    return reading;
  }

  #fresh(key: string, wish: ReadOptions): CacheEntry<V> | undefined {
    const kept = wish.noCache || wish.refetch ? undefined : this.fresh(key);
    if (kept) wish.report.fromCache += 1;
    if (kept) this.#options.onRead?.('kept');
    return kept;
  }

  /** What another gateway has read may be fresh, or at least old: then nobody has to wait who need not. */
  async #findFresh(key: string, wish: ReadOptions): Promise<CacheEntry<V> | undefined> {
    const isOfUse = !(wish.noCache || wish.refetch) || !this.peek(key);
    const found = isOfUse && (await this.#options.shared?.find(key));
    if (found) this.take(key, found);
    return this.#fresh(key, wish);
  }

  #fly(key: string, wish: ReadOptions, fetch: Fetch<V>, old: CacheEntry<V> | undefined, mustBeNew: boolean) {
    const { report, priority } = wish;
    const joined = this.#flights.join(mustBeNew ? newOnly + key : key, (onQueued) => {
      const call: CallOptions = {
        priority: priority ?? (old && !mustBeNew ? 'refresh' : 'read'),
        staleMs: old ? this.ageMs(old) : 0,
        onQueued,
        origin: report,
      };
      return this.#options.shared ? this.#once(key, wish, fetch, call) : this.#fetch(key, fetch, call);
    });
    if (joined.isJoined) report.shared += 1;
    return joined;
  }

  /** The same for all gateways: what another one is reading is waited for, unless it may be from before the wish. */
  async #once(key: string, wish: ReadOptions, fetch: Fetch<V>, call: CallOptions): Promise<CacheEntry<V>> {
    const { shared } = this.#options;
    if (!shared) return this.#fetch(key, fetch, call);
    const { reading, isElsewhere } = await shared.once(key, {
      seen: this.versionOf(key),
      maySettle: !wish.noCache && !wish.refetch && call.priority !== 'write',
      isFresh: (found) => this.isFresh(found, key),
      read: (version) => this.#fetch(key, fetch, call, version),
    });
    if (isElsewhere) {
      wish.report.shared += 1;
      this.set(key, reading);
    }
    return reading;
  }

  /** What ends the wait for a new reading where an old one is at hand. */
  #impatience(
    { queued }: Flight<CacheEntry<V>>,
    { noCache: fresh, refetch: reread }: ReadOptions,
    mustBeNew: boolean,
  ): Wait[] {
    if (reread && !fresh) return [() => queued];
    return mustBeNew ? [] : [() => queued, after(this.#options.softTimeoutMs)];
  }

  #fetch(key: string, fetch: Fetch<V>, call: CallOptions, version = this.#options.clock.next()) {
    return this.#underWay.read(key, fetch, call, version);
  }
}
