import { type UserProblem } from '../../domain/errors.js';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { unprocessedFailures, UpstreamFailure } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type ExotelClient, type Written } from '../exotel/client.js';
import { NotSent } from '../exotel/resilience/call-refusals.js';
import { type Create, fingerprintOf, nothingSent, type Progress, type WithCallbacks } from './create.js';
import { exchangeVerdict, type Fit, fitOf, sentWith } from './look-up/exchanged-answers.js';
import { type OutstandingCreates } from './look-up/outstanding-creates.js';
import { type Reconciler } from './look-up/reconciler.js';
import { type AnswerVerdict, answerVerdict, callbackMarks, isMarked } from './look-up/same-campaign.js';
import { type SidReservations } from './look-up/sid-reservations.js';
import { similarityOf } from './look-up/text-similarity.js';
import {
  createdUnreadable,
  done,
  isEndedByUpstream,
  type Outcome,
  OutcomeUnknown,
  refused,
  settledByAfter,
  settledByUnseen,
} from './outcome.js';

/** Options of a sender. */
interface CreateSenderOptions {
  readonly client: ExotelClient;
  readonly reconciler: Reconciler;
  readonly outstanding: OutstandingCreates;
  readonly reservations: SidReservations;
  /** The shared clock. */
  readonly now: () => number;
  /** Checks the rules, some of which depend on the time. */
  readonly problems: (draft: CampaignDraft) => UserProblem[];
  /** Timeout of one request. */
  readonly timeoutMs: number;
  readonly withCallbacks: WithCallbacks;
}

/** A second POST is sent only where the first certainly created nothing. */
const maximumPosts = 2;

/**
 * Sends a create so that it makes one campaign: no request is sent while the outcome of an earlier one is unknown. The upstream
 * has no idempotency key (docs/upstream.md, limits).
 */
export class CreateSender {
  readonly #options: CreateSenderOptions;
  /** Creates whose outcome is open, as they were sent last, by their ids. */
  readonly #open = new Map<string, CampaignDraft>();

  constructor(options: CreateSenderOptions) {
    this.#options = options;
  }

  /**
   * Sends a create until its outcome is known.
   * @throws OutcomeUnknown where the outcome stays unknown, UpstreamFailure where nothing was created.
   */
  async run(create: Create): Promise<Outcome> {
    const { id, log, draft } = create;
    this.#open.set(id, draft);
    try {
      return await this.#untilKnown(create);
    } catch (error) {
      // Whatever failed after a request was sent, the outcome of that request is unknown.
      if (log.progress.sentAtMs !== null && isUnanswered(error)) throw new OutcomeUnknown(draft.name);
      throw error;
    } finally {
      this.#open.delete(id);
    }
  }

