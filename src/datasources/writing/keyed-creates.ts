import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { entryLimit } from '../../domain/entry-size.js';
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
import { done, keyUnreadable, type Outcome, OutcomeUnknown, refused } from './outcome.js';

/** Result of a create under a key. */
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
  /** The name to send for the first request under the key. Repeats send the same. */
  readonly name: string;
  /** Checks the rules. */
  readonly problems: () => UserProblem[];
  /** Creates the campaign, or finds it where it was created. Runs once at a time. */
  readonly run: (lease: CreateLease) => Promise<Outcome>;
}

/** Options of `KeyedCreates`. */
interface KeyedCreatesOptions {
  readonly state: SharedState;
  readonly now: () => number;
  readonly forwardNow: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** Interval between two reads of a record that another gateway holds. */
const pollMs = 250;
/** Longest wait for another gateway. */
const maximumWaitMs = 30_000;
/** Keys that may have created a campaign, as far as this process remembers. */
const rememberedKeys = 5000;

const keyReused = problem(
  'IDEMPOTENCY_KEY_REUSED',
  ['input', 'idempotencyKey'],
  'The key was used with another input: repeat it with the same input, or use a new key for another campaign.',
);

/**
 * Idempotency keys: each creates one campaign within 24 hours. A request takes the lease of its key before it sends. A request
 * that finds an expired lease continues from the progress in the record.
 */
export class KeyedCreates {
  readonly #options: KeyedCreatesOptions;
  /** Creates that this process works on, by key. */
  readonly #running = new Map<
    string,
    { readonly fingerprint: string; readonly result: Promise<KeyedOutcome> }
  >();
  /** Names of campaigns that were sent, by key: for requests that come while the store is unreachable. */
  readonly #sentNames = new LRUCache<string, string>(entryLimit(rememberedKeys));

  constructor(options: KeyedCreatesOptions) {
    this.#options = options;
  }

  /** Runs a create under its key, joins the one that is running, or returns the result of an earlier one. */
  async once(create: KeyedCreate): Promise<KeyedOutcome> {
    const key = `create:${digest(create.key)}`;
    const fingerprint = fingerprintOf(create.draft);
    const running = this.#running.get(key);
    if (running && running.fingerprint !== fingerprint) return firstOutcome(refused(keyReused));
    if (running) return { ...(await running.result), isJoined: true };
    const result = this.#once(key, fingerprint, create).finally(() => this.#running.delete(key));
    this.#running.set(key, { fingerprint, result });
    return result;
  }

  async #once(key: string, fingerprint: string, create: KeyedCreate): Promise<KeyedOutcome> {
    const { state, sleep } = this.#options;
    let seen: string | null = null;
    let unchangedMs = 0;
    let { name } = create;
    for (let waitedMs = 0; waitedMs < maximumWaitMs; waitedMs += pollMs) {
      const text = await state.read(key).catch(() => {
        throw keyUnreadable(this.#sentNames.get(key));
      });
      unchangedMs = text === seen ? unchangedMs + pollMs : 0;
      seen = text;
      const record = text === null ? null : recordFromText(text);
      if (record === undefined) throw new OutcomeUnknown(name);
      if (record && record.fingerprint !== fingerprint) return firstOutcome(refused(keyReused));
      this.#remember(key, record && (record.campaign || record.sentAtMs !== null) ? record.name : null);
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
      if (lease) return firstOutcome(await this.#runUnderLease(key, lease, create));
      if (!isFree) await sleep(pollMs);
    }
    throw new OutcomeUnknown(name);
  }

  /** Takes the lease. @returns null where another request was faster. */
  async #lease(key: string, text: string | null, record: CreateRecord): Promise<CreateLease | null> {
    const { state, now, forwardNow } = this.#options;
    const ours = { ...record, owner: randomUUID(), beat: record.beat + 1 };
    const oursText = recordToText(ours);
    const isLeased = await (
      text === null ? state.insert(key, oursText, resultTtlMs) : state.swap(key, text, oursText, resultTtlMs)
    )
      .then(async (isOurs) => isOurs || (await state.read(key)) === oursText)
      .catch((error: unknown) => {
        const sentName = this.#sentNames.get(key);
        throw sentName === undefined ? error : keyUnreadable(sentName);
      });
    return isLeased ? new CreateLease({ state, key, record: ours, now, forwardNow }) : null;
  }

  /** Stores the result, leaves an unknown outcome to the next request, or frees the key where nothing was created. */
  async #runUnderLease(key: string, lease: CreateLease, { run }: KeyedCreate): Promise<Outcome> {
    try {
      const outcome = await run(lease);
      this.#remember(key, outcome.campaign ? lease.name : null);
      await (outcome.campaign ? lease.finish(outcome.campaign) : lease.release());
      return outcome;
    } catch (error) {
      const isSent = lease.progress.sentAtMs !== null;
      this.#remember(key, isSent ? lease.name : null);
      await (isSent ? lease.leave() : lease.release());
      throw error;
    }
  }

  #remember(key: string, sentName: string | null): void {
    if (sentName === null) this.#sentNames.delete(key);
    else this.#sentNames.set(key, sentName);
  }
}

function newRecord(fingerprint: string, name: string, claimedAtMs: number): CreateRecord {
  const progress = { ...nothingSent, marks: [], suspects: [] };
  return { fingerprint, name, claimedAtMs, owner: null, beat: 0, campaign: null, ...progress };
}

function firstOutcome(outcome: Outcome): KeyedOutcome {
  return { outcome, isReplay: false };
}
