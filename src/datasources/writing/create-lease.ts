import { GatewayError } from '../../domain/errors.js';
import { type Campaign } from '../../schema/campaign.js';
import { type SharedState } from '../state/shared-state.js';
import { type CreateLog, type CreateRecord, type Progress, recordToText } from './create.js';

/** "The same key and input answer the first result (24 h)": DESIGN.md, writing. */
export const resultTtlMs = 24 * 3_600_000;
/** A holder whose record has not changed for so long is gone. */
export const leaseMs = 6000;
const beatEveryMs = leaseMs / 4;

/** What a lease needs. */
export interface CreateLeaseOptions {
  readonly state: SharedState;
  readonly key: string;
  readonly record: CreateRecord;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * The right to work on the create under a key. It renews itself by a heartbeat until it is released. A process that dies loses
 * it, and the next holder goes on from the progress in the record.
 */
export class CreateLease implements CreateLog {
  readonly #options: CreateLeaseOptions;
  readonly #beat: NodeJS.Timeout;
  #record: CreateRecord;
  /** A change whose reply was lost: it may have been made. */
  #doubtful: CreateRecord | null = null;
  #heardAtMs: number;
  #isLost = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: CreateLeaseOptions) {
    this.#options = options;
    this.#record = options.record;
    this.#heardAtMs = options.now();
    this.#beat = setInterval(() => void this.#change({}).catch(() => undefined), beatEveryMs);
    this.#beat.unref();
  }

  get progress(): Progress {
    return this.#record;
  }

  get name(): string {
    return this.#record.name;
  }

  isOurs(): boolean {
    return !this.#isLost && this.#options.now() - this.#heardAtMs < leaseMs / 2;
  }

  note({ sentAtMs, settledByMs, isEnded, marks, suspects }: Progress): Promise<void> {
    return this.#change({ sentAtMs, settledByMs, isEnded, marks: [...marks], suspects: [...suspects] });
  }

  /** Keeps the result for repeats of the create. Where it can't be kept, a repeat finds it in the list. */
  async finish(campaign: Campaign): Promise<void> {
    await this.#letGo(() => this.#change({ campaign, owner: null }));
  }

  /** Ends the lease of a create whose outcome is not known: the next repeat goes on with it. */
  async leave(): Promise<void> {
    await this.#letGo(() => this.#change({ owner: null }));
  }

  /** Frees the key: nothing was created. */
  async release(): Promise<void> {
    const { state, key } = this.#options;
    await this.#letGo(() =>
      this.#inTurn(async () => {
        await this.#clearDoubt();
        await state.remove(key, recordToText(this.#record));
      }),
    );
  }

  async #letGo(last: () => Promise<unknown>): Promise<void> {
    clearInterval(this.#beat);
    await last().catch(() => undefined);
  }

  #change(changes: Partial<CreateRecord>): Promise<void> {
    return this.#inTurn(async () => {
      const { state, key, now } = this.#options;
      await this.#clearDoubt();
      const next = { ...this.#record, ...changes, beat: this.#record.beat + 1 };
      const askedAtMs = now();
      this.#doubtful = next;
      const [from, to] = [recordToText(this.#record), recordToText(next)];
      // A Redis that is asked again, because its first reply was lost, refuses what it has done already.
      // A result is kept for a day; what stays unknown does not keep its key for ever.
      const leftMs = next.campaign ? resultTtlMs : Math.max(leaseMs, next.claimedAtMs + resultTtlMs - now());
      const isDone = (await state.swap(key, from, to, leftMs)) || (await state.read(key)) === to;
      this.#doubtful = null;
      if (!isDone) {
        this.#isLost = true;
        throw new GatewayError('OUTCOME_UNKNOWN', 'Another gateway has taken this create over.');
      }
      this.#record = next;
      this.#heardAtMs = askedAtMs;
    });
  }

  /** Every record's text is its own: whose is there tells whether the change was made. */
  async #clearDoubt(): Promise<void> {
    if (!this.#doubtful) return;
    const { state, key } = this.#options;
    if ((await state.read(key)) === recordToText(this.#doubtful)) this.#record = this.#doubtful;
    this.#doubtful = null;
  }

  /** One change at a time: each names what it changes from. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
