import { CampaignAction } from '../../domain/campaign.js';
import { hasReached, isAllowed } from '../../domain/lifecycle.js';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { updateProblems } from '../../domain/rules/update.js';
import { type FailureReason, UpstreamFailure } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type ExotelClient, type Written } from '../exotel/client.js';
import { type LifecycleAction } from '../exotel/mapping/draft.js';
import { type RequestReader } from '../reading/request-reader.js';
import {
  done,
  notAllowed,
  type Outcome,
  outcomeOfFailure,
  OutcomeUnknown,
  refused,
  refusedAction,
  unknownSid,
} from './outcome.js';
import { type WithCallbacks } from './create.js';
import { isAsSaid } from './same-campaign.js';

/** What changing needs. */
export interface ChangesOptions {
  readonly client: ExotelClient;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly withCallbacks: WithCallbacks;
}

/** One change of a campaign. */
interface Change {
  readonly action: CampaignAction;
  readonly sid: string;
  readonly send: () => Promise<Written>;
  /** Whether the campaign is as the change was to make it. */
  readonly isDone: (campaign: Campaign) => boolean;
}

/** The upstream said no for a reason that may be the campaign's status: which codes it uses is not documented. */
const refusals: ReadonlySet<FailureReason> = new Set(['forbidden', 'refused', 'duplicate']);
/** After a lost answer the campaign is read at once, and once more when what was sent had its time. */
const settleAfterMs = [0, 2000] as const;

/** A write that was lost may have been done, and one that was refused shows that our picture is wrong. */
function mayHaveChanged(error: unknown): boolean {
  if (!(error instanceof UpstreamFailure)) return true;
  return error.mayHaveBeenProcessed || error.reason === 'notFound' || refusals.has(error.reason);
}

/** Updates and actions: each is sent once, and what came of a lost one is read from the campaign. */
export class Changes {
  readonly #options: ChangesOptions;
  readonly #reader: RequestReader;

  constructor(options: ChangesOptions, reader: RequestReader) {
    this.#options = options;
    this.#reader = reader;
  }

  /** Changes a campaign that has not started: what is given is checked against what stays. */
  async update(sid: string, draft: CampaignDraft): Promise<Outcome> {
    const action = CampaignAction.UPDATE;
    const campaign = await this.#campaignFor(action, sid);
    if (!campaign) return unknownSid();
    if (!isAllowed(action, campaign.status)) return notAllowed(action, campaign);
    const problems = updateProblems(draft, campaign, this.#options.now());
    if (problems.length > 0) return refused(...problems);
    const { client, withCallbacks } = this.#options;
    return this.#change({
      action,
      sid,
      send: () => client.updateCampaign(sid, withCallbacks(draft, campaign), this.#reader.asker),
      isDone: (now) => isAsSaid(draft, now),
    });
  }

  /** Moves a campaign along its life, where the rules allow it. */
  async act(sid: string, action: LifecycleAction): Promise<Outcome> {
    const campaign = await this.#campaignFor(action, sid);
    if (!campaign) return unknownSid();
    if (!isAllowed(action, campaign.status)) return notAllowed(action, campaign);
    const { client } = this.#options;
    return this.#change({
      action,
      sid,
      send: () => client.actOnCampaign(sid, action, this.#reader.asker),
      isDone: ({ status }) => hasReached(action, status),
    });
  }

  /** The campaign as it was read last, or as it is now where that would refuse the action. */
  async #campaignFor(action: CampaignAction, sid: string): Promise<Campaign | null> {
    const { campaign, isNew } = await this.#reader.campaignToChange(sid);
    if (isNew || (campaign && isAllowed(action, campaign.status))) return campaign;
    return this.#reader.campaignNow(sid);
  }

  async #change(change: Change): Promise<Outcome> {
    const { sid, send } = change;
    try {
      const { campaign, requestId } = await send();
      this.#reader.wrote(campaign, true);
      return done(campaign, requestId);
    } catch (error) {
      if (mayHaveChanged(error)) this.#reader.forget(sid);
      if (!(error instanceof UpstreamFailure)) throw error;
      return error.mayHaveBeenProcessed ? this.#settle(change, error) : this.#refusal(change, error);
    }
  }

  /** The campaign may move or go between our look and our request; the upstream has the last word. */
  async #refusal({ action, sid }: Change, failure: UpstreamFailure): Promise<Outcome> {
    if (failure.reason === 'notFound') return unknownSid();
    if (!refusals.has(failure.reason)) return outcomeOfFailure(failure);
    const campaign = await this.#reader.campaignNow(sid);
    if (!campaign) return unknownSid();
    if (!isAllowed(action, campaign.status)) return notAllowed(action, campaign);
    return action === CampaignAction.UPDATE ? outcomeOfFailure(failure) : refusedAction(action, failure);
  }

  /** The answer was lost: the campaign itself tells. Nothing is sent again. */
  async #settle({ action, sid, isDone }: Change, { facts, reason }: UpstreamFailure): Promise<Outcome> {
    const wasTaken = facts.sid !== undefined; // it said that it did it, and the rest can't be read
    for (const pauseMs of settleAfterMs) {
      if (pauseMs > 0) await this.#options.sleep(pauseMs);
      const campaign = await this.#reader.campaignNow(sid).catch(() => undefined);
      if (campaign === null) return unknownSid();
      if (!campaign) continue;
      if (wasTaken || isDone(campaign)) return done(campaign, facts.requestId);
      if (!isAllowed(action, campaign.status)) return notAllowed(action, campaign);
    }
    if (wasTaken) throw new UpstreamFailure(reason, facts);
    throw new OutcomeUnknown();
  }
}
