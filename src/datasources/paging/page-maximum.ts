import { type Slice, type Window } from '../../domain/lists/page.js';
import { withTimeout } from '../../domain/timeout.js';
import { type FailureReason, UpstreamFailure } from '../../domain/upstream-failure.js';

/** "number of records on single page default:20 maximum=50" (API document, `limit`). */
const documentedMaximum = 50;
/** How long a smaller maximum is assumed, so that a temporary one does not cost more calls forever. */
const learnedForMs = 10 * 60_000;
/** How long pages above a bound are not tried again. */
const boundForMs = 24 * 60 * 60_000;

/** How long other reads wait for a trial, which may have to wait for a permit itself, in milliseconds. */
const trialWaitMs = 2000;

/** What responses have shown about pages that are larger than documented. */
export interface LargerPages {
  /** The greatest limit that was answered with all rows that there were. */
  readonly accepted: number;
  /** The most rows that one response had. */
  readonly proven: number;
  /** Rows of a page at most, as a larger one was refused or cut off; null if no bound is known. */
  readonly bound: number | null;
  /** Time at which the bound was learned; epoch milliseconds. */
  readonly boundAtMs: number;
}

/** What the instances of an account share about larger pages. No method throws. */
export interface SharedPages {
  /** Begins a trial, or waits while another instance tries. @returns what others have learned. */
  begin(isEnough: (known: LargerPages) => boolean): Promise<LargerPages | undefined>;
  /** Shares what was learned; ends the trial. */
  end(learned: LargerPages): Promise<void>;
  /** What others have learned. */
  read(): Promise<LargerPages | undefined>;
  /** Shares what was learned without a trial. */
  share(learned: LargerPages): Promise<void>;
}

const nothingLearned: LargerPages = {
  accepted: documentedMaximum,
  proven: documentedMaximum,
  bound: null,
  boundAtMs: 0,
};

/** Failures that are hardly about the size of a page: a small page shows whether they are. */
const hardlyAboutSize: ReadonlySet<FailureReason> = new Set(['notFound', 'unauthorized']);
/** How long a trial that was answered with 429 is not repeated: until the minute of the limit is over. */
const limitedForMs = 60_000;

/** Reads a page; a trial is sent once. */
type FetchPage<T> = (slice: Slice, isTrial: boolean) => Promise<Window<T>>;

/**
 * Page maximum: the most rows that the upstream returns in one response, for one kind of list.
 *
 * A smaller maximum than documented is learned from two responses that agree, so that one odd response does not make all later
 * pages more expensive. A larger one is tried where a read needs it: the API document has no maximum for messages. Only one
 * call tries a size that was not accepted before; it is not repeated, and what it shows holds for a day.
 */
export class PageMaximum {
  readonly #now: () => number;
  readonly #largest: number;
  readonly #shared: SharedPages | undefined;
  #rows = documentedMaximum;
  #seenOnce: number | undefined;
  #learnedAtMs = 0;
  #larger = nothingLearned;
  #trial: Promise<true> | undefined;
  /** Until then a failure that is hardly about the size of a page is believed; epoch milliseconds. */
  #believedUntilMs = 0;
  /** When the last trial was answered with 429; undefined if another one was not. */
  #limitedAtMs: number | undefined;

  /**
   * @param now epoch milliseconds.
   * @param largest the most rows that a call may ask for.
   */
  constructor(now: () => number = Date.now, largest = documentedMaximum, shared?: SharedPages) {
    this.#now = now;
    this.#largest = largest;
    this.#shared = shared;
  }

