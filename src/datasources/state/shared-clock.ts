import { type SharedState } from './shared-state.js';

/** Greatest drift between the own clock and the store's, in milliseconds per millisecond; quartz is ten times better. */
const driftRate = 0.001;

/**
 * Clock of the shared state. It dates what instances compare although their own clocks differ: the versions of reads and
 * writes (cache/hybrid-clock.ts) and the times of creates. By the time of a create another gateway looks for its campaign, and
 * waits until its request can no longer be processed.
 */
export class SharedClock {
  readonly #state: Pick<SharedState, 'nowMs'>;
  readonly #ownNow: () => number;
  #aheadMs = 0;
  /** Greatest error of `#aheadMs` at `#measuredAtMs`. */
  #errorMs = Infinity;
  #measuredAtMs = 0;

  /** @param ownNow the clock of this gateway, in epoch milliseconds, which never goes back. */
  constructor(state: Pick<SharedState, 'nowMs'>, ownNow: () => number) {
    this.#state = state;
    this.#ownNow = ownNow;
  }

  /** Epoch milliseconds, as of the last `synchronize`. */
  readonly now = (): number => this.#ownNow() + this.#aheadMs;

  /** Measures the difference of the clocks. The last measurement stays if the store does not answer, or too slowly for a better one. */
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
