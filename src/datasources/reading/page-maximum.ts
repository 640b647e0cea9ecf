/** "number of records on single page default:20 maximum=50" (API document, `limit`). */
const documentedMaximum = 50;
/** How long a smaller one is believed: an upstream that took it back should not cost more calls for ever. */
const believedForMs = 10 * 60_000;

/**
 * How many rows the upstream gives at most in one answer, for one kind of list.
 * Messages have no documented maximum; the campaigns' is assumed. A smaller one is learned from two answers that agree:
 * one odd answer must not make every page after it dearer.
 */
export class PageMaximum {
  readonly #now: () => number;
  #rows = documentedMaximum;
  #seenOnce: number | undefined;
  #learnedAtMs = 0;

  /** @param now epoch milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get rows(): number {
    return this.#now() - this.#learnedAtMs > believedForMs ? documentedMaximum : this.#rows;
  }

  /** Takes how many rows an answer was cut to, where it was asked for more. */
  learn(limit: number): void {
    if (limit < 1 || limit >= this.rows) return;
    if (this.#seenOnce === limit) {
      this.#rows = limit;
      this.#learnedAtMs = this.#now();
    }
    this.#seenOnce = limit;
  }
}
