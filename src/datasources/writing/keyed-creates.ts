import { randomUUID } from 'node:crypto';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { problem, type UserProblem } from '../../domain/user-error.js';
import { type SharedState } from '../state/shared-state.js';
import { CreateClaim, keptForMs, leaseMs } from './create-claim.js';
import {
  type CreateRecord,
  digest,
  fingerprintOf,
  nothingSent,
  recordFromText,
  recordToText,
} from './create-record.js';
import { done, type Outcome, OutcomeUnknown, refused } from './outcome.js';

/** What came of a create under a key. */
export interface KeyedOutcome {
  readonly outcome: Outcome;
  /** True where it is that of an earlier create, which had ended already. */
  readonly isReplay: boolean;
  /** True where another request was creating it at that moment. */
  readonly isJoined?: boolean;
}

/** A create under a key, as it is asked for. */
export interface KeyedCreate {
  readonly key: string;
  readonly draft: CampaignDraft;
  /** The name to send it with, should it be the first under its key. */
  readonly name: string;
  /** What is wrong with it. */
  readonly problems: () => UserProblem[];
  /** Creates it, or finds what was created; called by one at a time. */
  readonly run: (claim: CreateClaim) => Promise<Outcome>;
}

/** What keys need. */
export interface KeyedCreatesOptions {
  readonly state: SharedState;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** How often to look whether another gateway has come to an end with the same key. */
const pollMs = 250;
/** How long to wait for it. */
const patienceMs = 30_000;

const keyReused = problem(
  'IDEMPOTENCY_KEY_REUSED',
  ['input', 'idempotencyKey'],
  'The key was used with another input.',
);

/**
 * Lets each idempotency key create one campaign, for 24 hours: a key is claimed before anything is sent, and who
 * finds a claim that nobody works on any more goes on from where it had come.
 */
export class KeyedCreates {
  readonly #options: KeyedCreatesOptions;
  readonly #here = new Map<
    string,
    { readonly fingerprint: string; readonly result: Promise<KeyedOutcome> }
  >();

  constructor(options: KeyedCreatesOptions) {
    this.#options = options;
  }

  /** Runs a create under its key, joins one that is under way, or answers what came of it before. */
  async once(create: KeyedCreate): Promise<KeyedOutcome> {
    const key = `create:${digest(create.key)}`;
    const fingerprint = fingerprintOf(create.draft);
    const here = this.#here.get(key);
    if (here && here.fingerprint !== fingerprint) return first(refused(keyReused));
    if (here) return { ...(await here.result), isJoined: true };
    const result = this.#once(key, fingerprint, create).finally(() => this.#here.delete(key));
    this.#here.set(key, { fingerprint, result });
    return result;
  }

  async #once(key: string, fingerprint: string, create: KeyedCreate): Promise<KeyedOutcome> {
    const { state, sleep } = this.#options;
    let seen: string | null = null;
    let unchangedMs = 0;
    let { name } = create;
    for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += pollMs) {
      const text = await state.read(key);
      unchangedMs = text === seen ? unchangedMs + pollMs : 0;
      seen = text;
      const record = text === null ? null : recordFromText(text);
      if (record === undefined) throw new OutcomeUnknown(name);
      if (record && record.fingerprint !== fingerprint) return first(refused(keyReused));
      if (record?.campaign) return { outcome: done(record.campaign), isReplay: true };
      const isFree = !record || record.owner === null || unchangedMs >= leaseMs;
      name = record?.name ?? name;
      if (!record) {
        const problems = create.problems();
        if (problems.length > 0) return first(refused(...problems));
      }
      const claim = isFree
        ? await this.#claim(key, text, record ?? newRecord(fingerprint, name, this.#options.now()))
        : null;
      if (claim) return first(await work(claim, create));
      if (!isFree) await sleep(pollMs);
    }
    throw new OutcomeUnknown(name);
  }

  /** @returns null where somebody else was first. */
  async #claim(key: string, text: string | null, record: CreateRecord): Promise<CreateClaim | null> {
    const { state, now } = this.#options;
    const ours = { ...record, owner: randomUUID(), beat: record.beat + 1 };
    const oursText = recordToText(ours);
    const isClaimed =
      (text === null
        ? await state.insert(key, oursText, keptForMs)
        : await state.swap(key, text, oursText, keptForMs)) || (await state.read(key)) === oursText;
    return isClaimed ? new CreateClaim({ state, key, record: ours, now }) : null;
  }
}

/** A result is kept, what is not known is left for the next who asks, and nothing created gives the key back. */
async function work(claim: CreateClaim, { run }: KeyedCreate): Promise<Outcome> {
  try {
    const outcome = await run(claim);
    await (outcome.campaign ? claim.finish(outcome.campaign) : claim.release());
    return outcome;
  } catch (error) {
    await (claim.progress.sentAtMs === null ? claim.release() : claim.leave());
    throw error;
  }
}

function newRecord(fingerprint: string, name: string, claimedAtMs: number): CreateRecord {
  return { fingerprint, name, claimedAtMs, owner: null, beat: 0, campaign: null, ...nothingSent, marks: [] };
}

function first(outcome: Outcome): KeyedOutcome {
  return { outcome, isReplay: false };
}
