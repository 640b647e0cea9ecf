import { CampaignAction } from '../../domain/campaign.js';
import { isAllowed } from '../../domain/lifecycle.js';
import { createProblems } from '../../domain/rules/create.js';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { updateProblems } from '../../domain/rules/update.js';
import { failedBecause } from '../../domain/upstream-failure.js';
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
    const post = async (): Promise<Outcome> => {
      const problems = createProblems(draft, this.#options.now());
      if (problems.length > 0) return refused(...problems);
      return this.#write(() => this.#options.client.createCampaign(draft));
    };
    if (idempotencyKey === null) return post();
    if (idempotencyKey.trim() === '')
      return refused(
        problem('BLANK', ['input', 'idempotencyKey'], 'The key is blank; leave it out instead.'),
      );
    return this.#options.keys.once(idempotencyKey, draft, post);
  }

  /** Changes a campaign that has not started: what is given is checked against what stays. */
  async update(sid: string, draft: CampaignDraft): Promise<Outcome> {
    const campaign = await this.#reader.campaign(sid);
    if (!campaign) return unknownSid();
    if (!isAllowed(CampaignAction.UPDATE, campaign.status))
      return notAllowed(CampaignAction.UPDATE, campaign);
    const problems = updateProblems(draft, campaign, this.#options.now());
    if (problems.length > 0) return refused(...problems);
    return this.#change(CampaignAction.UPDATE, sid, () => this.#options.client.updateCampaign(sid, draft));
  }

  /** Moves a campaign along its life, where the rules allow it. */
  async act(sid: string, action: LifecycleAction): Promise<Outcome> {
    const campaign = await this.#reader.campaign(sid);
    if (!campaign) return unknownSid();
    if (!isAllowed(action, campaign.status)) return notAllowed(action, campaign);
    return this.#change(action, sid, () => this.#options.client.actOnCampaign(sid, action));
  }

  /** The campaign may move or go between our look and our request; the upstream has the last word. */
  async #change(action: CampaignAction, sid: string, send: () => Promise<Campaign>): Promise<Outcome> {
    try {
      return await this.#write(send);
    } catch (error) {
      if (failedBecause(error, 'notFound')) return unknownSid();
      if (!failedBecause(error, 'forbidden')) throw error;
      this.#reader.forget(sid);
      const campaign = await this.#reader.campaign(sid);
      if (!campaign) return unknownSid();
      if (isAllowed(action, campaign.status)) throw error;
      return notAllowed(action, campaign);
    }
  }

  async #write(send: () => Promise<Campaign>): Promise<Outcome> {
    try {
      const campaign = await send();
      this.#reader.wrote(campaign);
      return done(campaign);
    } catch (error) {
      return outcomeOfFailure(error);
    }
  }
}
