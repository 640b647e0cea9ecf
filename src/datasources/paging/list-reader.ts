import {
  type Identified,
  type RowRange,
  type Slice,
  UnreadPart,
  type Window,
} from '../../domain/lists/page.js';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import {
  closeMs,
  type Consistency,
  consistencyOf,
  isOutOfOrder,
  newestOf,
  sharesRows,
} from './consistency.js';
import { inCalls, LargeRead } from './large-read.js';
import { ListRows, type ListSource, type TimedRead } from './list-source.js';
import { type PageMaximum } from './page-maximum.js';
import { type ListState, type PageRequest, type Slicing, wholeWindows } from './slicing.js';

/**
 * Reads one window.
 * @param large the call that reads it together with its neighbours, if there is one.
 * @param isRenewed true if it is read again although it is fresh.
 * @throws UnreadPart if that call does not show the window.
 */
export type WindowFetch<T> = (
  slice: Slice,
  large?: LargeRead,
  isRenewed?: boolean,
) => Promise<TimedRead<Window<T>>>;

/** A requested slice and the window that was returned for it. */
export interface ReadWindow<T> {
  readonly asked: Slice;
  readonly read: TimedRead<Window<T>>;
}

/** Whether other instances have read newer windows: `unknown` if they can't be asked. */
export type NewerWindows = 'loaded' | 'none' | 'unknown';

/** What the cache knows of a list. */
interface CachedList<T> {
  /** Total rows of the list when it was last read, if that is known. */
  readonly likelyTotal: () => number | undefined;
  /** Age in milliseconds of a slice that is read without a call; undefined for others. */
  readonly freshAgeMs: (slice: Slice) => number | undefined;
  /** Takes over newer windows that other instances have read. @returns whether the cache has a newer one than one of these. */
  readonly loadNewer: (windows: readonly ReadWindow<T>[]) => Promise<NewerWindows>;
}

/** One read, two after other page maximums were learned, and two for rows that are still missing. */
const maximumRounds = 5;

/** Reads rows of one list by their offsets, in slices of at most the upstream's maximum. */
export class ListReader<T extends Identified> implements ListState {
  /** The rows read so far. */
  readonly rows = new ListRows<T>();
  readonly #fetch: WindowFetch<T>;
  readonly #windows: ReadWindow<T>[] = [];
  readonly #maximum: PageMaximum;
  readonly #slicing: Slicing;
  readonly #cached: CachedList<T> | undefined;
  readonly #asked = new Map<string, Promise<void>>();
  #windowSize: number;
  #isCutOff = false;
  /** Rows of the last page that was smaller than it could be. */
  #smallPage = Infinity;
  #isLargeRefused = false;
  #total: number | undefined;

  /**
   * @param fetch reads one window; may be shared with other readers.
   * @param maximum the page maximum; the reader updates it from the responses.
   * @param slicing chooses the slices to read.
   * @param cached what the cache knows of the list.
   */
  constructor(fetch: WindowFetch<T>, maximum: PageMaximum, slicing = wholeWindows, cached?: CachedList<T>) {
    this.#fetch = fetch;
    this.#maximum = maximum;
    this.#slicing = slicing;
    this.#cached = cached;
    this.#windowSize = maximum.rows;
  }

  /** Total rows of the list; undefined before the first read. */
  get total(): number | undefined {
    return this.#total;
  }

  /** Total rows of the list when it was last read, if that is known. */
  get likelyTotal(): number | undefined {
    return this.#cached?.likelyTotal();
  }

  /** Current number of rows in a window. */
  get windowSize(): number {
    return this.#windowSize;
  }

