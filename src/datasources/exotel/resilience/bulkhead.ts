import { NotSent } from './not-sent.js';

/** How many reads are open at once; a write must not wait behind them, so writes have lanes of their own. */
const readLanes = 128;
const writeLanes = 16;
/** The transport has a connection for each lane. */
export const maximumOpenRequests = readLanes + writeLanes;
/** How many more may wait for one of them to end: past that, the caller is better told at once. */
const maximumWaiting = 10_000;

/**
 * Keeps a request from being sent into a queue where its own timeout would run out before it leaves. Mostly a lane is
 * free, and then entering it makes nothing, not even a promise.
 */
export class Lanes {
  readonly #reads = new Bulkhead(readLanes);
  readonly #writes = new Bulkhead(writeLanes);

  /**
   * Takes a lane, to be left once.
   * @returns undefined where it has one at once.
   * @throws NotSent where too many wait already.
   */
  enter(isWrite: boolean): Promise<void> | undefined {
    return (isWrite ? this.#writes : this.#reads).enter();
  }

  /** Gives a lane back. */
  leave(isWrite: boolean): void {
    (isWrite ? this.#writes : this.#reads).leave();
  }
}

/** So many at a time; who comes on top of that waits in line. */
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

  /** The place goes to who is first in line. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
