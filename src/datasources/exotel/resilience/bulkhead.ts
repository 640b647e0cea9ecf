import { NotSent } from './not-sent.js';

/** Most reads in flight. Writes have a bulkhead of their own, so they don't wait behind reads. */
const maximumReads = 128;
const maximumWrites = 16;
/** Most requests in flight; the transport has a connection for each. */
export const maximumOpenRequests = maximumReads + maximumWrites;
/** Most requests that wait. Further ones fail at once. */
const maximumWaiting = 10_000;

/**
 * Bulkheads for reads and writes: they limit the requests in flight, so that no request spends its timeout in the transport's queue.
 * Usually there is room, and entering allocates nothing, not even a promise.
 */
export class Bulkheads {
  readonly #reads = new Bulkhead(maximumReads);
  readonly #writes = new Bulkhead(maximumWrites);

  /**
   * Enters a bulkhead, which must be left once.
   * @returns undefined where there is room at once.
   * @throws NotSent where too many requests wait.
   */
  enter(isWrite: boolean): Promise<void> | undefined {
    return (isWrite ? this.#writes : this.#reads).enter();
  }

  /** Leaves a bulkhead. */
  leave(isWrite: boolean): void {
    (isWrite ? this.#writes : this.#reads).leave();
  }
}

/** Limits concurrent requests; further ones wait in their order. */
class Bulkhead {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(size: number) {
    this.#free = size;
  }

  enter(): Promise<void> | undefined {
    if (this.#free > 0) {
      this.#free -= 1;
      return undefined;
    }
    if (this.#waiting.length >= maximumWaiting) throw new NotSent();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Lets the first waiting request enter. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
