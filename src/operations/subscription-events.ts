import { GatewayError } from '../domain/errors.js';
import { untilAborted } from '../domain/timeout.js';
import { type MemoryReservation } from './gate/memory-pool.js';
import { type ResultBody, type ResultStream } from './operation-result.js';

/** The result of an event, and its memory. */
export interface EventResult {
  readonly body: ResultBody;
  /** Until the transport has written the event, which it does at once: from then on, a connection counts unread bytes. */
  readonly reservation: MemoryReservation;
  /** Until the subscriber has taken the event, where no connection counts its bytes. */
  readonly delivery: MemoryReservation | undefined;
}

interface SubscriptionEventsOptions {
  readonly source: AsyncIterator<unknown>;
  /** @param left aborted when the subscription ends. */
  readonly execute: (event: unknown, left: AbortSignal) => Promise<EventResult>;
  /** Formats an error of the source; a transport would close its connection over a rejection. */
  readonly failed: (error: unknown) => ResultBody;
  /** Aborted once the caller's credentials end: nothing is delivered from then on, whatever is awaited. */
  readonly credentialsEnded: AbortSignal;
  /** Whether the credentials are still valid, also where the clock was set. */
  readonly mayReceive: () => boolean;
  /** Called once, when the events end or the consumer leaves. @param delivered number of events. */
  readonly onEnd: (delivered: number) => void;
}

type Next = IteratorResult<ResultBody, undefined>;

const done: Next = { done: true, value: undefined };

/** Message of a subscription whose credentials ended. */
export const credentialsEnded = 'The credentials of this subscription have ended.';

/**
 * The source of a subscription that is opening.
 * @param ended aborted once the caller's credentials end.
 * @throws GatewayError `UNAUTHENTICATED` if they end first.
 */
export async function openedSource<Source extends object>(
  opening: Promise<Source>,
  ended: AbortSignal,
): Promise<Source> {
  const source = await untilAborted(ended, opening);
  if (source) return source;
  void opening.then(closeSource, () => undefined);
  throw new GatewayError('UNAUTHENTICATED', credentialsEnded);
}

function closeSource(source: object): void {
  if (Symbol.asyncIterator in source)
    void (source as AsyncIterable<unknown>)[Symbol.asyncIterator]().return?.();
}

/** The events of a subscription; each is executed when the subscriber requests it. */
export class SubscriptionEvents implements ResultStream {
  readonly #options: SubscriptionEventsOptions;
  /** Memory of the last event, which the subscriber has taken once it requests the next one. */
  #delivery: MemoryReservation | undefined;
  /** Aborted when the subscription ends while an event is executed. */
  #left: AbortController | undefined;
  #hasEnded = false;
  #delivered = 0;

  constructor(options: SubscriptionEventsOptions) {
    this.#options = options;
  }

  async next(): Promise<Next> {
    this.#delivery?.release();
    return (await untilAborted(this.#options.credentialsEnded, this.#next())) ?? this.return();
  }

  async #next(): Promise<Next> {
    try {
      const event = await this.#options.source.next();
      return event.done || this.#hasEnded ? this.#end() : await this.#executed(event.value);
    } catch (error) {
      return this.#hasEnded ? done : { done: false, value: this.#options.failed(error) };
    }
  }

  async #executed(event: unknown): Promise<Next> {
    this.#left = new AbortController();
    const { body, reservation, delivery } = await this.#options.execute(event, this.#left.signal);
    this.#delivery = delivery;
    setImmediate(() => {
      reservation.release();
      empty(body);
    });
    if (this.#hasEnded || !this.#options.mayReceive()) return this.#end();
    this.#delivered += 1;
    return { done: false, value: body };
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
    this.#delivery?.release();
    this.#left?.abort();
    if (!this.#hasEnded) this.#options.onEnd(this.#delivered);
    this.#hasEnded = true;
    return done;
  }
}

/** Libraries keep a reference to the last event until the next one, which may be months later. */
function empty(body: ResultBody): void {
  Object.assign(body, { data: undefined, errors: undefined, extensions: undefined });
}
