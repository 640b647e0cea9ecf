import { GatewayError } from '../../domain/errors.js';
import { type Campaign } from '../../schema/campaign.js';
import { type SharedState } from '../state/shared-state.js';
import { type Journal } from './create.js';
import { type CreateRecord, type Progress, recordToText } from './create-record.js';

/** "The same key and input answer the first result (24 h)": DESIGN.md, writing. */
export const keptForMs = 24 * 3_600_000;
/** Who has not been heard of for so long is taken to be gone. */
export const leaseMs = 6000;
const beatEveryMs = leaseMs / 4;

/** Where a claim is, and what it is now. */
export interface ClaimOptions {
  readonly state: SharedState;
  readonly key: string;
  readonly record: CreateRecord;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * The right to work on the create under a key, for as long as it is renewed: it is, by a beat of its own, until it is
 * let go of. Whoever dies loses it, and who takes it over finds how far the create had come.
 */
export class CreateClaim implements Journal {
  readonly #options: ClaimOptions;
  readonly #beat: NodeJS.Timeout;
  #record: CreateRecord;
  /** A change whose reply was lost: it may have been made. */
  #doubtful: CreateRecord | null = null;
  #heardAtMs: number;
  #isLost = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ClaimOptions) {
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

  note({ sentAtMs, sealedAtMs, isEnded, marks }: Progress): Promise<void> {
    return this.#change({ sentAtMs, sealedAtMs, isEnded, marks: [...marks] });
  }

  /** Keeps the result for whoever repeats the create. Where it can't be kept, a repeat finds it by looking. */
  async finish(campaign: Campaign): Promise<void> {
    await this.#letGo(() => this.#change({ campaign, owner: null }));
  }

  /** Lets somebody else work on it: its outcome is not known. */
  async leave(): Promise<void> {
    await this.#letGo(() => this.#change({ owner: null }));
  }

  /** Gives the key back: nothing was created. */
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
      const leftMs = next.campaign ? keptForMs : Math.max(leaseMs, next.claimedAtMs + keptForMs - now());
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
