import { NotSent } from './call-refusals.js';

/** Maximum numbers of reads and of writes in flight. */
export const [maximumReads, maximumWrites] = [128, 16];
/** Maximum number of waiting requests. Further ones fail at once. */
const maximumWaiting = 10_000;

/**
 * Limits concurrent requests, so that none spends its timeout in the queue of the transport. Further requests wait in order.
 * While there is room, entering allocates nothing, not even a promise.
 */
export class Bulkhead {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(size: number) {
    this.#free = size;
  }

  /**
   * Enters; `leave` must follow once.
   * @returns undefined if there is room at once.
   * @throws NotSent if too many requests wait.
   */
  enter(): Promise<void> | undefined {
    if (this.#free > 0) {
      this.#free -= 1;
      return undefined;
    }
    if (this.#waiting.length >= maximumWaiting) throw new NotSent();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Leaves, and lets the first waiting request enter. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
