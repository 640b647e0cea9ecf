import { bulkhead, BulkheadRejectedError } from 'cockatiel';
import { NotSent } from './not-sent.js';

/** How many requests are open at once; the transport has a connection for each. */
export const maximumOpenRequests = 128;
/** How many more may wait for one of them to end: past that, the caller is better told at once. */
const maximumWaiting = 10_000;

/** Keeps a request from being sent into a queue where its own timeout would run out before it leaves. */
export class Lanes {
  readonly #policy = bulkhead(maximumOpenRequests, maximumWaiting);

  /** @throws NotSent where too many wait already. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await this.#policy.execute(call);
    } catch (error) {
      throw error instanceof BulkheadRejectedError ? new NotSent() : error;
    }
  }
}
