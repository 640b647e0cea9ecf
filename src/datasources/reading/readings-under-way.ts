import { type CallOptions } from '../exotel/policy/call-policy.js';
import { type Reading } from './reading.js';

/** Reads one thing from the upstream. */
export type Fetch<V> = (call: CallOptions) => Promise<V>;

/** Told of a reading, and whether a write has overtaken it. */
export type OnReading<V> = (key: string, reading: Reading<V>, isOutdated: boolean) => void;

/** One that is being made. */
interface UnderWay {
  readonly key: string;
  isOutdated: boolean;
}

/** What is being read: a write that comes meanwhile makes it of no use for those who come later. */
export class ReadingsUnderWay<V> {
  readonly #underWay = new Set<UnderWay>();
  readonly #now: () => number;
  readonly #onRead: OnReading<V>;

  /**
   * @param now epoch milliseconds.
   * @param onRead told of every reading.
   */
  constructor(now: () => number, onRead: OnReading<V>) {
    this.#now = now;
    this.#onRead = onRead;
  }

  /** @param order of two under way at once, the one begun later is newer. */
  async read(key: string, fetch: Fetch<V>, call: CallOptions, order: number): Promise<Reading<V>> {
    const read: UnderWay = { key, isOutdated: false };
    this.#underWay.add(read);
    try {
      const reading = { value: await fetch(call), readAtMs: this.#now(), order };
      this.#onRead(key, reading, read.isOutdated);
      return reading;
    } finally {
      this.#underWay.delete(read);
    }
  }

  /** A write may have changed these. */
  outdate(isChanged: (key: string) => boolean): void {
    for (const read of this.#underWay) read.isOutdated ||= isChanged(read.key);
  }
}
