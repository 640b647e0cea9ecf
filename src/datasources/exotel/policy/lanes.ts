import { bulkhead, BulkheadRejectedError } from 'cockatiel';
import { NotSent } from './not-sent.js';

/** How many reads are open at once; a write must not wait behind them, so writes have lanes of their own. */
const readLanes = 128;
const writeLanes = 16;
/** The transport has a connection for each lane. */
export const maximumOpenRequests = readLanes + writeLanes;
/** How many more may wait for one of them to end: past that, the caller is better told at once. */
const maximumWaiting = 10_000;

/** Keeps a request from being sent into a queue where its own timeout would run out before it leaves. */
export class Lanes {
  readonly #reads = bulkhead(readLanes, maximumWaiting);
  readonly #writes = bulkhead(writeLanes, maximumWaiting);

  /** @throws NotSent where too many wait already. */
  async run<T>(isWrite: boolean, call: () => Promise<T>): Promise<T> {
    try {
      return await (isWrite ? this.#writes : this.#reads).execute(call);
    } catch (error) {
      throw error instanceof BulkheadRejectedError ? new NotSent() : error;
    }
  }
}
