import { LRUCache } from 'lru-cache';
import { type CallOptions } from '../exotel/policy/call-policy.js';
import { type Flight, Flights } from './flights.js';
import { type ReadAnswer } from './read-observer.js';
import { type Reading, type ReadWish } from './reading.js';
import { type ReadingClock } from './reading-clock.js';
import { type Fetch, ReadingsUnderWay } from './readings-under-way.js';
import { roughBytes } from './rough-bytes.js';
import { type Elsewhere, type SharedReads } from './shared-reads.js';
import { after, newOrOld, type Wait } from './stand-in.js';
import { KeptReading } from './used-readings.js';

/** How a kind of answer is kept. */
export interface CachedReadsOptions<V> {
  readonly now: () => number;
  /** Tells which of two readings is newer. */
  readonly clock: ReadingClock;
  /** What other gateways of the account have read; undefined where there are none. */
  readonly shared?: SharedReads<V> | undefined;
  /** False: nothing is kept, and nothing shared between requests. */
  readonly isOn: boolean;
  readonly maximumEntries: number;
  readonly maximumBytes: number;
  readonly freshMs: (reading: Reading<V>, key: string) => number;
  /** How old it may be to stand in for one that can't be had. */
  readonly oldestMs: (value: V) => number;
  readonly patienceMs: number;
  /** Told of every reading that is newer than what is kept, also where nothing is. */
  readonly onKept?: (reading: Reading<V>) => void;
  /** Told of every read how it was answered. */
  readonly onAnswered?: (how: ReadAnswer) => void;
  /** Told of every reading of the upstream's that no write has overtaken. */
  readonly onFetched?: (reading: Reading<V>) => void;
}

/** Before the key of a flight that may not end with an old answer. */
const newOnly = 'new ';

/**
 * Answers of one kind, kept for the whole process: fresh ones are given at once; past that they are refreshed,
 * and stand in where the refresh has to wait, takes long or fails. One call for any number of concurrent readers.
 */
export class CachedReads<V extends object> {
  readonly #options: CachedReadsOptions<V>;
  readonly #kept: LRUCache<string, Reading<V>>;
  readonly #flights = new Flights<Reading<V>>();
  readonly #underWay: ReadingsUnderWay<V>;

