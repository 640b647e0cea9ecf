interface EventLoopSchedulerOptions {
  /** Longest work in one turn of the event loop; the next piece then waits for another turn. */
  readonly sliceMs: number;
  /** Clock in milliseconds. */
  readonly now: () => number;
}

/**
 * Divides work between turns of the event loop, so that probes and callbacks are served during a flood of operations. Each
 * piece of work waits for its turn before it begins, in order of arrival, and is not interrupted.
 */
export class EventLoopScheduler {
  readonly #options: EventLoopSchedulerOptions;
  readonly #waiting: (() => void)[] = [];
  /** Start of the work in this turn; undefined if there was none. */
  #beganAtMs: number | undefined;
  /** True while a piece of work is in its synchronous part. */
  #isBeginning = false;

  constructor(options: EventLoopSchedulerOptions) {
    this.#options = options;
  }

  /** Number of pieces of work that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** @returns undefined if work may begin at once; otherwise resolves when it may. */
  next(): Promise<void> | undefined {
    if (this.#waiting.length > 0 || this.#isBeginning || this.#isSpent())
      return new Promise((resolve) => this.#waiting.push(resolve));
    this.#begun();
    return undefined;
  }

  #isSpent(): boolean {
    const nowMs = this.#options.now();
    if (this.#beganAtMs === undefined) {
      this.#beganAtMs = nowMs;
      setImmediate(this.#turn);
    }
    return nowMs - this.#beganAtMs >= this.#options.sliceMs;
  }

  readonly #turn = (): void => {
    this.#beganAtMs = undefined;
    if (!this.#isBeginning) this.#letOneBegin();
  };

  /** Admits the next piece after the synchronous part of this one, whose duration is known only then. */
  #begun(): void {
    this.#isBeginning = true;
    queueMicrotask(this.#afterMicrotasks);
  }

  readonly #afterMicrotasks = (): void => {
    process.nextTick(this.#hasBegun);
  };

  readonly #hasBegun = (): void => {
    this.#isBeginning = false;
    this.#letOneBegin();
  };

  #letOneBegin(): void {
    if (this.#waiting.length === 0 || this.#isSpent()) return;
    this.#waiting.shift()?.();
    this.#begun();
  }
}
