/** Capacity that queues share. When it is used up, each queue may hold its fair share, and longer queues drop the rest. */
export class QueueCapacity {
  readonly #maximum: number;
  #queues = 0;
  #queued = 0;

  /** @param maximum values of all queues together. There may be twice as many until all queues are within their shares. */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** Current limit of one queue, whose own limit is `maximum`. */
  limit(maximum: number): number {
    if (this.#queued <= this.#maximum) return maximum;
    return Math.min(maximum, Math.max(1, Math.floor(this.#maximum / this.#queues)));
  }

  /** A queue was opened. */
  opened(): void {
    this.#queues += 1;
  }

  /** A queue was closed. */
  closed(): void {
    this.#queues -= 1;
  }

  /** Adds to the number of queued values. */
  add(by: number): void {
    this.#queued += by;
  }
}

/** Options of a queue. */
interface SubscriberQueueOptions {
  /** Longest queue; a new value beyond it drops the oldest, so that a slow subscriber cannot use up memory. */
  readonly maximum: number;
  /** Shared with other queues. */
  readonly capacity: QueueCapacity;
  /** Called once when the queue is closed, from either side. */
  readonly onClosed: () => void;
  /** Called for each dropped value. */
  readonly onDropped: () => void;
}

interface Deferred<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** Queue of one subscriber: an async iterator that values are pushed into. */
export class SubscriberQueue<T> implements AsyncIterableIterator<T> {
  readonly #options: SubscriberQueueOptions;
  readonly #values: T[] = [];
  #pendingNext: Deferred<IteratorResult<T>> | null = null;
  #failure: Error | null = null;
  #isClosed = false;

  constructor(options: SubscriberQueueOptions) {
    this.#options = options;
    options.capacity.opened();
  }

  /** True if no value is queued. */
  get isEmpty(): boolean {
    return this.#values.length === 0;
  }

  /** Delivers a value to the pending `next`, or queues it. */
  push(value: T): void {
    if (this.#isClosed) return;
    if (this.#pendingNext) {
      this.#pendingNext.resolve({ done: false, value });
      this.#pendingNext = null;
      return;
    }
    const { maximum, capacity, onDropped } = this.#options;
    this.#values.push(value);
    capacity.add(1);
    for (let over = this.#values.length - capacity.limit(maximum); over > 0; over -= 1) {
      this.#shift();
      onDropped();
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
    if (this.#isClosed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#pendingNext?.resolve({ done: true, value: undefined });
      this.#pendingNext = { resolve, reject };
    });
  }

  /** Closes the queue with an error. The subscriber still gets the queued values, then the error. */
  fail(error: Error): void {
    if (this.#isClosed) return;
    if (this.#pendingNext) this.#pendingNext.reject(error);
    else this.#failure = error;
    this.#close();
  }

  return(): Promise<IteratorResult<T>> {
    if (!this.#isClosed) {
      this.#pendingNext?.resolve({ done: true, value: undefined });
      this.#close();
    }
    this.#values.length = 0;
    this.#failure = null;
    return Promise.resolve({ done: true, value: undefined });
  }

  async throw(error: unknown): Promise<never> {
    await this.return();
    throw error;
  }

  #shift(): T | undefined {
    if (!this.#isClosed && this.#values.length > 0) this.#options.capacity.add(-1);
    return this.#values.shift();
  }

  /** Queued values count no longer: the subscriber may never take them. */
  #close(): void {
    const { capacity, onClosed } = this.#options;
    this.#isClosed = true;
    this.#pendingNext = null;
    capacity.add(-this.#values.length);
    capacity.closed();
    onClosed();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
