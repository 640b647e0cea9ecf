import { isDeepStrictEqual } from 'node:util';
import { CampaignAction } from '../../domain/campaigns/campaign.js';
import { isAllowed, isRuledOut } from '../../domain/campaigns/lifecycle.js';
import { type UserProblem } from '../../domain/errors.js';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { inputProblems, updateProblems } from '../../domain/rules/update.js';
import { isSameSid } from '../../domain/campaigns/sid.js';
import { type FailureReason, UpstreamFailure } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type RequestReader } from '../campaigns/request-reader.js';
import { type WriteInFlight } from '../campaigns/writes-in-flight.js';
import { type ExotelClient, type WriteOptions, type Written } from '../exotel/client.js';
import { lacksCallbackKey } from '../exotel/mapping/campaign.js';
import { type LifecycleAction } from '../exotel/wire/requests.js';
import { type CallbackUpdates } from './callback-updates.js';
import { type WithCallbacks } from './create.js';
import { LaterChanges } from './look-up/later-changes.js';
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

/** Options of `Changes`. */
export interface ChangesOptions {
  readonly client: ExotelClient;
  /** Timeout of one request. */
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly withCallbacks: WithCallbacks;
  readonly callbackUpdates: CallbackUpdates;
}

/** Refusal of a change in a state of the campaign; undefined if that state allows the change. */
type RefusalOf = (campaign: Campaign) => Outcome | undefined;

/** The campaign of a change that its state allows, or the refusal of the change. */
type Judged = { readonly refusal: Outcome } | { readonly refusal?: undefined; readonly campaign: Campaign };

/** One change of a campaign. */
interface Change {
  readonly action: CampaignAction;
  readonly sid: string;
  /** The campaign as it was known before. */
  readonly before: Campaign;
  readonly send: (options: WriteOptions) => Promise<Written>;
  /** Its progress, as the current campaign shows it. */
  readonly progressOf: (campaign: Campaign) => ChangeProgress;
}

/** A second PUT is sent only where the first certainly was not done. Changes are idempotent. */
const maximumPuts = 2;

/** Refusals that may be due to the campaign's status. The document does not say which code the upstream uses for that. */
const refusals: ReadonlySet<FailureReason> = new Set(['forbidden', 'refused', 'duplicate']);

/** A lost change may have been done, and a refused one shows that the cached campaign is outdated. */
function mayHaveChanged(error: unknown): boolean {
  if (!(error instanceof UpstreamFailure)) return true;
  return error.mayHaveBeenProcessed || error.reason === 'notFound' || refusals.has(error.reason);
}

function judge(campaign: Campaign | null, refusalOf: RefusalOf): Judged {
  if (!campaign) return { refusal: notFound() };
  const refusal = refusalOf(campaign);
  return refusal ? { refusal } : { campaign };
}

/** Updates and actions. After a lost answer the campaign shows whether the change was done; if not, it is sent once more. */
export class Changes {
  readonly #options: ChangesOptions;
  readonly #reader: RequestReader;

  constructor(options: ChangesOptions, reader: RequestReader) {
    this.#options = options;
    this.#reader = reader;
  }

