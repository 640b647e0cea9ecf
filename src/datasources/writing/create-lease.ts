import { GatewayError } from '../../domain/errors.js';
import { type Campaign } from '../../schema/campaign.js';
import { type SharedState } from '../state/shared-state.js';
import { type CreateLog, type CreateRecord, type Progress, recordToText } from './create.js';

/** Repeats of a create within this time get its result (docs/writing.md). */
export const resultTtlMs = 24 * 3_600_000;
/** A lease expires when its record has not changed for this time. */
export const leaseMs = 6000;
const heartbeatMs = leaseMs / 4;

/** Options of a lease. */
interface CreateLeaseOptions {
  readonly state: SharedState;
  readonly key: string;
  readonly record: CreateRecord;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The clock of this process, which never goes back: a lease must not last longer here than in the store. */
  readonly forwardNow: () => number;
}

/**
 * Lease on the create under an idempotency key: only its holder sends. A heartbeat renews it until it is released. When its process
 * dies it expires, and the next holder continues from the progress in the record.
 */
export class CreateLease implements CreateLog {
  readonly #options: CreateLeaseOptions;
  readonly #heartbeat: NodeJS.Timeout;
  #record: CreateRecord;
  /** A change whose reply from the store was lost. It may have been made. */
  #unconfirmed: CreateRecord | null = null;
  #renewedAtMs: number;
  #isLost = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: CreateLeaseOptions) {
    this.#options = options;
    this.#record = options.record;
    this.#renewedAtMs = options.forwardNow();
    this.#heartbeat = setInterval(() => void this.#change({}).catch(() => undefined), heartbeatMs);
    this.#heartbeat.unref();
  }

  get progress(): Progress {
    return this.#record;
  }

  get name(): string {
    return this.#record.name;
  }

  isOurs(): boolean {
    return !this.#isLost && this.#options.forwardNow() - this.#renewedAtMs < leaseMs / 2;
  }

  note({ sentAtMs, settledByMs, isEnded, marks, suspects }: Progress): Promise<void> {
    return this.#change({ sentAtMs, settledByMs, isEnded, marks: [...marks], suspects: [...suspects] });
  }

  /** Stores the result for repeats of the create. If that fails, a repeat finds the campaign in the list. */
  async finish(campaign: Campaign): Promise<void> {
    await this.#end(() => this.#change({ campaign, owner: null }));
  }

  /** Ends the lease of a create whose outcome is unknown. The next repeat resumes it. */
  async leave(): Promise<void> {
    await this.#end(() => this.#change({ owner: null }));
  }

  /** Frees the key after a create that created nothing. */
  async release(): Promise<void> {
    const { state, key } = this.#options;
    await this.#end(() =>
      this.#serialize(async () => {
        await this.#resolveUnconfirmed();
        await state.remove(key, recordToText(this.#record));
      }),
    );
  }

  async #end(last: () => Promise<unknown>): Promise<void> {
    clearInterval(this.#heartbeat);
    await last().catch(() => undefined);
  }

  #change(changes: Partial<CreateRecord>): Promise<void> {
    return this.#serialize(async () => {
      const { state, key, now, forwardNow } = this.#options;
      await this.#resolveUnconfirmed();
      const next = { ...this.#record, ...changes, beat: this.#record.beat + 1 };
      const askedAtMs = forwardNow();
      this.#unconfirmed = next;
      const [from, to] = [recordToText(this.#record), recordToText(next)];
      // A result is stored for a day from now. An unknown outcome blocks its key for a day from its first use.
      const leftMs = next.campaign ? resultTtlMs : Math.max(leaseMs, next.claimedAtMs + resultTtlMs - now());
      // Redis refuses a change that it has made already, when the command is repeated after a lost reply.
      const isDone = (await state.swap(key, from, to, leftMs)) || (await state.read(key)) === to;
      this.#unconfirmed = null;
      if (!isDone) {
        this.#isLost = true;
        throw new GatewayError('OUTCOME_UNKNOWN', 'Another gateway has taken over this create.');
      }
      this.#record = next;
      this.#renewedAtMs = askedAtMs;
    });
  }

  /** No two records have the same text, so the stored text shows whether the change was made. */
  async #resolveUnconfirmed(): Promise<void> {
    if (!this.#unconfirmed) return;
    const { state, key } = this.#options;
    if ((await state.read(key)) === recordToText(this.#unconfirmed)) this.#record = this.#unconfirmed;
    this.#unconfirmed = null;
  }

  /** Runs one change at a time, since each names the text that it replaces. */
  async #serialize<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work, work);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }
}
