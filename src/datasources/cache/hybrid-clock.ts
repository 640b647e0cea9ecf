/** Greatest believable clock skew between instances, in milliseconds. */
export const maximumSkewMs = 3_600_000;

/**
 * Hybrid logical clock. It gives versions to reads and writes, so that the later of two has the greater version even if
 * another instance made one of them. A version is the time in microseconds, and is never behind a version seen before.
 */
export class HybridClock {
  readonly #now: () => number;
  #last = 0;

  /** @param now epoch milliseconds, of the same clock for all instances (state/shared-clock.ts); may stand still. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Returns the next version. */
  readonly next = (): number => {
    this.#last = Math.max(Math.floor(this.#now()) * 1000, this.#last + 1);
    return this.#last;
  };

  /** Moves the clock past a version that another instance gave. */
  observe(version: number): void {
    this.#last = Math.max(this.#last, version);
  }

  /** False for a version that no instance's clock can have given: it must not be observed, since the clock would have to follow it. */
  isBelievable(version: number): boolean {
    return version <= (this.#now() + maximumSkewMs) * 1000;
  }
}
