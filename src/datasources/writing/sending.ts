import { createProblems } from '../../domain/rules/create.js';
import { type FailureReason, UpstreamFailure } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type ExotelClient } from '../exotel/client.js';
import { NotSent } from '../exotel/policy/not-sent.js';
import { callbackMarks } from './callback-marks.js';
import { type Create, type WithCallbacks } from './create.js';
import { nothingSent, type Progress } from './create-record.js';
import { createdUnreadable, done, type Outcome, OutcomeUnknown, refused } from './outcome.js';
import { type OutstandingCreates } from './outstanding-creates.js';
import { isEndedByUpstream, sealedAfter, sealedUnseen } from './sealing.js';
import { type Settling } from './settling.js';
import { type TakenSids } from './taken-sids.js';

/** What sending needs. */
export interface SendingOptions {
  readonly client: ExotelClient;
  readonly settling: Settling;
  readonly outstanding: OutstandingCreates;
  readonly taken: TakenSids;
  readonly now: () => number;
  /** How long one request may take. */
  readonly timeoutMs: number;
  readonly withCallbacks: WithCallbacks;
}

/** The first, and one more when it was certain that the first had not been taken. */
const maximumPosts = 2;

/** What keeps a request from being sent tells nothing of what was sent before it. */
const passing: ReadonlySet<FailureReason> = new Set(['unreachable', 'rateLimited']);

/**
 * Sends a campaign so that there is one of it: nothing is sent while it is not known what came of what was sent
 * before. The upstream has no idempotency key (docs/upstream.md, limits).
 */
export class Sending {
  readonly #options: SendingOptions;

  constructor(options: SendingOptions) {
    this.#options = options;
  }

  /**
   * Works on a create until its outcome is known.
   * @throws OutcomeUnknown where it can't be told, and UpstreamFailure where nothing was created.
   */
  async run(create: Create): Promise<Outcome> {
    const { journal, draft } = create;
    try {
      return await this.#untilKnown(create);
    } catch (error) {
      // Whatever went wrong beside it: something was sent, and nobody knows what came of it.
      if (journal.progress.sentAtMs !== null && isNoAnswer(error)) throw new OutcomeUnknown(draft.name);
      throw error;
    }
  }

  async #untilKnown(create: Create): Promise<Outcome> {
    const { journal, draft } = create;
    let lost: UpstreamFailure | undefined;
    for (let posts = 0; ; posts += 1) {
      if (journal.progress.sentAtMs !== null) {
        const found = await this.#options.settling.settle(create);
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
   * It was sent, and sent again, and never found. Where the upstream itself ended both exchanges, it did not create it;
   * else it may be our look that is wrong.
   */
  async #giveUp(create: Create, lost: UpstreamFailure): Promise<never> {
    if (!create.journal.progress.isEnded) throw new OutcomeUnknown(create.draft.name);
    await this.#note(create, nothingSent);
    throw lost;
  }

  /** Sends one POST. @returns what came of it, or why that is not known. */
  async #post(create: Create): Promise<Outcome | UpstreamFailure> {
    const { now, timeoutMs, client, withCallbacks } = this.#options;
    const { journal, draft, asker } = create;
    const before = journal.progress;
    const nowMs = now();
    const sentAtMs = before.sentAtMs ?? nowMs; // whichever of them was taken is looked for from the first on
    const filled = withCallbacks(draft);
    const marks = [...before.marks, ...callbackMarks(draft, filled)];
    const sealedAtMs = sealedUnseen(nowMs, timeoutMs);
    await this.#note(create, { sentAtMs, sealedAtMs, isEnded: false, marks }, true);
    let leftAtMs = nowMs;
    try {
      const written = await client.createCampaign(filled, {
        asker,
        beforeSent: () => {
          if (!journal.isOurs()) throw new NotSent();
          leftAtMs = now();
        },
      });
      await this.#take(written.campaign.sid, create);
      // What create answers has no stats and no cost.
      return { ...done(written.campaign, written.requestId), isPartial: true };
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      if (error.facts.sid !== undefined) return this.#readCreated(error.facts.sid, create, error);
      // A namesake that it has already, after one of ours was lost, may be that one.
      const isLost = error.mayHaveBeenProcessed || (before.sentAtMs !== null && error.reason === 'duplicate');
      if (!isLost) {
        // What was not sent changes nothing; and before it was sent, it was certain that there was nothing.
        const isNothing = before.isEnded || !passing.has(error.reason);
        await this.#note(create, isNothing ? nothingSent : before);
        throw error;
      }
      await this.#note(create, {
        sentAtMs,
        sealedAtMs: sealedAfter(error, leftAtMs, now(), timeoutMs),
        isEnded: before.isEnded && isEndedByUpstream(error),
        marks,
      });
      return error;
    }
  }

  async #note(create: Create, progress: Progress, isInFlight = false): Promise<void> {
    await create.journal.note(progress);
    await this.#options.outstanding.note(create, progress, isInFlight);
  }

  /** The upstream named the campaign that it made, and said the rest of it in a way that can't be read. */
  async #readCreated(sid: string, create: Create, { facts }: UpstreamFailure): Promise<Outcome> {
    const { asker } = create;
    await this.#take(sid, create);
    try {
      return done(await this.#options.client.getCampaign(sid, { priority: 'write', asker }), facts.requestId);
    } catch {
      throw createdUnreadable(sid, facts.requestId);
    }
  }

  /** The answer is authoritative: it stands whether or not the others can be told. */
  async #take(sid: Campaign['sid'], create: Create): Promise<void> {
    const { taken, outstanding } = this.#options;
    await taken.take(sid, create.id).catch(() => undefined);
    await outstanding.note(create, nothingSent, false);
  }
}

function isNoAnswer(error: unknown): boolean {
  return !(error instanceof OutcomeUnknown) && !(error instanceof UpstreamFailure && error.facts.sid);
}
