/** How a queue ends and how much it holds. */
export interface SubscriberQueueOptions {
  /** What does not fit pushes out the oldest: a slow subscriber never grows memory. */
  readonly maximum: number;
  /** Told once, when the subscriber leaves. */
  readonly onLeft: () => void;
  /** Told each time that something was pushed out. */
  readonly onDropped?: () => void;
}

interface PromiseWithHands<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** What waits for one subscriber: an async iterator that others push into. */
export class SubscriberQueue<T> implements AsyncIterableIterator<T> {
  readonly #options: SubscriberQueueOptions;
  readonly #waiting: T[] = [];
  #take: PromiseWithHands<IteratorResult<T>> | null = null;
  #failure: Error | null = null;
  #hasLeft = false;

  constructor(options: SubscriberQueueOptions) {
    this.#options = options;
  }

  /** Gives a value to the subscriber, now or when it asks for one. */
  push(value: T): void {
    if (this.#hasLeft) return;
    if (this.#take) {
      this.#take.resolve({ done: false, value });
      this.#take = null;
      return;
    }
    this.#waiting.push(value);
    if (this.#waiting.length <= this.#options.maximum) return;
    this.#waiting.shift();
    this.#options.onDropped?.();
  }

  next(): Promise<IteratorResult<T>> {
    const value = this.#waiting.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#failure) {
      const failure = this.#failure;
      this.#failure = null;
      return Promise.reject(failure);
    }
    if (this.#hasLeft) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#take?.resolve({ done: true, value: undefined });
      this.#take = { resolve, reject };
    });
  }

  /** Ends it from this side: the subscriber is given what waits for it, then the error, and then nothing more. */
  fail(error: Error): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    if (this.#take) this.#take.reject(error);
    else this.#failure = error;
    this.#take = null;
    this.#options.onLeft();
  }

  return(): Promise<IteratorResult<T>> {
    this.#waiting.length = 0;
    this.#failure = null;
    if (!this.#hasLeft) {
      this.#hasLeft = true;
      this.#take?.resolve({ done: true, value: undefined });
      this.#take = null;
      this.#options.onLeft();
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<T>> {
    void this.return();
    return Promise.reject(
      error instanceof Error ? error : new Error('A subscription failed.', { cause: error }),
    );
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