  async #untilKnown(create: Create): Promise<Outcome> {
    const { log, draft } = create;
    let lost: UpstreamFailure | undefined;
    for (let posts = 0; ; posts += 1) {
      if (log.progress.sentAtMs !== null) {
        const found = await this.#options.reconciler.reconcile(create);
        if (found) return this.#found(create, found, lost?.facts.requestId);
        if (lost && posts === maximumPosts) return this.#giveUp(create, lost);
      }
      const problems = this.#options.problems(draft);
      if (problems.length > 0) {
        await this.#note(create, nothingSent);
        return refused(...problems);
      }
      const end = await this.#options.outstanding.track(create, () => this.#post(create));
      if (!(end instanceof UpstreamFailure)) return end;
      lost = end;
    }
  }

  async #found(create: Create, campaign: Campaign, requestId: string | undefined): Promise<Outcome> {
    await this.#options.outstanding.found(create);
    return done(campaign, requestId);
  }

  /**
   * Ends a create that was sent twice and is not in the list. Nothing was created where the upstream itself ended both exchanges;
   * otherwise the list may be wrong.
   */
  async #giveUp(create: Create, lost: UpstreamFailure): Promise<never> {
    if (!create.log.progress.isEnded) throw new OutcomeUnknown(create.draft.name);
    await this.#note(create, nothingSent);
    throw lost;
  }

  /** Sends one POST. @returns its outcome, or the failure that leaves its outcome unknown. */
  async #post(create: Create): Promise<Outcome | UpstreamFailure> {
    const { now, timeoutMs, client, withCallbacks } = this.#options;
    const { log, draft, origin } = create;
    const before = log.progress;
    const nowMs = now();
    const sentAtMs = before.sentAtMs ?? nowMs; // any of the requests may be the one that was processed
    const sent = withCallbacks(draft);
    this.#open.set(create.id, sent);
    const marks = [...before.marks, ...callbackMarks(draft, sent)];
    const { suspects } = before;
    const settledByMs = settledByUnseen(nowMs, timeoutMs);
    await this.#note(create, { sentAtMs, settledByMs, isEnded: false, marks, suspects }, true);
    let leftAtMs = nowMs;
    const beforeSent = (): void => {
      if (!log.isOurs()) throw new NotSent();
      leftAtMs = now();
    };
    try {
      return await this.#answered(create, sent, client.createCampaign(sent, { origin, beforeSent }));
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      // After a lost answer, "duplicate" may speak of the campaign that the lost request created.
      const isLost = error.mayHaveBeenProcessed || (before.sentAtMs !== null && error.reason === 'duplicate');
      if (!isLost) {
        // This request was sent only because the requests before it certainly created nothing.
        const isNothing = before.isEnded || !unprocessedFailures.has(error.reason);
        await this.#note(create, isNothing ? nothingSent : before);
        throw error;
      }
      await this.#note(create, {
        sentAtMs,
        settledByMs: settledByAfter(error, leftAtMs, now(), timeoutMs),
        isEnded: before.isEnded && isEndedByUpstream(error),
        marks,
        suspects: [...suspects, ...suspectsOf(error)],
      });
      if (error.facts.sid !== undefined) throw error;
      return error;
    }
  }

  /**
   * Waits for the answer to a POST and checks it. If the answer does not show that its campaign is of this create, the campaign
   * is read.
   * @param sent the draft with its callback addresses.
   * @throws WrongAnswer for an answer with another campaign.
   */
  async #answered(create: Create, sent: CampaignDraft, answer: Promise<Written>): Promise<Outcome> {
    const { client, reservations } = this.#options;
    const { origin } = create;
    const { sid, campaign, name, requestId } = await answer.then(answeredCampaign, answeredSid);
    const verdict = campaign ? await this.#verdict(campaign, create, sent, false) : 'unproven';
    if (campaign && verdict === 'own') {
      await this.#reserve(sid, create, requestId);
      // The answer to a create has no stats, no cost and no message callback. An answer proves nothing by what is filled in here.
      const smsStatusCallback = campaign.smsStatusCallback ?? sent.smsStatusCallback ?? null;
      return { ...done({ ...campaign, smsStatusCallback }, requestId), isPartial: true };
    }
    const isAnothers = await reservations.isAnothers(sid, create.id).catch(() => false);
    const isOtherName = name !== undefined && similarityOf(create.draft.name, name) === 'different';
    if (!isAnothers && !isOtherName && verdict !== 'another') {
      const read = await client.getCampaign(sid, { priority: 'write', origin }).catch(() => null);
      if (read && (await this.#verdict(read, create, sent, true)) === 'own') {
        await this.#reserve(sid, create, requestId);
        return done(read, requestId);
      }
      if (!read && !campaign) throw createdUnreadable(sid, requestId);
    }
    throw new WrongAnswer(isAnothers ? [] : [sid], requestId);
  }

  /**
   * Tells whether a campaign is the one of this create. A proxy may have mixed up two answers.
   * @param isRead true for a campaign that was read by its sid, which shows more than the answer to a create.
   */
  async #verdict(
    campaign: Campaign,
    create: Create,
    sent: CampaignDraft,
    isRead: boolean,
  ): Promise<AnswerVerdict> {
    const { outstanding, now } = this.#options;
    const marks = callbackMarks(create.draft, sent);
    if (isMarked(campaign, marks)) return 'own';
    const verdict = answerVerdict(sent, campaign, {
      hasMarks: marks.length > 0,
      sentAtMs: create.log.progress.sentAtMs ?? now(),
    });
    if (verdict !== 'own') return verdict;
    const rivals = await outstanding.rivalsOf(create).catch(() => null);
    const found = { row: campaign, aheadMs: 0 };
    const hasName = hasNameOf(create.draft, campaign);
    if (!hasName && rivals?.hasWholeNameOfOne(found)) return 'another';
    const theirs = [...this.#fitsOfOthers(create, sent, campaign), ...(rivals?.fitsOf(found) ?? [])];
    return exchangeVerdict(fitOf(sentWith(sent), campaign, hasName), theirs, isRead);
  }

  /** How a campaign fits the other creates of this process whose outcome is open, but for equal ones. */
  #fitsOfOthers({ id }: Create, sent: CampaignDraft, campaign: Campaign): Fit[] {
    const own = fingerprintOf(sent);
    return [...this.#open].flatMap(([other, draft]) =>
      other === id || fingerprintOf(draft) === own
        ? []
        : [fitOf(sentWith(draft), campaign, hasNameOf(draft, campaign))],
    );
  }

  async #note(create: Create, progress: Progress, isInFlight = false): Promise<void> {
    await create.log.note(progress);
    await this.#options.outstanding.note(create, progress, isInFlight);
  }

  /**
   * Reserves a campaign for a create. Where the store is unavailable the answer is accepted all the same, and the create stays
   * registered as outstanding until the store has the reservation.
   * @throws WrongAnswer for a campaign that is reserved for another create.
   */
  async #reserve(sid: string, create: Create, requestId: string | null | undefined): Promise<void> {
    const { reservations, outstanding } = this.#options;
    const saved = (): Promise<void> => outstanding.note(create, nothingSent, false);
    const isReserved = await reservations.reserveAnswered(sid, create.id, saved);
    if (isReserved === false) throw new WrongAnswer([], requestId);
  }
}

