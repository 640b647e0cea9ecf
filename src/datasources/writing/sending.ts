import { createProblems } from '../../domain/rules/create.js';
import { type FailureReason, UpstreamFailure } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type ExotelClient } from '../exotel/client.js';
import { NotSent } from '../exotel/policy/not-sent.js';
import { type Create, type WithCallbacks } from './create.js';
import { nothingSent } from './create-record.js';
import { type Namesakes } from './namesakes.js';
import { createdUnreadable, done, type Outcome, OutcomeUnknown, refused } from './outcome.js';
import { sealedAfter, sealedUnseen } from './sealing.js';
import { type Settling } from './settling.js';
import { type TakenSids } from './taken-sids.js';

/** What sending needs. */
export interface SendingOptions {
  readonly client: ExotelClient;
  readonly settling: Settling;
  readonly namesakes: Namesakes;
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
    let requestId: string | undefined;
    for (let posts = 0; ; posts += 1) {
      if (journal.progress.sentAtMs !== null) {
        const found = await this.#options.settling.settle(create);
        if (found) return done(found, requestId);
        // Sent again and again, and never found: then it is our look that is in doubt.
        if (posts === maximumPosts) throw new OutcomeUnknown(draft.name);
      }
      const problems = createProblems(draft, this.#options.now());
      if (problems.length > 0) {
        await journal.note(nothingSent);
        return refused(...problems);
      }
      const end = await this.#options.namesakes.sending(draft.name, () => this.#post(create));
      if (!(end instanceof UpstreamFailure)) return end;
      requestId = end.facts.requestId;
    }
  }

  /** Sends one POST. @returns what came of it, or why that is not known. */
  async #post(create: Create): Promise<Outcome | UpstreamFailure> {
    const { now, timeoutMs, client, withCallbacks } = this.#options;
    const { journal, draft, asker } = create;
    const before = journal.progress;
    const nowMs = now();
    const sentAtMs = before.sentAtMs ?? nowMs; // whichever of them was taken is looked for from the first on
    await journal.note({ sentAtMs, sealedAtMs: sealedUnseen(nowMs, timeoutMs) });
    let leftAtMs = nowMs;
    try {
      const written = await client.createCampaign(withCallbacks(draft), {
        asker,
        beforeSent: () => {
          if (!journal.isOurs()) throw new NotSent();
          leftAtMs = now();
        },
      });
      await this.#take(written.campaign.sid, create.id);
      // What create answers has no stats and no cost.
      return { ...done(written.campaign, written.requestId), isPartial: true };
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      if (error.facts.sid !== undefined) return this.#readCreated(error.facts.sid, create, error);
      // A namesake that it has already, after one of ours was lost, may be that one.
      const isLost = error.mayHaveBeenProcessed || (before.sentAtMs !== null && error.reason === 'duplicate');
      if (isLost)
        await journal.note({ sentAtMs, sealedAtMs: sealedAfter(error, leftAtMs, now(), timeoutMs) });
      else await journal.note(passing.has(error.reason) ? before : nothingSent);
      if (isLost) return error;
      throw error;
    }
  }

  /** The upstream named the campaign that it made, and said the rest of it in a way that can't be read. */
  async #readCreated(sid: string, { id, asker }: Create, { facts }: UpstreamFailure): Promise<Outcome> {
    await this.#take(sid, id);
    try {
      return done(await this.#options.client.getCampaign(sid, { priority: 'write', asker }), facts.requestId);
    } catch {
      throw createdUnreadable(sid, facts.requestId);
    }
  }

  /** The answer is authoritative: it stands whether or not the others can be told. */
  async #take(sid: Campaign['sid'], createId: string): Promise<void> {
    await this.#options.taken.take(sid, createId).catch(() => undefined);
  }
}

function isNoAnswer(error: unknown): boolean {
  return !(error instanceof OutcomeUnknown) && !(error instanceof UpstreamFailure && error.facts.sid);
}
