import { CampaignAction } from '../../domain/campaign.js';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { newCampaignProblems } from '../../domain/rules/create.js';
import { type UserProblem } from '../../domain/user-error.js';
import { isSidLength } from '../../domain/sid.js';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { type LifecycleAction } from '../exotel/mapping/draft.js';
import { type RequestReader } from '../reading/request-reader.js';
import { type Audit, auditOfError, auditOfOutcome, type AuditLine } from './audit.js';
import { Changes, type ChangesOptions } from './changes.js';
import { type Creates } from './creates.js';
import { type KeyedOutcome } from './keyed-creates.js';
import { type Outcome } from './outcome.js';

/** What writing needs. */
export interface WritingOptions extends ChangesOptions {
  readonly creates: Creates;
  readonly audit: Audit;
}

/** The writes of one request; its reader sees each of them, and each leaves an audit line. */
export class CampaignWriter {
  readonly #options: WritingOptions;
  readonly #reader: RequestReader;
  readonly #changes: Changes;
  readonly #who: string;

  /** @param who asks, for the audit. */
  constructor(options: WritingOptions, reader: RequestReader, who: string) {
    this.#options = options;
    this.#reader = reader;
    this.#changes = new Changes(options, reader);
    this.#who = who;
  }

  /** What is wrong with a new campaign: what creating it would be refused for, without a call. */
  problems(draft: CampaignDraft, idempotencyKey: string | null): readonly UserProblem[] {
    return newCampaignProblems(draft, idempotencyKey, this.#options.now());
  }

  /** Creates a campaign, or answers what came of the same key before. */
  async create(draft: CampaignDraft, idempotencyKey: string | null): Promise<Outcome> {
    const { outcome } = await this.#audited('CREATE', null, () => this.#create(draft, idempotencyKey));
    return outcome;
  }

  /** Changes a campaign that has not started. */
  async update(sid: string, draft: CampaignDraft): Promise<Outcome> {
    return this.#change(CampaignAction.UPDATE, sid, () => this.#changes.update(sid, draft));
  }

  /** Moves a campaign along its life, where the rules allow it. */
  async act(sid: string, action: LifecycleAction): Promise<Outcome> {
    return this.#change(action, sid, () => this.#changes.act(sid, action));
  }

  async #create(draft: CampaignDraft, idempotencyKey: string | null): Promise<KeyedOutcome> {
    const keyed = await this.#options.creates
      .create(draft, idempotencyKey, this.#reader.asker)
      .catch((error: unknown) => {
        // Who is told to look must not be shown a list from before.
        if (!(error instanceof UpstreamFailure) || error.facts.sid !== undefined) this.#reader.forgetLists();
        throw error;
      });
    const { outcome, isReplay } = keyed;
    if (!outcome.campaign) return keyed;
    if (isReplay) return { outcome: await this.#asItIsNow(outcome), isReplay };
    // What create answers has no stats and no cost: the next read asks for the whole campaign.
    this.#reader.wrote(outcome.campaign, !outcome.isPartial);
    return keyed;
  }

  /** A campaign that was created a while ago has moved on. Where it can't be read, it was created all the same. */
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
    const { trail } = this.#reader.asker;
    try {
      const keyed = await write();
      this.#options.audit(
        { ...head, ...auditOfOutcome(keyed.outcome, keyed.isReplay || keyed.isJoined) },
        trail,
      );
      return keyed;
    } catch (error) {
      this.#options.audit({ ...head, ...auditOfError(error) }, trail);
      throw error;
    } finally {
      await this.#reader.told; // whoever is told of a write finds it, whichever gateway is asked
    }
  }
}
