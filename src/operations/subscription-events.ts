import { type MemoryReservation } from './gate/memory-pool.js';
import { type ResultBody, type ResultStream } from './operation-result.js';

/** The result of an event, and its memory. */
export interface EventResult {
  readonly body: ResultBody;
  readonly reservation: MemoryReservation;
}

interface SubscriptionEventsOptions {
  readonly source: AsyncIterator<unknown>;
  readonly execute: (event: unknown) => Promise<EventResult>;
  /** Formats an error of the source; a transport would close its connection over a rejection. */
  readonly failed: (error: unknown) => ResultBody;
  /**
   * Whether the memory of an event is reserved until the next one is requested. Otherwise the transport writes the event at
   * once, and its unread bytes are counted on the connection.
   */
  readonly isHeldUntilTaken: boolean;
  /** Whether the caller's credentials are still valid: they may end while an event is executed. */
  readonly mayReceive: () => boolean;
  /** Called once, when the events end or the consumer leaves. @param delivered number of events. */
  readonly onEnd: (delivered: number) => void;
}

type Next = IteratorResult<ResultBody, undefined>;

const done: Next = { done: true, value: undefined };

/** The events of a subscription; each is executed when the subscriber requests it. */
export class SubscriptionEvents implements ResultStream {
  readonly #options: SubscriptionEventsOptions;
  #release: () => void = () => undefined;
  #hasEnded = false;
  #delivered = 0;

  constructor(options: SubscriptionEventsOptions) {
    this.#options = options;
  }

  async next(): Promise<Next> {
    this.#release();
    const { source, execute, failed, isHeldUntilTaken } = this.#options;
    try {
      const event = await source.next();
      if (event.done) return this.#end();
      const { body, reservation } = await execute(event.value);
      const release = (): void => {
        reservation.release();
        empty(body);
      };
      if (isHeldUntilTaken) this.#release = release;
      else setImmediate(release);
      if (!this.#hasEnded && this.#options.mayReceive()) {
        this.#delivered += 1;
        return { done: false, value: body };
      }
      release();
      return this.#end();
    } catch (error) {
      return { done: false, value: failed(error) };
    }
  }

  async return(): Promise<Next> {
    this.#end();
    await this.#options.source.return?.();
    return done;
  }

  async throw(error: unknown): Promise<Next> {
    this.#end();
    await this.#options.source.throw?.(error);
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(): Next {
    this.#release();
    if (!this.#hasEnded) this.#options.onEnd(this.#delivered);
    this.#hasEnded = true;
    return done;
  }
}

/** Libraries keep a reference to the last event until the next one, which may be months later. */
function empty(body: ResultBody): void {
  Object.assign(body, { data: undefined, errors: undefined, extensions: undefined });
}
