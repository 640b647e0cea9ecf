/** When the work of others may wait no longer. */
export interface EventLoopSchedulerOptions {
  /** Milliseconds of work in one turn of the event loop, after which the next piece waits for another turn. */
  readonly sliceMs: number;
  /** Milliseconds. */
  readonly now: () => number;
}

/**
 * Divides work between turns of the event loop, so that a probe or a callback is answered between the pieces of a flood. A
 * piece is not interrupted: each asks for its turn before it begins, and those that wait go first come, first served.
 */
export class EventLoopScheduler {
  readonly #options: EventLoopSchedulerOptions;
  readonly #waiting: (() => void)[] = [];
  /** Undefined: nothing has asked in this turn. */
  #beganAtMs: number | undefined;
  /** Whether a piece may begin that has not yet done what it can do without waiting. */
  #isBeginning = false;

  constructor(options: EventLoopSchedulerOptions) {
    this.#options = options;
  }

  /** Asks for a turn. @returns undefined where the work may begin at once, else resolves when it may. */
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

  /** Looks at the next one once all is done that this one can do without waiting: only then is its time known. */
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
