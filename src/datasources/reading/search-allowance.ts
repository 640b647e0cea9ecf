/**
 * The most upstream calls that one operation spends on looking for cursors' rows that are not where they were, beside
 * those for its pages. For each cursor of a list read in windows of `w` rows, with `n` rows in all: one call where the
 * change of the total points to, four beside that place and the old one, ⌈log₂(n / w)⌉ + 1 to find where its sort key
 * begins, and twenty for 500 rows to either side in windows of 50. Every one is spent only until the row is found.
 */
export const maximumSearchCalls = 36;

/** What is left to an operation of the calls for its searches. */
export class SearchAllowance {
  #left: number;
  readonly #taken = new Set<string>();

  /** @param calls how many may be made. */
  constructor(calls = maximumSearchCalls) {
    this.#left = calls;
  }

  /**
   * Takes one call; false where none is left.
   * @param window names what is read. An operation reads it once, so that it counts once.
   */
  take(window: string): boolean {
    if (this.#taken.has(window)) return true;
    if (this.#left <= 0) return false;
    this.#left -= 1;
    this.#taken.add(window);
    return true;
  }
}