  constructor(options: CachedReadsOptions<V>) {
    this.#options = options;
    this.#underWay = new ReadingsUnderWay(options.now, (key, reading, isOutdated) => {
      if (!options.isOn) options.onAnswered?.('new');
      if (isOutdated) return;
      this.keep(key, reading);
      options.onFetched?.(reading);
    });
    this.#kept = new LRUCache({
      max: options.maximumEntries,
      maxSize: options.maximumBytes,
      sizeCalculation: ({ value }, key) => roughBytes(value) + key.length * 2,
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
    return this.#ageMs(kept) <= this.#options.oldestMs(kept.value) ? kept : this.fresh(key);
  }

  /** What is kept under a key and is as good as new. */
  fresh(key: string): Reading<V> | undefined {
    const kept = this.#kept.get(key);
    return kept && !kept.isOutdated && this.#ageMs(kept) <= this.#options.freshMs(kept, key)
      ? kept
      : undefined;
  }

  /** For how long what is kept under a key is as good as new; undefined where it is not the reading of this number. */
  freshForMs(key: string, order: number): number | undefined {
    const fresh = this.fresh(key);
    return fresh?.order === order ? this.#leftMs(key, fresh) : undefined;
  }

  /** What is kept under a key, as a part of an answer that is read with other things. */
  give(key: string, { report }: ReadWish): Reading<V> | undefined {
    const kept = this.peek(key);
    if (!kept) return undefined;
    report.freshForMs = Math.min(report.freshForMs, this.#leftMs(key, kept));
    report.used.also(new KeptReading(this, key, kept.order));
    return kept;
  }

  /** Keeps a reading that came with another; an older one never replaces a newer. */
  keep(key: string, reading: Reading<V>): void {
    if ((this.#kept.get(key)?.order ?? -1) >= reading.order) return;
    if (this.#options.isOn) this.#kept.set(key, reading);
    this.#options.onKept?.(reading);
  }

  /** Keeps what a write answered, as read now. */
  replace(key: string, value: V, order = this.#options.clock.next()): Reading<V> {
    const reading = { value, readAtMs: this.#options.now(), order };
    this.keep(key, reading);
    return reading;
  }

  /** Takes what other gateways have read of several things, where that is newer. */
  async findElsewhere(keys: readonly string[]): Promise<void> {
    const found = await this.#options.shared?.findAll(keys);
    found?.forEach((elsewhere, index) => {
      this.#take(keys[index] ?? '', elsewhere);
    });
  }

  /** Marks what a write may have changed: the next read asks anew. What is being read now is not kept. */
  outdate(isChanged: (key: string) => boolean = () => true): void {
    this.#flights.leave((flight) => isChanged(flight.replace(newOnly, '')));
    this.#underWay.outdate(isChanged);
    for (const [key, kept] of [...this.#kept.entries()])
      if (isChanged(key)) this.#kept.set(key, { ...kept, isOutdated: true });
  }

  /** Keeps nothing of what was read, or is being read now. */
  clear(): void {
    this.outdate();
    this.#kept.clear();
  }

  /** @throws UpstreamFailure where it can't be read, and nothing that was read before stands in. */
  read(key: string, wish: ReadWish, fetch: Fetch<V>): Promise<Reading<V>> {
    const { report, priority = 'read' } = wish;
    report.used.willBe();
    if (this.#options.isOn) return this.#read(key, wish, fetch);
    report.freshForMs = 0;
    return this.#fetch(key, fetch, { priority, asker: report });
  }

  async #read(key: string, wish: ReadWish, fetch: Fetch<V>): Promise<Reading<V>> {
    const kept = this.#fresh(key, wish) ?? (this.#options.shared && (await this.#findFresh(key, wish)));
    if (kept) return this.#told(key, kept, wish);
    const old = this.peek(key);
    // An old answer is of no use to who needs a newer one: it stands in only where there will be none.
    const mustBeNew = wish.fresh || wish.reread === true || old?.isOutdated === true;
    const { flight, isJoined } = this.#fly(key, wish, fetch, old, mustBeNew);
    const given =
      !old || wish.orError
        ? await flight.landed
        : await newOrOld(flight, old, this.#impatience(flight, wish, mustBeNew));
    if (given === old) wish.report.fromCache += 1;
    this.#options.onAnswered?.(given === old ? 'stale' : isJoined ? 'shared' : 'new');
    return this.#told(key, given, wish);
  }

  /** Notes what is given, and for how long it is as good as new. */
  #told(key: string, reading: Reading<V>, { report }: ReadWish): Reading<V> {
    report.freshForMs = Math.min(report.freshForMs, this.#leftMs(key, reading));
    report.used.are(new KeptReading(this, key, reading.order));
    return reading;
  }

  #leftMs(key: string, reading: Reading<V>): number {
    return reading.isOutdated ? 0 : Math.max(0, this.#options.freshMs(reading, key) - this.#ageMs(reading));
  }

  #fresh(key: string, wish: ReadWish): Reading<V> | undefined {
    const kept = wish.fresh || wish.reread ? undefined : this.fresh(key);
    if (kept) wish.report.fromCache += 1;
    if (kept) this.#options.onAnswered?.('kept');
    return kept;
  }

  /** What another gateway has read may be fresh, or at least old: then nobody has to wait who need not. */
  async #findFresh(key: string, wish: ReadWish): Promise<Reading<V> | undefined> {
    const isOfUse = !(wish.fresh || wish.reread) || !this.peek(key);
    const found = isOfUse && (await this.#options.shared?.find(key));
    if (found) this.#take(key, found);
    return this.#fresh(key, wish);
  }

  #take(key: string, { reading, outdatedOrder }: Elsewhere<V>): void {
    const kept = this.#kept.get(key);
    if (kept && kept.order <= outdatedOrder && !kept.isOutdated)
      this.#kept.set(key, { ...kept, isOutdated: true });
    if (!reading) return;
    if (!reading.isOutdated) this.keep(key, reading);
    else if (!kept || kept.order < reading.order) this.#kept.set(key, reading); // nobody is shown it as news
  }

  #fly(key: string, wish: ReadWish, fetch: Fetch<V>, old: Reading<V> | undefined, mustBeNew: boolean) {
    const { report, priority } = wish;
    const joined = this.#flights.join(mustBeNew ? newOnly + key : key, (onQueued) => {
      const call: CallOptions = {
        priority: priority ?? (old && !mustBeNew ? 'refresh' : 'read'),
        staleMs: old ? this.#ageMs(old) : 0,
        onQueued,
        asker: report,
      };
      return this.#options.shared ? this.#once(key, wish, fetch, call) : this.#fetch(key, fetch, call);
    });
    if (joined.isJoined) report.shared += 1;
    return joined;
  }

  /** The same for all gateways: what another one is reading is waited for, unless it may be from before the wish. */
  async #once(key: string, wish: ReadWish, fetch: Fetch<V>, call: CallOptions): Promise<Reading<V>> {
    const { shared, freshMs } = this.#options;
    if (!shared) return this.#fetch(key, fetch, call);
    const { reading, isElsewhere } = await shared.once(key, {
      seen: this.#kept.get(key)?.order ?? -1,
      maySettle: !wish.fresh && !wish.reread && call.priority !== 'write',
      isFresh: (found) => !found.isOutdated && this.#ageMs(found) <= freshMs(found, key),
      read: (order) => this.#fetch(key, fetch, call, order),
    });
    if (isElsewhere) {
      wish.report.shared += 1;
      this.keep(key, reading);
    }
    return reading;
  }

  /** What ends the wait for a new reading where an old one is at hand. */
  #impatience({ queued }: Flight<Reading<V>>, { fresh, reread }: ReadWish, mustBeNew: boolean): Wait[] {
    if (reread && !fresh) return [() => queued];
    return mustBeNew ? [] : [() => queued, after(this.#options.patienceMs)];
  }

  #fetch(key: string, fetch: Fetch<V>, call: CallOptions, order = this.#options.clock.next()) {
    return this.#underWay.read(key, fetch, call, order);
  }

  #ageMs({ readAtMs }: Reading<V>): number {
    return this.#options.now() - readAtMs;
  }
}
