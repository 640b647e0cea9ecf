import { GraphQLError } from 'graphql';
import { type MemoryReservation } from './gate/memory-pool.js';
import { type ResultBody, type ResultStream } from './operation-result.js';

/** An event as its subscriber gets it, and the memory that it takes. */
export interface EventResult {
  readonly body: ResultBody;
  readonly reservation: MemoryReservation;
}

/** Where the events of a subscription come from, and what becomes of them. */
export interface SubscriptionEventsOptions {
  readonly source: AsyncIterator<unknown>;
  readonly execute: (event: unknown) => Promise<EventResult>;
  /** The last result, for an error of the source: a transport would break its connection over a rejection. */
  readonly failed: (error: GraphQLError) => ResultBody;
  /**
   * Whether an event's memory is held until the next one is asked for. Otherwise the transport writes an event at once, and
   * from then on its bytes are counted where they wait for the client.
   */
  readonly isHeldUntilTaken: boolean;
  /** Called once, when the events have ended or their consumer has left. */
  readonly onEnd: () => void;
}

type Next = IteratorResult<ResultBody, undefined>;

const done: Next = { done: true, value: undefined };

/** The events of a subscription, each answered when its subscriber asks for it. */
export class SubscriptionEvents implements ResultStream {
  readonly #options: SubscriptionEventsOptions;
  #release: () => void = () => undefined;
  #hasLeft = false;

  constructor(options: SubscriptionEventsOptions) {
    this.#options = options;
  }

  async next(): Promise<Next> {
    this.#release();
    const { source, execute, failed, isHeldUntilTaken } = this.#options;
    try {
      const event = await source.next();
      if (event.done) return this.#leave();
      const { body, reservation } = await execute(event.value);
      const release = (): void => {
        reservation.release();
        empty(body);
      };
      if (isHeldUntilTaken) this.#release = release;
      else setImmediate(release);
      if (!this.#hasLeft) return { done: false, value: body };
      release();
      return done;
    } catch (error) {
      const originalError = error instanceof Error ? error : new Error(String(error));
      return { done: false, value: failed(new GraphQLError(originalError.message, { originalError })) };
    }
  }

  async return(): Promise<Next> {
    this.#leave();
    await this.#options.source.return?.();
    return done;
  }

  async throw(error: unknown): Promise<Next> {
    this.#leave();
    await this.#options.source.throw?.(error);
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #leave(): Next {
    this.#release();
    if (!this.#hasLeft) this.#options.onEnd();
    this.#hasLeft = true;
    return done;
  }
}

/** The libraries hold on to a subscription's last event until the next one, which may be months later. */
function empty(body: ResultBody): void {
  Object.assign(body, { data: undefined, errors: undefined, extensions: undefined });
}