  /** Updates a campaign that has not started. The rules are checked on the fields that change together with those that stay. */
  async update(sid: string, draft: CampaignDraft): Promise<Outcome> {
    const action = CampaignAction.UPDATE;
    const { client, now } = this.#options;
    const refusalOf: RefusalOf = (campaign) => {
      if (!isAllowed(action, campaign.status)) return notAllowed(action, campaign);
      const problems = updateProblems(draft, campaign, now());
      return problems.length > 0 ? refused(...problems) : undefined;
    };
    const ofInput = inputProblems(draft, now());
    if (ofInput.length > 0 && this.#isRefusedAlone(sid, refusalOf, ofInput)) return refused(...ofInput);
    const known = await this.#campaignFor(sid, refusalOf);
    if (known.refusal) return known.refusal;
    const filled = await this.#withCallbacks(sid, draft, known);
    const judged = judge(filled.campaign, refusalOf);
    if (judged.refusal) return judged.refusal;
    const { campaign } = judged;
    // A second request is sent much later: the campaign may have got other addresses by then.
    const bodies = [filled.draft];
    return this.#change({
      action,
      sid,
      before: campaign,
      send: (options) => client.updateCampaign(sid, bodies.pop() ?? draft, options),
      progressOf: (current) => updateProgress(draft, campaign, current),
    });
  }

  /** Performs a lifecycle action that the campaign's status allows. */
  async act(sid: string, action: LifecycleAction): Promise<Outcome> {
    const judged = await this.#campaignFor(sid, (campaign) =>
      isAllowed(action, campaign.status) ? undefined : notAllowed(action, campaign),
    );
    if (judged.refusal) return judged.refusal;
    const { client } = this.#options;
    const { campaign } = judged;
    return this.#change({
      action,
      sid,
      before: campaign,
      send: (options) => client.actOnCampaign(sid, action, options),
      progressOf: (now) => actionProgress(action, campaign, now),
    });
  }

  /** True if no other problems are known than those of the input alone. No read can disprove these. */
  #isRefusedAlone(sid: string, refusalOf: RefusalOf, ofInput: readonly UserProblem[]): boolean {
    const cached = this.#reader.cachedCampaign(sid);
    return !cached || isDeepStrictEqual(refusalOf(cached)?.userErrors, ofInput);
  }

  /** The cached campaign; one that is read now where the cached one does not allow the change. */
  async #campaignFor(sid: string, refusalOf: RefusalOf): Promise<Judged & { readonly isNew: boolean }> {
    const { campaign, isNew } = await this.#reader.campaignToChange(sid);
    const judged = judge(campaign, refusalOf);
    if (isNew || !judged.refusal) return { ...judged, isNew };
    return { ...judge(await this.#reader.revalidatedCampaign(sid), refusalOf), isNew: true };
  }

  /**
   * Adds the gateway's callback addresses, if a state that was read for this update says that the campaign has none, and no other
   * update may be setting them.
   * @returns the draft to send, and the campaign as it is known now.
   */
  async #withCallbacks(
    sid: string,
    draft: CampaignDraft,
    { campaign, isNew }: { readonly campaign: Campaign; readonly isNew: boolean },
  ): Promise<{ readonly draft: CampaignDraft; readonly campaign: Campaign | null }> {
    const { withCallbacks, callbackUpdates } = this.#options;
    const isGiven = draft.statusCallback != null || draft.smsStatusCallback != null;
    const mayAdd = !lacksCallbackKey(campaign) && withCallbacks(draft, campaign) !== draft;
    const isAlone = isGiven || mayAdd ? await callbackUpdates.note(sid, isGiven) : undefined;
    if (!mayAdd || !isAlone) return { draft, campaign };
    const current = isNew ? campaign : await this.#reader.revalidatedCampaign(sid).catch(() => undefined);
    if (!current) return { draft, campaign: current === null ? null : campaign };
    const isCertain = !lacksCallbackKey(current) && (await isAlone());
    return { draft: isCertain ? withCallbacks(draft, current) : draft, campaign: current };
  }

  #change(change: Change): Promise<Outcome> {
    return this.#reader.write(change.sid, (write) => this.#sendUntilKnown(change, write));
  }

  async #sendUntilKnown(change: Change, write: WriteInFlight): Promise<Outcome> {
    let mayBeUnderWay = false;
    for (let puts = 1; ; puts += 1) {
      const sentAtMs = this.#options.now();
      try {
        return await this.#send(change, write);
      } catch (error) {
        if (mayHaveChanged(error)) this.#reader.invalidate(change.sid, write);
        if (!(error instanceof UpstreamFailure)) throw error;
        if (!error.mayHaveBeenProcessed) return this.#refusal(change, error, puts > 1);
        mayBeUnderWay ||= !isEndedByUpstream(error);
        const outcome = await this.#settle(change, write, error, sentAtMs);
        if (outcome !== 'notDone' && outcome !== 'asBefore') return outcome;
        // Only if the upstream itself ended both exchanges was the change certainly not made.
        mayBeUnderWay ||= outcome === 'asBefore';
        if (puts < maximumPuts) continue;
        this.#reader.invalidate(change.sid, write);
        throw mayBeUnderWay ? new OutcomeUnknown() : error;
      }
    }
  }

  async #send(change: Change, write: WriteInFlight): Promise<Outcome> {
    const { campaign, requestId } = await change.send({
      origin: this.#reader.origin,
      beforeSent: () => {
        write.sent();
      },
    });
    // A proxy may have mixed up two answers: this one is lost.
    if (!isSameSid(campaign.sid, change.sid)) throw new UpstreamFailure('invalidResponse');
    // A success that does not show the change proves neither that it was done nor the campaign's state.
    const progress = change.progressOf(campaign);
    if (progress !== 'done' && progress !== 'asBefore') throw new Unshown(requestId);
    this.#reader.applyWrite(campaign, true, write);
    if (campaign.sid !== change.sid) this.#reader.invalidate(change.sid, write); // it was asked for in another case
    return done(campaign, requestId);
  }

  /**
   * Outcome of a change that the upstream refused. The campaign may have changed since it was read.
   * @param wasSent true for the second request: it may be refused because the first was done.
   */
  async #refusal(
    { action, sid, progressOf }: Change,
    failure: UpstreamFailure,
    wasSent: boolean,
  ): Promise<Outcome> {
    if (failure.reason === 'notFound') return notFound();
    if (!refusals.has(failure.reason)) return outcomeOfFailure(failure);
    const campaign = await this.#reader.revalidatedCampaign(sid);
    if (!campaign) return notFound();
    const progress = wasSent ? progressOf(campaign) : 'notDone';
    if (progress === 'done') return done(campaign);
    if (progress === 'unclear' || progress === 'asBefore') throw new OutcomeUnknown();
    if (!isAllowed(action, campaign.status)) return notAllowed(action, campaign);
    return action === CampaignAction.UPDATE ? outcomeOfFailure(failure) : refusedAction(action, failure);
  }

  /** Outcome of a change whose answer was lost. @returns 'notDone' or 'asBefore' where it can't be done any more. */
  async #settle(
    change: Change,
    write: WriteInFlight,
    failure: UpstreamFailure,
    sentAtMs: number,
  ): Promise<Outcome | 'notDone' | 'asBefore'> {
    const { now, sleep, timeoutMs } = this.#options;
    const { facts, reason } = failure;
    const wasDone = isSameSid(facts.sid, change.sid); // a success whose campaign is unreadable but for its sid
    const nowMs = now();
    const openMs = settledByAfter(failure, sentAtMs, nowMs, timeoutMs) - nowMs;
    const laterChanges = new LaterChanges(change.action, change.before, write);
    const outcome = await lookUntilKnown(openMs, sleep, (isSettled) =>
      this.#look(change, failure, isSettled, laterChanges),
    );
    if (outcome !== undefined) return outcome;
    this.#reader.invalidate(change.sid, write); // what was read last may change yet
    throw wasDone ? new UpstreamFailure(reason, facts) : new OutcomeUnknown();
  }

  /** Reads the campaign once. @returns undefined where it can't be read, or does not show the outcome. */
  async #look(
    { action, sid, progressOf }: Change,
    failure: UpstreamFailure,
    isSettled: boolean,
    laterChanges: LaterChanges,
  ): Promise<Outcome | 'notDone' | 'asBefore' | undefined> {
    const campaign = await this.#reader.revalidatedCampaign(sid).catch(() => undefined);
    if (campaign === null) return notFound();
    if (!campaign) return undefined;
    const { facts } = failure;
    const progress = isSameSid(facts.sid, sid) ? 'done' : progressOf(campaign);
    if (progress === 'done') return done(campaign, facts.requestId);
    if (progress !== 'notDone' && failure instanceof Unshown) {
      // The upstream has confirmed the change, and the state of the campaign does not contradict it.
      this.#reader.invalidate(sid);
      return done(campaign, facts.requestId);
    }
    if (progress === 'unclear') return undefined;
    // A paused campaign may be resumed while the upstream can still process the request.
    if (isRuledOut(action, campaign.status) || (isSettled && !isAllowed(action, campaign.status)))
      return notAllowed(action, campaign);
    const mayBeUndone = laterChanges.mayHaveUndone(campaign) && progress === 'notDone';
    return isSettled && !mayBeUndone ? progress : undefined;
  }
}

/** A success whose campaign does not show the change: an older state, one in between, or an unknown one. */
class Unshown extends UpstreamFailure {
  constructor(requestId: string | null) {
    super('invalidResponse', requestId === null ? {} : { requestId });
  }
}
