import { CampaignAction } from '../../domain/campaign.js';
import { isAllowed } from '../../domain/lifecycle.js';
import { createProblems } from '../../domain/rules/create.js';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { updateProblems } from '../../domain/rules/update.js';
import { type FailureReason, failedBecause, UpstreamFailure } from '../../domain/upstream-failure.js';
import { problem } from '../../domain/user-error.js';
import { type Campaign } from '../../schema/campaign.js';
import { type ExotelClient } from '../exotel/client.js';
import { type LifecycleAction } from '../exotel/mapping/draft.js';
import { type RequestReader } from '../reading/request-reader.js';
import { type IdempotencyKeys } from './idempotency.js';
import { done, notAllowed, type Outcome, outcomeOfFailure, refused, unknownSid } from './outcome.js';

/** What writing needs. */
export interface WritingOptions {
  readonly client: ExotelClient;
  readonly keys: IdempotencyKeys;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The upstream said no for a reason that may be the campaign's status: which codes it uses is not documented. */
const refusals: ReadonlySet<FailureReason> = new Set(['forbidden', 'refused', 'duplicate']);

/** A write that was lost may have been done, and one that was refused shows that our picture is wrong. */
function mayHaveChanged(error: unknown): boolean {
  if (!(error instanceof UpstreamFailure)) return true;
  return error.mayHaveBeenProcessed || error.reason === 'notFound' || refusals.has(error.reason);
}

/** The writes of one request; its reader sees each of them. */
export class CampaignWriter {
  readonly #options: WritingOptions;
  readonly #reader: RequestReader;

  constructor(options: WritingOptions, reader: RequestReader) {
    this.#options = options;
    this.#reader = reader;
  }

  /** Creates a campaign with one POST, or answers what came of the same key before. */
  async create(draft: CampaignDraft, idempotencyKey: string | null): Promise<Outcome> {
    if (idempotencyKey === null) return this.#post(draft);
    if (idempotencyKey.trim() === '')
      return refused(
        problem('BLANK', ['input', 'idempotencyKey'], 'The key is blank; leave it out instead.'),
      );
    const { outcome, isReplayed } = await this.#options.keys.once(idempotencyKey, draft, () =>
      this.#post(draft),
    );
    return isReplayed ? this.#asItIsNow(outcome) : outcome;
  }

  async #post(draft: CampaignDraft): Promise<Outcome> {
    const problems = createProblems(draft, this.#options.now());
    if (problems.length > 0) return refused(...problems);
    try {
      // What create answers has no stats and no cost: the next read asks for the whole campaign.
      return done(
        await this.#write('', () => this.#options.client.createCampaign(draft, this.#reader.onSent), false),
      );
    } catch (error) {
      return outcomeOfFailure(error);
    }
  }

  /** A campaign that was created a while ago has moved on. Where it can't be read, it was created all the same. */
  async #asItIsNow(outcome: Outcome): Promise<Outcome> {
    if (!outcome.campaign) return outcome;
    const now = await this.#reader.campaign(outcome.campaign.sid).catch(() => null);
    return now ? done(now) : outcome;
  }

  /** Changes a campaign that has not started: what is given is checked against what stays. */
  async update(sid: string, draft: CampaignDraft): Promise<Outcome> {
    const campaign = await this.#campaignFor(CampaignAction.UPDATE, sid);
    if (!campaign) return unknownSid();
    if (!isAllowed(CampaignAction.UPDATE, campaign.status))
      return notAllowed(CampaignAction.UPDATE, campaign);
    const problems = updateProblems(draft, campaign, this.#options.now());
    if (problems.length > 0) return refused(...problems);
    return this.#change(CampaignAction.UPDATE, sid, () =>
      this.#options.client.updateCampaign(sid, draft, this.#reader.onSent),
    );
  }

  /** Moves a campaign along its life, where the rules allow it. */
  async act(sid: string, action: LifecycleAction): Promise<Outcome> {
    const campaign = await this.#campaignFor(action, sid);
    if (!campaign) return unknownSid();
    if (!isAllowed(action, campaign.status)) return notAllowed(action, campaign);
    return this.#change(action, sid, () =>
      this.#options.client.actOnCampaign(sid, action, this.#reader.onSent),
    );
  }

  /** The campaign as it was read last, or as it is now where that would refuse the action. */
  async #campaignFor(action: CampaignAction, sid: string): Promise<Campaign | null> {
    const { campaign, isNew } = await this.#reader.campaignToChange(sid);
    if (isNew || (campaign && isAllowed(action, campaign.status))) return campaign;
    return this.#reader.campaignNow(sid);
  }

  /** The campaign may move or go between our look and our request; the upstream has the last word. */
  async #change(action: CampaignAction, sid: string, send: () => Promise<Campaign>): Promise<Outcome> {
    try {
      return done(await this.#write(sid, send, true));
    } catch (error) {
      if (failedBecause(error, 'notFound')) return unknownSid();
      if (!(error instanceof UpstreamFailure) || !refusals.has(error.reason)) return outcomeOfFailure(error);
      const campaign = await this.#reader.campaignNow(sid);
      if (!campaign) return unknownSid();
      return isAllowed(action, campaign.status) ? outcomeOfFailure(error) : notAllowed(action, campaign);
    }
  }

  async #write(sid: string, send: () => Promise<Campaign>, isWhole: boolean): Promise<Campaign> {
    try {
      const campaign = await send();
      this.#reader.wrote(campaign, isWhole);
      return campaign;
    } catch (error) {
      if (mayHaveChanged(error)) this.#reader.forget(sid);
      throw error;
    }
  }
}
