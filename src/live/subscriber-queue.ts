/** Room that queues share. Where it is used up, each queue is left its fair share, and those that hold more drop it. */
export class QueueCapacity {
  readonly #maximum: number;
  #queues = 0;
  #waiting = 0;

  /** @param maximum values of all queues together; twice as many while shares are still being dropped. */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** How many values one queue may hold now, which alone may hold so many at most. */
  limit(maximum: number): number {
    if (this.#waiting <= this.#maximum) return maximum;
    return Math.min(maximum, Math.max(1, Math.floor(this.#maximum / this.#queues)));
  }

  opened(): void {
    this.#queues += 1;
  }

  closed(): void {
    this.#queues -= 1;
  }

  /** Notes that more values wait, or fewer. */
  changed(by: number): void {
    this.#waiting += by;
  }
}

/** How a queue ends and how much it holds. */
export interface SubscriberQueueOptions {
  /** What does not fit pushes out the oldest: a slow subscriber never grows memory. */
  readonly maximum: number;
  /** Shared with other queues. */
  readonly room: QueueCapacity;
  /** Told once, when the subscriber leaves. */
  readonly onLeft: () => void;
  /** Told each time that something was pushed out. */
  readonly onDropped?: () => void;
}

interface Deferred<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** What waits for one subscriber: an async iterator that others push into. */
export class SubscriberQueue<T> implements AsyncIterableIterator<T> {
  readonly #options: SubscriberQueueOptions;
  readonly #waiting: T[] = [];
  /** How many of them are counted in the room. */
  #counted = 0;
  #take: Deferred<IteratorResult<T>> | null = null;
  #failure: Error | null = null;
  #hasLeft = false;

  constructor(options: SubscriberQueueOptions) {
    this.#options = options;
    options.room.opened();
  }

  /** Gives a value to the subscriber, now or when it asks for one. */
  push(value: T): void {
    if (this.#hasLeft) return;
    if (this.#take) {
      this.#take.resolve({ done: false, value });
      this.#take = null;
      return;
    }
    const { maximum, room } = this.#options;
    this.#waiting.push(value);
    this.#counted += 1;
    room.changed(1);
    for (let over = this.#waiting.length - room.limit(maximum); over > 0; over -= 1) {
      this.#shift();
      this.#options.onDropped?.();
    }
  }

  next(): Promise<IteratorResult<T>> {
    const value = this.#shift();
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
    this.#leave();
    if (this.#take) this.#take.reject(error);
    else this.#failure = error;
    this.#take = null;
    this.#leaveRoom(); // whether anybody takes what waits is not known
    this.#options.onLeft();
  }

  return(): Promise<IteratorResult<T>> {
    this.#leaveRoom();
    this.#waiting.length = 0;
    this.#failure = null;
    if (!this.#hasLeft) {
      this.#leave();
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

  #shift(): T | undefined {
    if (this.#counted > 0) {
      this.#counted -= 1;
      this.#options.room.changed(-1);
    }
    return this.#waiting.shift();
  }

  #leaveRoom(): void {
    this.#options.room.changed(-this.#counted);
    this.#counted = 0;
  }

  #leave(): void {
    this.#hasLeft = true;
    this.#options.room.closed();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
