import { randomUUID } from 'node:crypto';
import { problem, type UserProblem } from '../../domain/errors.js';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { type SharedState } from '../state/shared-state.js';
import { CreateLease, resultTtlMs, leaseMs } from './create-lease.js';
import {
  type CreateRecord,
  digest,
  fingerprintOf,
  nothingSent,
  recordFromText,
  recordToText,
} from './create.js';
import { done, type Outcome, OutcomeUnknown, refused } from './outcome.js';

/** The result of a create under a key. */
export interface KeyedOutcome {
  readonly outcome: Outcome;
  /** True for the result of an earlier create. */
  readonly isReplay: boolean;
  /** True for the result of another request that was running at the same time. */
  readonly isJoined?: boolean;
}

/** A request to create under a key. */
export interface KeyedCreate {
  readonly key: string;
  readonly draft: CampaignDraft;
  /** The name to send, where it is the first request under its key. */
  readonly name: string;
  /** The rules that it breaks. */
  readonly problems: () => UserProblem[];
  /** Creates it, or finds the campaign that was created; runs once at a time. */
  readonly run: (lease: CreateLease) => Promise<Outcome>;
}

/** What keys need. */
export interface KeyedCreatesOptions {
  readonly state: SharedState;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** How often the record of a key is read that another gateway works on. */
const pollMs = 250;
/** How long it is waited for. */
const maximumWaitMs = 30_000;

const keyReused = problem(
  'IDEMPOTENCY_KEY_REUSED',
  ['input', 'idempotencyKey'],
  'The key was used with another input.',
);

/**
 * Lets each idempotency key create one campaign, for 24 hours. A request takes the lease of its key before anything is sent; a
 * request that finds a lease without a holder goes on from the progress in the record.
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

  /** Runs a create under its key, joins one that is running, or answers the result of an earlier one. */
  async once(create: KeyedCreate): Promise<KeyedOutcome> {
    const key = `create:${digest(create.key)}`;
    const fingerprint = fingerprintOf(create.draft);
    const here = this.#here.get(key);
    if (here && here.fingerprint !== fingerprint) return firstOutcome(refused(keyReused));
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
    for (let waitedMs = 0; waitedMs < maximumWaitMs; waitedMs += pollMs) {
      const text = await state.read(key);
      unchangedMs = text === seen ? unchangedMs + pollMs : 0;
      seen = text;
      const record = text === null ? null : recordFromText(text);
      if (record === undefined) throw new OutcomeUnknown(name);
      if (record && record.fingerprint !== fingerprint) return firstOutcome(refused(keyReused));
      if (record?.campaign) return { outcome: done(record.campaign), isReplay: true };
      const isFree = !record || record.owner === null || unchangedMs >= leaseMs;
      name = record?.name ?? name;
      if (!record) {
        const problems = create.problems();
        if (problems.length > 0) return firstOutcome(refused(...problems));
      }
      const lease = isFree
        ? await this.#lease(key, text, record ?? newRecord(fingerprint, name, this.#options.now()))
        : null;
      if (lease) return firstOutcome(await runUnderLease(lease, create));
      if (!isFree) await sleep(pollMs);
    }
    throw new OutcomeUnknown(name);
  }

  /** @returns null where another request was first. */
  async #lease(key: string, text: string | null, record: CreateRecord): Promise<CreateLease | null> {
    const { state, now } = this.#options;
    const ours = { ...record, owner: randomUUID(), beat: record.beat + 1 };
    const oursText = recordToText(ours);
    const isLeased =
      (text === null
        ? await state.insert(key, oursText, resultTtlMs)
        : await state.swap(key, text, oursText, resultTtlMs)) || (await state.read(key)) === oursText;
    return isLeased ? new CreateLease({ state, key, record: ours, now }) : null;
  }
}

/** A result is kept, an unknown outcome is left to the next request, and where nothing was created the key is free. */
async function runUnderLease(lease: CreateLease, { run }: KeyedCreate): Promise<Outcome> {
  try {
    const outcome = await run(lease);
    await (outcome.campaign ? lease.finish(outcome.campaign) : lease.release());
    return outcome;
  } catch (error) {
    await (lease.progress.sentAtMs === null ? lease.release() : lease.leave());
    throw error;
  }
}

function newRecord(fingerprint: string, name: string, claimedAtMs: number): CreateRecord {
  const progress = { ...nothingSent, marks: [], suspects: [] };
  return { fingerprint, name, claimedAtMs, owner: null, beat: 0, campaign: null, ...progress };
}

function firstOutcome(outcome: Outcome): KeyedOutcome {
  return { outcome, isReplay: false };
}
