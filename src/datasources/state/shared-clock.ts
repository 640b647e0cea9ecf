import { type SharedState } from './shared-state.js';

/** What an own clock and the store's may drift apart, in milliseconds per millisecond; quartz is ten times better. */
const driftRate = 0.001;

/**
 * Clock of the shared state. Instances whose own clocks differ date by it what they compare: the versions of reads and writes
 * (cache/hybrid-clock.ts) and the times of creates, by which another gateway looks for a campaign and waits until its
 * request can no longer be processed.
 */
export class SharedClock {
  readonly #state: Pick<SharedState, 'nowMs'>;
  readonly #ownNow: () => number;
  #aheadMs = 0;
  /** How wrong `#aheadMs` may be as of `#measuredAtMs`. */
  #errorMs = Infinity;
  #measuredAtMs = 0;

  /** @param ownNow the clock of this gateway, in epoch milliseconds, which never goes back. */
  constructor(state: Pick<SharedState, 'nowMs'>, ownNow: () => number) {
    this.#state = state;
    this.#ownNow = ownNow;
  }

  /** Epoch milliseconds, as of the last `synchronize`. */
  readonly now = (): number => this.#ownNow() + this.#aheadMs;

  /** Compares the clocks. Where the store is unavailable, or answers too slowly to tell more than is known, that stays. */
  async synchronize(): Promise<void> {
    const sentAtMs = this.#ownNow();
    const storeMs = await this.#state.nowMs().catch(() => null);
    if (storeMs === null) return;
    const answeredAtMs = this.#ownNow();
    const errorMs = (answeredAtMs - sentAtMs) / 2 + 1; // both clocks tell whole milliseconds
    const aheadMs = Math.round(storeMs - (sentAtMs + answeredAtMs) / 2);
    const knownErrorMs = this.#errorMs + (answeredAtMs - this.#measuredAtMs) * driftRate;
    // Two measurements that can't both be right: one of the clocks was set.
    const isContradicted = Math.abs(aheadMs - this.#aheadMs) > errorMs + knownErrorMs;
    if (errorMs > knownErrorMs && !isContradicted) return;
    this.#aheadMs = aheadMs;
    this.#errorMs = errorMs;
    this.#measuredAtMs = answeredAtMs;
  }
}
