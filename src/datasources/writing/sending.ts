import { createProblems } from '../../domain/rules/create.js';
import { type FailureReason, UpstreamFailure } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type ExotelClient } from '../exotel/client.js';
import { NotSent } from '../exotel/resilience/not-sent.js';
import { type Create, nothingSent, type Progress, type WithCallbacks } from './create.js';
import { type OutstandingCreates, type SidReservations } from './look-up/outstanding-creates.js';
import { type Reconciler } from './look-up/reconciler.js';
import { callbackMarks } from './look-up/same-campaign.js';
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

/** What sending needs. */
export interface SendingOptions {
  readonly client: ExotelClient;
  readonly reconciler: Reconciler;
  readonly outstanding: OutstandingCreates;
  readonly reservations: SidReservations;
  readonly now: () => number;
  /** How long one request may take. */
  readonly timeoutMs: number;
  readonly withCallbacks: WithCallbacks;
}

/** The first, and one more where the first certainly created nothing. */
const maximumPosts = 2;

/** Reasons for which a request was not processed, whatever became of those before it. */
const passing: ReadonlySet<FailureReason> = new Set(['unreachable', 'rateLimited']);

/**
 * Sends a create so that it makes one campaign: nothing is sent while the outcome of an earlier request is unknown. The upstream
 * has no idempotency key (docs/upstream.md, limits).
 */
export class Sending {
  readonly #options: SendingOptions;

  constructor(options: SendingOptions) {
    this.#options = options;
  }

  /**
   * Works on a create until its outcome is known.
   * @throws OutcomeUnknown where it stays unknown, and UpstreamFailure where nothing was created.
   */
  async run(create: Create): Promise<Outcome> {
    const { log, draft } = create;
    try {
      return await this.#untilKnown(create);
    } catch (error) {
      // Whatever else went wrong, a request was sent whose outcome is unknown.
      if (log.progress.sentAtMs !== null && isNoAnswer(error)) throw new OutcomeUnknown(draft.name);
      throw error;
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
      const problems = createProblems(draft, this.#options.now());
      if (problems.length > 0) {
        await this.#note(create, nothingSent);
        return refused(...problems);
      }
      const end = await this.#options.outstanding.sending(create, () => this.#post(create));
      if (!(end instanceof UpstreamFailure)) return end;
      lost = end;
    }
  }

  async #found(create: Create, campaign: Campaign, requestId: string | undefined): Promise<Outcome> {
    await this.#options.outstanding.note(create, nothingSent, false);
    return done(campaign, requestId);
  }

  /**
   * It was sent twice, and is not in the list. Where the upstream itself ended both exchanges, it created nothing; otherwise the
   * list may be wrong.
   */
  async #giveUp(create: Create, lost: UpstreamFailure): Promise<never> {
    if (!create.log.progress.isEnded) throw new OutcomeUnknown(create.draft.name);
    await this.#note(create, nothingSent);
    throw lost;
  }

  /** Sends one POST. @returns its outcome, or the failure for which that is unknown. */
  async #post(create: Create): Promise<Outcome | UpstreamFailure> {
    const { now, timeoutMs, client, withCallbacks } = this.#options;
    const { log, draft, origin } = create;
    const before = log.progress;
    const nowMs = now();
    const sentAtMs = before.sentAtMs ?? nowMs; // any of the requests may be the one that was processed
    const filled = withCallbacks(draft);
    const marks = [...before.marks, ...callbackMarks(draft, filled)];
    const settledByMs = settledByUnseen(nowMs, timeoutMs);
    await this.#note(create, { sentAtMs, settledByMs, isEnded: false, marks }, true);
    let leftAtMs = nowMs;
    try {
      const written = await client.createCampaign(filled, {
        origin,
        beforeSent: () => {
          if (!log.isOurs()) throw new NotSent();
          leftAtMs = now();
        },
      });
      await this.#reserve(written.campaign.sid, create);
      // What create answers has no stats and no cost.
      return { ...done(written.campaign, written.requestId), isPartial: true };
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      if (error.facts.sid !== undefined) return this.#readCreated(error.facts.sid, create, error);
      // A duplicate of it, after one of ours was lost, may be ours.
      const isLost = error.mayHaveBeenProcessed || (before.sentAtMs !== null && error.reason === 'duplicate');
      if (!isLost) {
        // It was sent only where the requests before it certainly created nothing.
        const isNothing = before.isEnded || !passing.has(error.reason);
        await this.#note(create, isNothing ? nothingSent : before);
        throw error;
      }
      await this.#note(create, {
        sentAtMs,
        settledByMs: settledByAfter(error, leftAtMs, now(), timeoutMs),
        isEnded: before.isEnded && isEndedByUpstream(error),
        marks,
      });
      return error;
    }
  }

  async #note(create: Create, progress: Progress, isInFlight = false): Promise<void> {
    await create.log.note(progress);
    await this.#options.outstanding.note(create, progress, isInFlight);
  }

  /** The upstream named the campaign that it created; the rest of its answer is unreadable. */
  async #readCreated(sid: string, create: Create, { facts }: UpstreamFailure): Promise<Outcome> {
    const { origin } = create;
    await this.#reserve(sid, create);
    try {
      return done(
        await this.#options.client.getCampaign(sid, { priority: 'write', origin }),
        facts.requestId,
      );
    } catch {
      throw createdUnreadable(sid, facts.requestId);
    }
  }

  /** The answer is authoritative: it stands even where the reservation fails. Then the create stays registered instead. */
  async #reserve(sid: Campaign['sid'], create: Create): Promise<void> {
    const { reservations, outstanding } = this.#options;
    const isReserved = await reservations.reserve(sid, create.id).catch(() => undefined);
    if (isReserved !== undefined) await outstanding.note(create, nothingSent, false);
  }
}

function isNoAnswer(error: unknown): boolean {
  return !(error instanceof OutcomeUnknown) && !(error instanceof UpstreamFailure && error.facts.sid);
}
