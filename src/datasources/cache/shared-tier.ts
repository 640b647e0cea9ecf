import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FoundReading, type SharedReadings } from '../state/shared-readings.js';
import { type Reading } from './cache-entry.js';
import { readingShape, type ReadingText } from './entry-text.js';
import { type ReadingClock } from './hybrid-clock.js';

/** How one kind of answer is shared with the account's other gateways. */
export interface SharedReadsOptions<V> {
  readonly store: SharedReadings;
  readonly clock: ReadingClock;
  /** Tells the keys of one kind from those of another. */
  readonly kind: string;
  /** What a write names that changes what is under a key. */
  readonly scopeOf: (key: string) => string;
  readonly text: ReadingText<V>;
  /** How long a reading may be of use to anybody. */
  readonly ttlMs: (value: V) => number;
  /** How long to wait for what another gateway is reading before it is read here too. */
  readonly waitMs: number;
}

/** What is known elsewhere of one thing. */
export interface Elsewhere<V> {
  readonly reading: Reading<V> | undefined;
  /** Readings up to this order may be from before a write. */
  readonly outdatedOrder: number;
}

/** How a read is made once for all gateways. */
export interface OnceOptions<V> {
  /** The order of what will not do; -1 where there is nothing. */
  readonly seen: number;
  /** False where a reading that another gateway has begun will not do, or can't be waited for. */
  readonly maySettle: boolean;
  readonly isFresh: (reading: Reading<V>) => boolean;
  /** Reads it from the upstream, under this order where one is given. */
  readonly read: (order: number | undefined) => Promise<Reading<V>>;
}

/** A reading that is under way elsewhere is looked for at intervals that grow, in milliseconds. */
const [firstLookMs, longestLookMs] = [25, 100];
/** A claim is renewed well before the few seconds that it holds are over. */
const renewEveryMs = 1000;

/** What the account's gateways have read of one kind, and read now: found, shared, and read once together. */
export class SharedReads<V> {
  readonly #options: SharedReadsOptions<V>;
  readonly #looks = new Map<string, Promise<Elsewhere<V>>>();

  constructor(options: SharedReadsOptions<V>) {
    this.#options = options;
  }

  /** What any gateway has read; of those who ask at once, one looks. */
  async find(key: string): Promise<Elsewhere<V>> {
    const underWay = this.#looks.get(key);
    if (underWay) return underWay;
    const look = this.#find(key).finally(() => this.#looks.delete(key));
    this.#looks.set(key, look);
    return look;
  }

  /** What any gateway has read of several things. */
  async findAll(keys: readonly string[]): Promise<readonly Elsewhere<V>[]> {
    if (keys.length === 0) return [];
    const found = await this.#options.store.find(keys.map((key) => this.#placeOf(key)));
    return found.map((one) => this.#elsewhere(one));
  }

  /** Lets the other gateways find readings. */
  share(readings: readonly (readonly [key: string, reading: Reading<V>])[]): void {
    const { store, text, ttlMs } = this.#options;
    void store.keep(
      readings.map(([key, { value, readAtMs, order }]) => ({
        key: this.#placeOf(key).key,
        order,
        readAtMs,
        text: text.write(value),
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
  ): Promise<{ readonly reading: Reading<V>; readonly isElsewhere: boolean }> {
    const { store, clock, waitMs } = this.#options;
    const place = this.#placeOf(key);
    const token = randomUUID();
    const untilMs = performance.now() + waitMs;
    for (let tooOld = seen; ;) {
      const { order, outcome } = await store.claim(place, token, { proposed: clock.next(), seen: tooOld });
      if (order !== undefined) clock.heard(order);
      if (outcome === 'ours' && order !== undefined)
        return { reading: await this.#ours(key, token, () => read(order)), isElsewhere: false };
      const isWaiting = maySettle && outcome !== 'ours' && performance.now() < untilMs;
      if (!isWaiting) return { reading: await this.#shared(key, order, read), isElsewhere: false };
      if (outcome === 'taken') await this.#landed(key, untilMs);
      const { reading } = await this.find(key);
      if (reading && reading.order > tooOld && isFresh(reading)) return { reading, isElsewhere: true };
      // What is newer but won't do will do no better the next time.
      if (outcome === 'newer') tooOld = Math.max(tooOld, reading?.order ?? tooOld);
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
      const [found] = await this.#options.store.find([place]);
      if (!found?.isBeingRead) return;
    }
  }

  async #ours(key: string, token: string, read: () => Promise<Reading<V>>): Promise<Reading<V>> {
    const { store } = this.#options;
    const place = this.#placeOf(key);
    const renewing = setInterval(() => void store.renew(place, token), renewEveryMs).unref();
    try {
      const reading = await read();
      this.share([[key, reading]]);
      return reading;
    } finally {
      clearInterval(renewing);
      void store.release(place, token);
    }
  }

  async #shared(key: string, order: number | undefined, read: OnceOptions<V>['read']): Promise<Reading<V>> {
    const reading = await read(order);
    // Without an order of the store's nobody could tell it from what was read before a write.
    if (order !== undefined) this.share([[key, reading]]);
    return reading;
  }

  async #find(key: string): Promise<Elsewhere<V>> {
    const [found] = await this.findAll([key]);
    return found ?? { reading: undefined, outdatedOrder: -1 };
  }

  #elsewhere({ reading: stored, outdatedOrder }: FoundReading): Elsewhere<V> {
    const { clock, text } = this.#options;
    clock.heard(Math.max(outdatedOrder, stored?.order ?? -1));
    if (!stored) return { reading: undefined, outdatedOrder };
    const { order, readAtMs } = stored;
    const isOutdated = order <= outdatedOrder;
    const value = text.read(stored.text);
    const reading = value && { value, order, readAtMs, ...(isOutdated && { isOutdated }) };
    return { reading, outdatedOrder };
  }

  #placeOf(key: string) {
    const { kind, scopeOf } = this.#options;
    return { key: `${kind}${readingShape}:${key}`, scope: scopeOf(key) };
  }
}
