import { CampaignAction } from '../../domain/campaign.js';
import { isAllowed } from '../../domain/lifecycle.js';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { updateProblems } from '../../domain/rules/update.js';
import { type FailureReason, UpstreamFailure } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type RequestReader } from '../campaigns/request-reader.js';
import { type ExotelClient, type Written } from '../exotel/client.js';
import { type LifecycleAction } from '../exotel/mapping/draft.js';
import { type WithCallbacks } from './create.js';
import { lookUntilKnown } from './look-up/reconciler.js';
import { actionProgress, type ChangeProgress, updateProgress } from './look-up/same-campaign.js';
import {
  done,
  isEndedByUpstream,
  notAllowed,
  type Outcome,
  outcomeOfFailure,
  OutcomeUnknown,
  refused,
  refusedAction,
  settledByAfter,
  notFound,
} from './outcome.js';

/** What changing needs. */
export interface ChangesOptions {
  readonly client: ExotelClient;
  /** How long one request may take. */
  readonly timeoutMs: number;
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
  /** Its progress, from the campaign as it is now. */
  readonly shown: (campaign: Campaign) => ChangeProgress;
}

/** The first, and one more where the first certainly was not done. Changes are idempotent. */
const maximumPuts = 2;

/** The upstream said no for a reason that may be the campaign's status: which codes it uses is not documented. */
const refusals: ReadonlySet<FailureReason> = new Set(['forbidden', 'refused', 'duplicate']);

/** A write that was lost may have been done, and one that was refused shows that our picture is wrong. */
function mayHaveChanged(error: unknown): boolean {
  if (!(error instanceof UpstreamFailure)) return true;
  return error.mayHaveBeenProcessed || error.reason === 'notFound' || refusals.has(error.reason);
}

function isSameSid(one: string | undefined, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}

/** Updates and actions. The effect of a lost one is read from the campaign; one that was not done is sent once more. */
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
    if (!campaign) return notFound();
    if (!isAllowed(action, campaign.status)) return notAllowed(action, campaign);
    const problems = updateProblems(draft, campaign, this.#options.now());
    if (problems.length > 0) return refused(...problems);
    const { client, withCallbacks } = this.#options;
    return this.#change({
      action,
      sid,
      send: () => client.updateCampaign(sid, withCallbacks(draft, campaign), this.#reader.origin),
      shown: (now) => updateProgress(draft, campaign, now),
    });
  }

  /** Moves a campaign along its life, where the rules allow it. */
  async act(sid: string, action: LifecycleAction): Promise<Outcome> {
    const campaign = await this.#campaignFor(action, sid);
    if (!campaign) return notFound();
    if (!isAllowed(action, campaign.status)) return notAllowed(action, campaign);
    const { client } = this.#options;
    return this.#change({
      action,
      sid,
      send: () => client.actOnCampaign(sid, action, this.#reader.origin),
      shown: (now) => actionProgress(action, campaign, now),
    });
  }

  /** The campaign as it was read last, or as it is now where that would refuse the action. */
  async #campaignFor(action: CampaignAction, sid: string): Promise<Campaign | null> {
    const { campaign, isNew } = await this.#reader.campaignToChange(sid);
    if (isNew || (campaign && isAllowed(action, campaign.status))) return campaign;
    return this.#reader.revalidatedCampaign(sid);
  }

  async #change(change: Change): Promise<Outcome> {
    let mayBeUnderWay = false;
    for (let puts = 1; ; puts += 1) {
      const sentAtMs = this.#options.now();
      try {
        const { campaign, requestId } = await change.send();
        // A proxy may have mixed up two answers.
        if (!isSameSid(campaign.sid, change.sid)) throw new UpstreamFailure('invalidResponse');
        this.#reader.applyWrite(campaign, true);
        return done(campaign, requestId);
      } catch (error) {
        if (mayHaveChanged(error)) this.#reader.invalidate(change.sid);
        if (!(error instanceof UpstreamFailure)) throw error;
        if (!error.mayHaveBeenProcessed) return this.#refusal(change, error, puts > 1);
        mayBeUnderWay ||= !isEndedByUpstream(error);
        const outcome = await this.#settle(change, error, sentAtMs);
        if (outcome !== 'notDone') return outcome;
        // It was sent twice and is not done; that is certain where the upstream itself ended both exchanges.
        if (puts === maximumPuts) throw mayBeUnderWay ? new OutcomeUnknown() : error;
      }
    }
  }

  /**
   * The campaign may change between our read and our request, so the upstream decides.
   * @param wasSent true where it had been sent before: it may be refused because it is done.
   */
  async #refusal(
    { action, sid, shown }: Change,
    failure: UpstreamFailure,
    wasSent: boolean,
  ): Promise<Outcome> {
    if (failure.reason === 'notFound') return notFound();
    if (!refusals.has(failure.reason)) return outcomeOfFailure(failure);
    const campaign = await this.#reader.revalidatedCampaign(sid);
    if (!campaign) return notFound();
    const progress = wasSent ? shown(campaign) : 'notDone';
    if (progress === 'done') return done(campaign);
    if (progress === 'unclear') throw new OutcomeUnknown();
    if (!isAllowed(action, campaign.status)) return notAllowed(action, campaign);
    return action === CampaignAction.UPDATE ? outcomeOfFailure(failure) : refusedAction(action, failure);
  }

  /** Reads the effect of a lost change from the campaign. @returns 'notDone' where it was not done, and will not be. */
  async #settle(change: Change, failure: UpstreamFailure, sentAtMs: number): Promise<Outcome | 'notDone'> {
    const { now, sleep, timeoutMs } = this.#options;
    const { facts, reason } = failure;
    const wasTaken = isSameSid(facts.sid, change.sid); // it said that it did it, and the rest can't be read
    const nowMs = now();
    const openMs = settledByAfter(failure, sentAtMs, nowMs, timeoutMs) - nowMs;
    const outcome = await lookUntilKnown(openMs, sleep, (isSettled) =>
      this.#look(change, failure, isSettled),
    );
    if (outcome !== undefined) return outcome;
    throw wasTaken ? new UpstreamFailure(reason, facts) : new OutcomeUnknown();
  }

  /** @returns undefined where the campaign can't be read, or does not tell. */
  async #look(
    { action, sid, shown }: Change,
    { facts }: UpstreamFailure,
    isSettled: boolean,
  ): Promise<Outcome | 'notDone' | undefined> {
    const campaign = await this.#reader.revalidatedCampaign(sid).catch(() => undefined);
    if (campaign === null) return notFound();
    if (!campaign) return undefined;
    const progress = isSameSid(facts.sid, sid) ? 'done' : shown(campaign);
    if (progress === 'done') return done(campaign, facts.requestId);
    if (progress === 'unclear') return undefined;
    if (!isAllowed(action, campaign.status)) return notAllowed(action, campaign);
    return isSettled ? 'notDone' : undefined;
  }
}
