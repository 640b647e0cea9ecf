import { closingEvents } from '../../domain/closing-events.js';
import { GatewayError } from '../../domain/errors.js';

/** Limits the open subscriptions of each caller, over all transports. */
export class SubscriptionLimit {
  readonly #maximum: number;
  readonly #open = new Map<string, number>();

  /** @param maximum open subscriptions of one caller; 0 for no limit. */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /**
   * Opens a subscription. It counts until it is closed, or could not be opened.
   * @throws GatewayError `TOO_MANY_SUBSCRIPTIONS` before anything is read; also the errors of `subscribe`.
   */
  async open<T>(
    caller: string,
    subscribe: () => Promise<AsyncIterableIterator<T>>,
  ): Promise<AsyncIterableIterator<T>> {
    if (this.#maximum === 0) return subscribe();
    const open = this.#openOf(caller);
    if (open >= this.#maximum) throw tooMany(this.#maximum);
    this.#open.set(caller, open + 1);
    try {
      return closingEvents(await subscribe(), () => {
        this.#close(caller);
      });
    } catch (error) {
      this.#close(caller);
      throw error;
    }
  }

  #openOf(caller: string): number {
    return this.#open.get(caller) ?? 0;
  }

  /** A caller without subscriptions takes no memory. */
  #close(caller: string): void {
    const left = this.#openOf(caller) - 1;
    if (left > 0) this.#open.set(caller, left);
    else this.#open.delete(caller);
  }
}

function tooMany(limit: number): GatewayError {
  return new GatewayError(
    'TOO_MANY_SUBSCRIPTIONS',
    `This caller has ${limit} open subscriptions, the most that are allowed. Close one first.`,
    { limit },
  );
}
