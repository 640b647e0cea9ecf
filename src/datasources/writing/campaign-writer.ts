import { CampaignAction } from '../../domain/campaigns/campaign.js';
import { GatewayError, type UserProblem } from '../../domain/errors.js';
import { newCampaignProblems } from '../../domain/rules/create.js';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { isSidLength } from '../../domain/campaigns/sid.js';
import { type AuditLine } from '../../domain/telemetry.js';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { type RequestReader } from '../campaigns/request-reader.js';
import { type LifecycleAction } from '../exotel/wire/requests.js';
import { Changes, type ChangesOptions } from './changes.js';
import { type Creates } from './creates.js';
import { type KeyedOutcome } from './keyed-creates.js';
import { type AuditEnding, type OpenWrites } from './open-writes.js';
import { type Outcome } from './outcome.js';

/** Audit data of an outcome. */
function auditOfOutcome({ campaign, userErrors, requestId }: Outcome, isReplay = false): AuditEnding {
  return {
    outcome: campaign ? (isReplay ? 'replayed' : 'done') : 'refused',
    codes: userErrors.map(({ code }) => code),
    upstreamRequestId: requestId ?? null,
    ...(campaign && { sid: campaign.sid }),
  };
}

/** Audit data of an error. An error with a sid is a write that was done and whose answer is unreadable. */
function auditOfError(error: unknown): AuditEnding {
  const code = error instanceof GatewayError ? error.code : 'INTERNAL_SERVER_ERROR';
  const { sid, requestId } = error instanceof UpstreamFailure ? error.facts : {};
  return {
    outcome: sid !== undefined ? 'done' : code === 'OUTCOME_UNKNOWN' ? 'unknown' : 'failed',
    codes: [code],
    upstreamRequestId: requestId ?? null,
    ...(sid !== undefined && { sid }),
  };
}

/** Options of a writer. */
export interface WritingOptions extends ChangesOptions {
  readonly creates: Creates;
  readonly openWrites: OpenWrites;
}

/** Writes of one request. Each write updates the request's reader and leaves an audit line. */
export class CampaignWriter {
  readonly #options: WritingOptions;
  readonly #reader: RequestReader;
  readonly #changes: Changes;
  readonly #who: string;

  /** @param who name of the caller, for the audit. */
  constructor(options: WritingOptions, reader: RequestReader, who: string) {
    this.#options = options;
    this.#reader = reader;
    this.#changes = new Changes(options, reader);
    this.#who = who;
  }

  /** Checks a new campaign against the rules, without a call. */
  problems(draft: CampaignDraft, idempotencyKey: string | null): readonly UserProblem[] {
    return newCampaignProblems(draft, idempotencyKey, this.#options.now());
  }

  /** Creates a campaign, or returns the result of an earlier create under the same key. */
  async create(draft: CampaignDraft, idempotencyKey: string | null): Promise<Outcome> {
    const { outcome } = await this.#audited('CREATE', null, () => this.#create(draft, idempotencyKey));
    return outcome;
  }

  /** Updates a campaign that has not started. */
  async update(sid: string, draft: CampaignDraft): Promise<Outcome> {
    return this.#change(CampaignAction.UPDATE, sid, () => this.#changes.update(sid, draft));
  }

  /** Performs a lifecycle action that the campaign's status allows. */
  async act(sid: string, action: LifecycleAction): Promise<Outcome> {
    return this.#change(action, sid, () => this.#changes.act(sid, action));
  }

  async #create(draft: CampaignDraft, idempotencyKey: string | null): Promise<KeyedOutcome> {
    const keyed = await this.#options.creates
      .create(draft, idempotencyKey, this.#reader.origin)
      .catch((error: unknown) => {
        // A client that looks for the campaign now must not get an older list.
        if (!(error instanceof UpstreamFailure) || error.facts.sid !== undefined) this.#reader.dropLists();
        throw error;
      });
    const { outcome, isReplay } = keyed;
    if (!outcome.campaign) return keyed;
    if (isReplay) return { outcome: await this.#asItIsNow(outcome), isReplay };
    // The answer to a create has no stats and no cost, so the next read fetches the whole campaign.
    this.#reader.applyWrite(outcome.campaign, !outcome.isPartial);
    return keyed;
  }

  /** Replaces the stored result by the current campaign, where that can be read. */
  async #asItIsNow(outcome: Outcome): Promise<Outcome> {
    if (!outcome.campaign) return outcome;
    const campaign = await this.#reader.campaign(outcome.campaign.sid).catch(() => null);
    return campaign ? { ...outcome, campaign } : outcome;
  }

  async #change(action: CampaignAction, sid: string, change: () => Promise<Outcome>): Promise<Outcome> {
    const { outcome } = await this.#audited(action, sid, async () => ({
      outcome: await change(),
      isReplay: false,
    }));
    return outcome;
  }

  async #audited(
    what: AuditLine['what'],
    sid: string | null,
    write: () => Promise<KeyedOutcome>,
  ): Promise<KeyedOutcome> {
    const head = { who: this.#who, what, sid: sid !== null && isSidLength(sid) ? sid : null };
    const end = this.#options.openWrites.begin(head, this.#reader.origin.trace);
    try {
      const keyed = await write();
      end(auditOfOutcome(keyed.outcome, keyed.isReplay || keyed.isJoined));
      return keyed;
    } catch (error) {
      end(auditOfError(error));
      throw error;
    } finally {
      await this.#reader.flushed; // so that a read through any gateway sees the write before its caller has the answer
    }
  }
}
