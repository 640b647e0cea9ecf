import { GatewayError } from '../domain/errors.js';

/** Subscriptions that are open, by caller, over whatever transport. */
export class SubscriptionLimit {
  readonly #maximum: number;
  readonly #open = new Map<string, number>();

  /** @param maximum of one caller at a time; 0: no limit. */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** How many a caller has open, those that are being opened included. */
  openOf(caller: string): number {
    return this.#open.get(caller) ?? 0;
  }

  /**
   * Opens one for a caller; it counts until it is left, or could not be opened.
   * @throws GatewayError `TOO_MANY_SUBSCRIPTIONS`, before anything is read; and whatever opening throws.
   */
  async open<T>(
    caller: string,
    subscribe: () => Promise<AsyncIterableIterator<T>>,
  ): Promise<AsyncIterableIterator<T>> {
    if (this.#maximum === 0) return subscribe();
    if (this.openOf(caller) >= this.#maximum) throw tooMany(this.#maximum);
    this.#open.set(caller, this.openOf(caller) + 1);
    try {
      return untilLeft(await subscribe(), () => {
        this.#close(caller);
      });
    } catch (error) {
      this.#close(caller);
      throw error;
    }
  }

  /** Callers that have none are forgotten. */
  #close(caller: string): void {
    const left = this.openOf(caller) - 1;
    if (left > 0) this.#open.set(caller, left);
    else this.#open.delete(caller);
  }
}

/** Tells once when the events have ended or their consumer has left. */
function untilLeft<T>(events: AsyncIterableIterator<T>, onLeft: () => void): AsyncIterableIterator<T> {
  let hasLeft = false;
  const leave = (): void => {
    if (!hasLeft) onLeft();
    hasLeft = true;
  };
  const each: AsyncIterableIterator<T> = {
    next: async () => {
      const result = await events.next();
      if (result.done) leave();
      return result;
    },
    return: async () => {
      leave();
      return events.return ? events.return() : { done: true, value: undefined };
    },
    throw: async (error: unknown) => {
      leave();
      if (events.throw) return events.throw(error);
      throw error;
    },
    [Symbol.asyncIterator]: () => each,
  };
  return each;
}

function tooMany(limit: number): GatewayError {
  return new GatewayError(
    'TOO_MANY_SUBSCRIPTIONS',
    `This caller has ${limit} subscriptions open, and may have no more; end one first.`,
    { limit },
  );
}
