import { type Credentials } from '../datasources/exotel/credentials-state.js';
import { type ExotelClient } from '../datasources/exotel/client.js';
import { type CallOptions } from '../datasources/exotel/resilience/call-policy.js';
import { campaignQueryOf } from '../domain/lists/list-query.js';
import { withTimeout } from '../domain/timeout.js';

/** Longest delay of a start by the check: a gateway works without its upstream. */
const longestDelayMs = 1000;
/** Pause between checks of credentials that have never worked. Nothing else needs the rate limit then. */
const pauseMs = 60_000;

/** Options of the check. */
interface CredentialsCheckOptions {
  readonly client: Pick<ExotelClient, 'listCampaigns'>;
  readonly credentials: Credentials;
  /** Resolves when calls can be counted in the shared rate limit. */
  readonly ready: () => Promise<void>;
  readonly pauseMs?: number | undefined;
}

/**
 * Tries the credentials at the start with one call, and again each minute while they have never worked: `/readyz` keeps
 * requests away meanwhile, so nothing else would notice that they work now.
 */
export class CredentialsCheck {
  readonly #options: CredentialsCheckOptions;
  readonly #first: Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: CredentialsCheckOptions) {
    this.#options = options;
    this.#first = options.ready().then(() => this.#check({ priority: 'read', isOnlyAttempt: true }));
  }

  /** Resolves when the first check is done, at the latest after a second. */
  async done(): Promise<void> {
    await withTimeout(longestDelayMs, this.#first);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #check(call: CallOptions): Promise<void> {
    const { client, credentials } = this.#options;
    if (this.#isClosed) return;
    // The end of the call is observed where all calls are; a failure of another kind says nothing about the credentials.
    await client.listCampaigns(campaignQueryOf({}), { offset: 0, limit: 1 }, call).catch(() => undefined);
    if (credentials.state === 'refused') this.#scheduleNext();
  }

  #scheduleNext(): void {
    if (this.#isClosed) return;
    const again = (): void => void this.#check({ priority: 'background', isOnlyAttempt: true });
    this.#timer = setTimeout(again, this.#options.pauseMs ?? pauseMs).unref();
  }
}