  /** Rows of a window, the unit of the cache: whole windows fit into one call without a remainder. */
  get rows(): number {
    if (this.#isAsDocumented) return documentedMaximum;
    const smaller = this.#now() - this.#learnedAtMs > learnedForMs ? documentedMaximum : this.#rows;
    const bound = this.#bound;
    if (smaller < documentedMaximum || bound === undefined) return smaller;
    return Math.floor(bound / Math.floor(bound / documentedMaximum));
  }

  /** Rows that one call may ask for. */
  get most(): number {
    const { rows } = this;
    if (rows < documentedMaximum) return rows;
    const limitedAtMs = this.#limitedAtMs;
    const isLimited = limitedAtMs !== undefined && Math.abs(this.#now() - limitedAtMs) < limitedForMs;
    const bound = isLimited ? this.#larger.accepted : (this.#bound ?? Infinity);
    return Math.max(rows, Math.min(this.#largest, bound));
  }

  /** Rows that one call is known to return, for estimates. */
  get perCall(): number {
    if (this.#isAsDocumented) return documentedMaximum;
    return Math.max(this.rows, Math.min(this.most, this.#larger.proven));
  }

  /**
   * Learns from a response that was cut off at `limit` rows.
   * @param isAgreed true if another response agrees.
   */
  learn(limit: number, isAgreed = this.#seenOnce === limit): void {
    if (limit < 1 || limit >= Math.min(this.rows, documentedMaximum)) return;
    if (isAgreed) {
      this.#rows = limit;
      this.#learnedAtMs = this.#now();
    }
    this.#seenOnce = limit;
  }

  /**
   * Reads a slice that is larger than documented.
   * @returns the window, which may have fewer rows; undefined if such slices are refused: then smaller ones are to be read.
   */
  async readLarger<T>(slice: Slice, fetch: FetchPage<T>): Promise<Window<T> | undefined> {
    const { limit } = slice;
    while (limit > this.#larger.accepted && this.#trial)
      if (!(await withTimeout(trialWaitMs, this.#trial))) return undefined;
    if (limit > this.most) return undefined;
    if (limit <= this.#larger.accepted) return this.#judge(slice, fetch, false);
    const trial = this.#tryOnce(slice, fetch);
    this.#trial = trial.then(hasEnded, hasEnded);
    try {
      return await trial;
    } finally {
      this.#trial = undefined;
    }
  }

  async #tryOnce<T>(slice: Slice, fetch: FetchPage<T>) {
    const isKnown = (known: LargerPages): boolean => slice.limit <= known.accepted || known.bound !== null;
    const known = await this.#shared?.begin(isKnown);
    if (known) this.#larger = known;
    if (slice.limit > this.most) return undefined;
    try {
      return await this.#judge(slice, fetch, slice.limit > this.#larger.accepted);
    } finally {
      if (!known || !isKnown(known)) await this.#shared?.end(this.#larger);
    }
  }

  /** A size that was accepted before and fails is tried again by the next read that needs it. */
  async #judge<T>(slice: Slice, fetch: FetchPage<T>, isTrial: boolean) {
    try {
      const window = await fetch(slice, isTrial);
      this.#limitedAtMs = undefined;
      this.#learnFrom(slice, window);
      // Fewer rows than a small page would have are discarded: small pages are read instead.
      const { rows, offset, total } = window;
      return rows.length < Math.min(documentedMaximum, total - offset) ? undefined : window;
    } catch (error) {
      if (!(error instanceof UpstreamFailure) || isOurs(error)) throw error;
      if (!isTrial && error.reason === 'rateLimited') throw error; // the size is known
      if (!isTrial && error.reason !== 'refused') {
        // It may be the size now: it is tried again, once.
        this.#larger = { ...this.#larger, accepted: documentedMaximum };
        await this.#adoptOrShare(slice);
        return await this.#readSmaller(slice, fetch, error);
      }
      if (error.reason === 'rateLimited' && this.#limitedAtMs === undefined) {
        this.#limitedAtMs = this.#now(); // hardly about the size, unless the next trial is answered like this
        return undefined;
      }
      const smaller = await this.#readSmaller(slice, fetch, error);
      const { proven } = this.#larger;
      this.#setBound(slice.limit > proven ? proven : documentedMaximum);
      if (!isTrial) await this.#adoptOrShare(slice);
      return smaller;
    }
  }

  /**
   * After the failure of a size that was accepted before: adopts a bound that others have learned for it meanwhile, or else shares
   * this failure. Otherwise the shared record would have the size accepted again.
   */
  async #adoptOrShare({ limit }: Slice): Promise<void> {
    const known = await this.#shared?.read();
    if (known && (this.#boundOf(known) ?? Infinity) < limit) this.#larger = known;
    else await this.#shared?.share(this.#larger);
  }

  /**
   * Reads a page of the documented size after a failure that is hardly about the size of a larger one.
   * @returns undefined for any other failure.
   * @throws UpstreamFailure the failure, if the smaller page fails too. It is believed for a day, since this costs a call.
   */
  async #readSmaller<T>(
    { offset }: Slice,
    fetch: FetchPage<T>,
    failure: UpstreamFailure,
  ): Promise<Window<T> | undefined> {
    if (!hardlyAboutSize.has(failure.reason)) return undefined;
    const nowMs = this.#now();
    if (nowMs < this.#believedUntilMs) throw failure;
    try {
      return await fetch({ offset, limit: documentedMaximum }, false);
    } catch {
      this.#believedUntilMs = nowMs + boundForMs;
      throw failure;
    }
  }

  #learnFrom<T>({ limit }: Slice, { offset, total, rows }: Window<T>): void {
    const { accepted, proven } = this.#larger;
    const isWhole = rows.length >= Math.min(limit, total - offset);
    const most = Math.max(proven, Math.min(rows.length, limit));
    this.#larger = { ...this.#larger, accepted: Math.max(accepted, isWhole ? limit : 0), proven: most };
    if (!isWhole) this.#setBound(Math.max(documentedMaximum, rows.length));
  }

  #setBound(bound: number): void {
    const { accepted, proven } = this.#larger;
    this.#larger = {
      accepted: Math.min(accepted, bound),
      proven: Math.min(proven, bound),
      bound,
      boundAtMs: this.#now(),
    };
  }

  /** True until something else was learned: most calls need no more than that. */
  get #isAsDocumented(): boolean {
    return (
      this.#learnedAtMs === 0 && this.#larger.proven === documentedMaximum && this.#larger.bound === null
    );
  }

  get #bound(): number | undefined {
    return this.#boundOf(this.#larger);
  }

  #boundOf({ bound, boundAtMs }: LargerPages): number | undefined {
    return bound === null || Math.abs(this.#now() - boundAtMs) > boundForMs ? undefined : bound;
  }
}

/** True for a failure of this gateway: a call that was not sent, or a response that it had no room for. */
function isOurs({ reason, facts }: UpstreamFailure): boolean {
  const isUnsent = reason === 'unreachable' && facts.errorCode === undefined;
  return isUnsent || reason === 'noRoom' || reason === 'tooLarge';
}

function hasEnded(): true {
  return true;
}
