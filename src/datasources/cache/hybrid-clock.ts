/**
 * Numbers readings and writes so that of two the later has the greater number, also where another gateway made one of
 * them: a hybrid logical clock. It goes by the time, a thousand numbers to the millisecond, and never behind a number
 * that it has heard of.
 */
export class HybridClock {
  readonly #now: () => number;
  #last = 0;

  /** @param now epoch milliseconds; may stand still. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The next number. */
  readonly next = (): number => {
    this.#last = Math.max(Math.floor(this.#now()) * 1000, this.#last + 1);
    return this.#last;
  };

  /** Takes a number that another gateway gave. */
  observe(version: number): void {
    this.#last = Math.max(this.#last, version);
  }
}
