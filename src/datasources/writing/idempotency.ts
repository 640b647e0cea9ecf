import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { problem } from '../../domain/user-error.js';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { type Outcome, refused } from './outcome.js';

const dayMs = 24 * 60 * 60 * 1000;

interface Claim {
  readonly fingerprint: string;
  readonly outcome: Promise<Outcome>;
}

/**
 * Remembers which key created what, for 24 hours, in this process.
 *
 * A key is claimed before anything is sent, so that two requests at once share one POST. A refused input gives
 * the key back; an unknown outcome keeps it, so that a repeat can't create a second campaign.
 */
export class IdempotencyKeys {
  readonly #claims = new LRUCache<string, Claim>({ max: 100_000, ttl: dayMs });

  /** Runs a create under a key, or answers what came of the one that used the key before. */
  async once(key: string, draft: CampaignDraft, create: () => Promise<Outcome>): Promise<Outcome> {
    const fingerprint = createHash('sha256').update(JSON.stringify(draft)).digest('base64url');
    const earlier = this.#claims.get(key);
    if (earlier && earlier.fingerprint !== fingerprint)
      return refused(
        problem(
          'IDEMPOTENCY_KEY_REUSED',
          ['input', 'idempotencyKey'],
          'The key was used with another input.',
        ),
      );
    if (earlier) return earlier.outcome;
    const outcome = create();
    this.#claims.set(key, { fingerprint, outcome });
    await this.#release(key, outcome);
    return outcome;
  }

  async #release(key: string, outcome: Promise<Outcome>): Promise<void> {
    const [settled] = await Promise.allSettled([outcome]);
    const isKept =
      settled.status === 'fulfilled'
        ? settled.value.campaign !== null
        : (settled.reason as { code?: unknown }).code === 'OUTCOME_UNKNOWN';
    if (!isKept) this.#claims.delete(key);
  }
}