/** The campaign in an answer to a create. */
interface Answered {
  readonly sid: string;
  readonly name: string | undefined;
  /** Undefined where it is unreadable but for its sid, and perhaps its name. */
  readonly campaign?: Campaign;
  readonly requestId: string | undefined;
}

function answeredCampaign({ campaign, requestId }: Written): Answered {
  return { sid: campaign.sid, name: campaign.name, campaign, requestId: requestId ?? undefined };
}

function answeredSid(error: unknown): Answered {
  if (!(error instanceof UpstreamFailure) || error.facts.sid === undefined) throw error;
  const { sid, name, requestId } = error.facts;
  return { sid, name, requestId };
}

/** A success that names another campaign than the one that was sent. */
class WrongAnswer extends UpstreamFailure {
  /** @param suspects the sid of the campaign, where it may be the right one nevertheless. */
  constructor(
    readonly suspects: readonly string[],
    requestId: string | null | undefined,
  ) {
    super('invalidResponse', requestId == null ? {} : { requestId });
  }
}

/** Sids that an answer named, and whose campaigns may be the right one although the answer does not show it. */
function suspectsOf(error: UpstreamFailure): readonly string[] {
  if (error instanceof WrongAnswer) return error.suspects;
  return error.facts.sid === undefined ? [] : [error.facts.sid];
}

function hasNameOf({ name }: CampaignDraft, campaign: Campaign): boolean {
  const similarity = similarityOf(name ?? '', campaign.name);
  return similarity === 'same' || similarity === 'rewritten';
}

function isUnanswered(error: unknown): boolean {
  return !(error instanceof OutcomeUnknown) && !(error instanceof UpstreamFailure && error.facts.sid);
}
