import { type SharedState } from '../state/shared-state.js';

/**
 * Clock of the shared state, by which the times of creates are noted: another gateway, whose own clock may differ, looks for a
 * campaign by them and waits until its request can no longer be processed.
 */
export class SharedClock {
  readonly #state: Pick<SharedState, 'nowMs'>;
  readonly #ownNow: () => number;
  #aheadMs = 0;

  /** @param ownNow the clock of this gateway, in epoch milliseconds, which never goes back. */
  constructor(state: Pick<SharedState, 'nowMs'>, ownNow: () => number) {
    this.#state = state;
    this.#ownNow = ownNow;
  }

  /** Epoch milliseconds, as of the last `synchronize`. */
  readonly now = (): number => this.#ownNow() + this.#aheadMs;

  /** Compares the clocks. Where the store is unavailable, what was known stays. */
  async synchronize(): Promise<void> {
    const nowMs = await this.#state.nowMs().catch(() => null);
    if (nowMs !== null) this.#aheadMs = nowMs - this.#ownNow();
  }
}