  /** Rows that one call may ask for. */
  get callSize(): number {
    return this.#isCutOff || this.#isLargeRefused
      ? this.#windowSize
      : Math.max(this.#windowSize, this.#maximum.most);
  }

  /** True if the row at an offset was read. */
  has(offset: number): boolean {
    return this.rows.has(offset);
  }

  /** True if the list may have a row at an offset, and it was not read. */
  lacks(offset: number): boolean {
    return !this.rows.has(offset) && offset < (this.#total ?? Infinity);
  }

  /**
   * Whether the windows with rows of a range show one state of the list, and the total is of that state. The total may be
   * from another window, even an empty one; if these windows contradict it, the page would end the list too early.
   * @param source of the rows.
   * @param isSequence true for windows that were read one after the other.
   */
  consistencyIn(range: RowRange, source: ListSource<T>, isSequence = false): Consistency {
    const reads = this.#windowsIn(range);
    if (reads.some(({ value }) => value.total !== this.#total)) return 'moved';
    // A window after the end of the list has shown where the list ended then.
    for (const { read } of this.#windows)
      if (read.value.rows.length === 0 && read.value.total !== this.#total) return 'moved';
    if (reads.length > 1 && isOutOfOrder(reads, source)) return 'moved';
    return consistencyOf(reads, isSequence);
  }

  /** All rows of the windows that contain rows of any of these ranges. */
  rowsAround(ranges: readonly RowRange[]): ListRows<T> {
    if (this.#windows.length === 1) return this.rows;
    const reads = new Set(ranges.flatMap((range) => this.#windowsIn(range)));
    if (reads.size === this.#windows.length) return this.rows;
    const rows = new ListRows<T>();
    for (const { value } of reads) rows.add(value);
    return rows;
  }

  /** The window that was read last of those with the row at an offset. */
  latestWindow(offset: number): Window<T> | undefined {
    return this.#windowsIn({ start: offset, end: offset + 1 }).at(-1)?.value;
  }

  /** All windows, the one that was read last first. */
  get newestWindows(): Window<T>[] {
    return this.#windows.map(({ read }) => read.value).reverse();
  }

  /** The window that is nearest to the end of the list, by its own total; of several, the one that was read last. */
  get lastWindow(): Window<T> | undefined {
    let [last, lastBehind]: [Window<T> | undefined, number] = [undefined, Infinity];
    for (const { read } of this.#windows) {
      const { offset, rows, total } = read.value;
      const behind = total - offset - rows.length;
      if (rows.length > 0 && behind <= lastBehind) [last, lastBehind] = [read.value, behind];
    }
    return last;
  }

  /** Takes newer windows that other instances have read into the cache. */
  async loadNewer(): Promise<NewerWindows> {
    return (await this.#cached?.loadNewer(this.#windows)) ?? 'none';
  }

  /** Takes over the newest windows of another reader of the list, so that only the older ones are read again. */
  takeNewestOf(other: ListReader<T>): void {
    const newest = new Set(newestOf(other.#windows.map(({ read }) => read)));
    for (const { asked, read } of other.#windows)
      if (newest.has(read)) {
        this.#asked.set(keyOf(asked), Promise.resolve());
        this.#add(asked, read);
      }
  }

  /** True if the slice was requested. */
  wasAsked(slice: Slice): boolean {
    return this.#asked.has(keyOf(slice));
  }

  /** Reads the slices that the page certainly needs; afterwards the total is known. */
  begin(request: PageRequest): Promise<unknown> {
    const read = this.#readAll(this.#slicing.begin(request, this));
    return this.callSize > this.#windowSize ? read.then(() => this.#beginAgain(request)) : read;
  }

  /** Reads smaller slices if larger ones were refused, or the first one alone if the list ends before all of them. */
  async #beginAgain(request: PageRequest): Promise<void> {
    for (let round = 1; round < maximumRounds && this.#total === undefined; round += 1) {
      const slices = this.#slicing.begin(request, this);
      const { likelyTotal = Infinity } = this;
      const isBehindEnd = slices.every(({ offset }) => offset >= likelyTotal);
      await this.#readAll(isBehindEnd ? slices.slice(0, 1) : slices);
    }
    if (this.#total === undefined) throw new UpstreamFailure('invalidResponse');
  }

  /** Reads the window of an offset, unless its row was read. */
  async load(offset: number): Promise<void> {
    if (this.lacks(offset)) await this.#readAll(wholeWindows.cover([offset], this));
  }

  /** Reads a window that begins with the row at an offset. */
  async loadFrom(offset: number): Promise<Window<T>> {
    const slice = { offset, limit: this.#windowSize };
    await this.#readAll([slice]);
    const window = this.#windows.findLast(({ asked }) => keyOf(asked) === keyOf(slice));
    if (!window) throw new UpstreamFailure('invalidResponse');
    return window.read.value;
  }

  /**
   * Reads all rows of these ranges that the list has, in parallel.
   * @param ranges in ascending order.
   * @returns undefined if all of them were read before.
   */
  cover(ranges: readonly RowRange[]): Promise<void> | undefined {
    const missing = this.#missingIn(ranges);
    return missing.length === 0 ? undefined : this.#coverAll(ranges, missing);
  }

  async #coverAll(ranges: readonly RowRange[], missing: readonly number[]): Promise<void> {
    for (let round = 0; round < maximumRounds && missing.length > 0; round += 1) {
      await this.#readAll(this.#slicing.cover(missing, this));
      missing = this.#missingIn(ranges);
    }
  }

  #windowsIn({ start, end }: RowRange): TimedRead<Window<T>>[] {
    return this.#windows
      .map(({ read }) => read)
      .filter(({ value: { offset, rows } }) => offset < end && offset + rows.length > start);
  }

  #missingIn(ranges: readonly RowRange[]): number[] {
    const missing: number[] = [];
    for (const { start, end } of ranges)
      for (let offset = start; offset < Math.min(end, this.#total ?? 0); offset += 1)
        if (!this.rows.has(offset)) missing.push(offset);
    return missing;
  }

  #readAll(slices: readonly Slice[]): Promise<unknown> {
    const [only] = slices;
    if (only && slices.length === 1 && only.limit <= this.#windowSize) return this.#read(only);
    const ages = new Map(slices.map((slice) => [slice, this.#cached?.freshAgeMs(slice)]));
    const isUnread = (slice: Slice): boolean => ages.get(slice) === undefined;
    const calls = inCalls(slices.filter(isUnread), this.callSize);
    // If a call is made now, older windows would be read again: this call may read them too.
    const isOld = (slice: Slice): boolean => (ages.get(slice) ?? Infinity) > closeMs;
    const renewing = inCalls(slices.filter(isOld), this.callSize);
    const [chosen, isCalled] = renewing.length > calls.length ? [calls, isUnread] : [renewing, isOld];
    return Promise.all([
      ...slices.filter((slice) => !isCalled(slice)).map((slice) => this.#read(slice)),
      ...chosen.flatMap(({ span, parts }) => {
        const large = span.limit > this.#windowSize ? new LargeRead(span) : undefined;
        return parts.map((part) => this.#read(part, large, !isUnread(part)));
      }),
    ]);
  }

  #read(slice: Slice, large?: LargeRead, isRenewed = false): Promise<void> {
    const key = keyOf(slice);
    const read = this.#asked.get(key) ?? this.#take(slice, large, isRenewed);
    this.#asked.set(key, read);
    return read;
  }

  #take(asked: Slice, large: LargeRead | undefined, isRenewed: boolean): Promise<void> {
    return this.#fetch(asked, large, isRenewed).then(
      (read) => {
        this.#add(asked, read);
      },
      (error: unknown) => {
        if (!(error instanceof UnreadPart)) throw error;
        this.#asked.delete(keyOf(asked));
        // A trial that takes too long shows nothing about the page maximum.
        const isUndecided = error.isRefused && this.#maximum.most >= (large?.span.limit ?? 0);
        this.#isLargeRefused ||= isUndecided;
        // Otherwise the page maximum is known now, and the windows with it.
        if (!this.#isCutOff) this.#windowSize = this.#maximum.rows;
      },
    );
  }

  #add(asked: Slice, read: TimedRead<Window<T>>): void {
    const { offset, limit, total, rows } = read.value;
    this.#windows.push({ asked, read });
    this.#total = total;
    this.rows.add(read.value);
    if (limit < asked.limit) this.#maximum.learn(limit);
    // A short page before the end of the list shows a page maximum that the response does not mention.
    const isShort = rows.length > 0 && rows.length < limit && offset + rows.length < total;
    const cutOff = isShort ? rows.length : limit < asked.limit ? limit : Infinity;
    if (cutOff < this.#windowSize) {
      // One such page may be a glitch. Smaller windows would make every later call as small.
      if (cutOff === this.#smallPage) [this.#windowSize, this.#isCutOff] = [cutOff, true];
      this.#smallPage = cutOff;
    }
    if (this.#isCutOff && this.#isContinued) this.#maximum.learn(this.#windowSize, true);
  }

  /** True if a call returned the rows right after a short page: the page was cut off there, and left out no row. */
  get #isContinued(): boolean {
    const reads = this.#windows.map(({ read }) => read);
    const starts = new Set(reads.flatMap(({ value }) => (value.rows.length > 0 ? value.offset : [])));
    const isCutOff = ({ asked, read: { value } }: ReadWindow<T>): boolean =>
      value.rows.length === this.#windowSize &&
      asked.limit > this.#windowSize &&
      starts.has(value.offset + value.rows.length);
    return this.#windows.some(isCutOff) && !sharesRows(reads);
  }
}

function keyOf({ offset, limit }: Slice): string {
  return `${offset}+${limit}`;
}
