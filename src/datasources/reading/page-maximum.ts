/** "number of records on single page default:20 maximum=50" (API document, `limit`). */
const documentedMaximum = 50;

/**
 * How many rows the upstream gives at most in one answer, for one kind of list.
 * Messages have no documented maximum; the campaigns' is assumed, and a smaller one is learned from answers.
 */
export class PageMaximum {
  #rows = documentedMaximum;

  get rows(): number {
    return this.#rows;
  }

  /** Takes `metadata.limit` of an answer that gave less than was asked for. */
  learn(limit: number): void {
    if (limit >= 1) this.#rows = Math.min(this.#rows, limit);
  }
}
