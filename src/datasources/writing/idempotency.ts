import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { problem } from '../../domain/user-error.js';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { type Outcome, refused } from './outcome.js';

const dayMs = 24 * 60 * 60 * 1000;

interface Claim {
  readonly fingerprint: string;
  readonly outcome: Promise<Outcome>;
  hasEnded: boolean;
}

/** What came of a create under a key. */
export interface KeyedOutcome {
  readonly outcome: Outcome;
  readonly isReplayed: boolean;
}

const keyReused = problem(
  'IDEMPOTENCY_KEY_REUSED',
  ['input', 'idempotencyKey'],
  'The key was used with another input.',
);

/**
 * Remembers which key created what, for 24 hours, in this process.
 *
 * A key is claimed before anything is sent, so that two requests at once share one POST. A refused input gives
 * the key back; an unknown outcome keeps it, so that a repeat can't create a second campaign.
 */
export class IdempotencyKeys {
  readonly #claims = new LRUCache<string, Claim>({ max: 100_000, ttl: dayMs });

  /**
   * Runs a create under a key, or answers what came of the one that used the key before.
   * @returns the outcome, and whether it is that of an earlier create that had ended already.
   */
  async once(key: string, draft: CampaignDraft, create: () => Promise<Outcome>): Promise<KeyedOutcome> {
    // Null and absent mean the same, so they must not look like two inputs.
    const said = JSON.stringify(draft, (_name, value: unknown) => value ?? undefined);
    const fingerprint = createHash('sha256').update(said).digest('base64url');
    const earlier = this.#claims.get(key);
    if (earlier && earlier.fingerprint !== fingerprint)
      return { outcome: refused(keyReused), isReplayed: false };
    if (earlier) return { outcome: await earlier.outcome, isReplayed: earlier.hasEnded };
    const claim: Claim = { fingerprint, outcome: create(), hasEnded: false };
    this.#claims.set(key, claim);
    await this.#release(key, claim.outcome);
    claim.hasEnded = true;
    return { outcome: await claim.outcome, isReplayed: false };
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
