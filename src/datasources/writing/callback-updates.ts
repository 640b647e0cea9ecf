import { randomUUID } from 'node:crypto';
import { withTimeout } from '../../domain/timeout.js';
import { type SharedState } from '../state/shared-state.js';

/** A slower answer of the shared state is not waited for. */
const answerTimeoutMs = 500;
/**
 * Longest time that an update takes apart from its requests to the upstream: it may wait for the rate limiter, and look at the
 * campaign again.
 */
const waitsMs = 120_000;
/** An update sends up to two requests, and the upstream may process each for three timeouts. */
const timeouts = 6;

/**
 * Notes of the updates that send callback addresses, of all gateways of the account. An update adds the gateway's own addresses
 * only if no other update has been noted for the campaign: the upstream may process that one at any time. So notes
 * expire, and are not removed.
 */
export class CallbackUpdates {
  readonly #state: SharedState;
  readonly #ttlMs: number;

  /** @param timeoutMs of one request. */
  constructor(state: SharedState, timeoutMs: number) {
    this.#state = state;
    this.#ttlMs = waitsMs + timeouts * timeoutMs;
  }

  /**
   * Notes an update before the campaign is read for it.
   * @param isGiven true if its caller has given an address: then its note replaces that of another update.
   * @returns tells whether no other update was noted since; undefined if one was noted before, or if that can't be known.
   */
  async note(sid: string, isGiven: boolean): Promise<(() => Promise<boolean>) | undefined> {
    const key = `callbacks:${sid.toLowerCase()}`; // the upstream takes a sid in any case
    const id = randomUUID();
    const isOurs = async (): Promise<boolean> => (await this.#state.read(key)) === id;
    const isFirst = await inTime(this.#insert(key, id, isGiven));
    return isFirst ? () => inTime(isOurs()) : undefined;
  }

  async #insert(key: string, id: string, isGiven: boolean): Promise<boolean> {
    if (await this.#state.insert(key, id, this.#ttlMs)) return true;
    if (isGiven) await this.#state.swap(key, (await this.#state.read(key)) ?? '', id, this.#ttlMs);
    return false;
  }
}

/** False if the shared state does not answer: then nothing is added, and the update is sent as it was given. */
async function inTime(answer: Promise<boolean>): Promise<boolean> {
  const known = answer.catch(() => false);
  return (await withTimeout(answerTimeoutMs, known)) ?? false;
}
