import { type RowRange } from '../../domain/page.js';
import { type Slice } from '../exotel/client.js';
import { type Row, type Window } from '../exotel/rows.js';
import { type Reading } from './reading.js';
import { hasMoved } from './consistency.js';
import { type PageMaximum } from './page-maximum.js';

/** Reads one window. From `reread` 1 on it is read anew, whatever is at hand: once for each number. */
export type WindowFetch<T> = (slice: Slice, reread?: number) => Promise<Reading<Window<T>>>;

/** The first read, one after a smaller page maximum was learned, and two for rows that were still missing. */
const maximumRounds = 4;

/**
 * Reads rows of one list by their offsets, in whole aligned windows of the upstream's maximum: the budget
 * counts requests, not rows, so a window costs what a row does and overlaps with what others read.
 */
export class ListReader<T extends { readonly sid: string }> {
  readonly #fetch: WindowFetch<T>;
  readonly #readings: Reading<Window<T>>[] = [];
  readonly #maximum: PageMaximum;
  readonly #rows = new Map<number, Row<T>>();
  readonly #asked = new Map<string, Promise<void>>();
  #windowSize: number;
  #total: number | undefined;

  /**
   * @param fetch reads one window; may be shared with other readers.
   * @param maximum what is known of the upstream's page maximum; taught when an answer shows a smaller one.
   */
  constructor(fetch: WindowFetch<T>, maximum: PageMaximum) {
    this.#fetch = fetch;
    this.#maximum = maximum;
    this.#windowSize = maximum.rows;
  }

  /** How many rows the list has; undefined before the first read. */
  get total(): number | undefined {
    return this.#total;
  }

  /** The rows read so far, with their offsets, in no order. */
  get rows(): ReadonlyMap<number, Row<T>> {
    return this.#rows;
  }

  /** True where the list moved between the readings of its windows. */
  get hasMoved(): boolean {
    return hasMoved(this.#readings);
  }

  /** How many rows a window has at present. */
  get windowSize(): number {
    return this.#windowSize;
  }

  /** Reads the window that has this offset, unless it was read. */
  async load(offset: number): Promise<void> {
    await this.loadAll([offset]);
  }

  /** Reads the windows that have these offsets, in parallel. */
  async loadAll(offsets: readonly number[]): Promise<void> {
    const slices: Slice[] = [];
    for (const offset of offsets) {
      const isCovered = slices.some((slice) => offset >= slice.offset && offset < slice.offset + slice.limit);
      const isBeyond = this.#total !== undefined && offset >= this.#total;
      if (!isCovered && !isBeyond && !this.#rows.has(offset)) slices.push(this.#sliceFor(offset));
    }
    await Promise.all(slices.map((slice) => this.#read(slice)));
  }

  /**
   * Reads every row in a range that the list has, in parallel.
   * While the total is unknown, only the first window: a page of 500 of a list of 5 costs one call.
   */
  async cover({ start, end }: RowRange): Promise<void> {
    if (this.#total === undefined) await this.load(start);
    for (let round = 0; round < maximumRounds; round += 1) {
      const missing = this.#missingIn({ start, end });
      if (missing.length === 0) return;
      await this.loadAll(missing);
    }
  }

  #missingIn({ start, end }: RowRange): number[] {
    const length = Math.max(0, Math.min(end, this.#total ?? 0) - start);
    return Array.from({ length }, (_, index) => start + index).filter((offset) => !this.#rows.has(offset));
  }

  /** The aligned window of an offset; where that was read and lacks the row, one that begins at the row. */
  #sliceFor(offset: number): Slice {
    const limit = this.#windowSize;
    const aligned = { offset: offset - (offset % limit), limit };
    return this.#asked.has(keyOf(aligned)) ? { offset, limit } : aligned;
  }

  #read(slice: Slice): Promise<void> {
    const key = keyOf(slice);
    const reading = this.#asked.get(key) ?? this.#take(slice);
    this.#asked.set(key, reading);
    return reading;
  }

  async #take(asked: Slice): Promise<void> {
    const reading = await this.#fetch(asked);
    const { offset, limit, total, rows } = reading.value;
    this.#readings.push(reading);
    this.#total = total;
    rows.forEach((row, index) => this.#rows.set(offset + index, row));
    if (limit < asked.limit) this.#maximum.learn(limit);
    // An upstream that caps its pages without saying so shows it by a short page before the end.
    const isShort = rows.length > 0 && rows.length < limit && offset + rows.length < total;
    this.#windowSize = Math.min(this.#windowSize, limit, isShort ? rows.length : limit);
  }
}

function keyOf({ offset, limit }: Slice): string {
  return `${offset}+${limit}`;
}
