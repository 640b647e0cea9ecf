import { readable, type Row, type RowRange, type Slice, type Window } from '../../domain/page.js';
import { ListRows, type TimedRead } from './list-source.js';
import { type PageRequest, type ListState, type PageMaximum, type Slicing, wholeWindows } from './slicing.js';

/** Windows read so close to each other are taken to show one list, unless they themselves show that it moved. */
const closeMs = 2000;

/**
 * Whether windows show one list: `moved` where a row could be in two of them, or in none; `apart` where nothing shows
 * that, but they were read too long after each other to tell.
 */
export type Consistency = 'consistent' | 'apart' | 'moved';

/**
 * Judges the windows that a page is made of.
 * @param isSequence true for windows read one after the other: each must be close to the one before.
 */
function consistencyOf<T extends { readonly sid: string }>(
  readings: readonly TimedRead<Window<T>>[],
  isSequence = false,
): Consistency {
  const [first] = readings;
  if (!first || readings.length < 2) return 'consistent';
  if (readings.some(({ value }) => value.total !== first.value.total) || sharesRows(readings)) return 'moved';
  const times = readings.map(({ readAtMs }) => readAtMs).sort((a, b) => a - b);
  const gaps = times.map((time, index) => time - (times[isSequence ? index - 1 : 0] ?? time));
  return Math.max(...gaps) > closeMs ? 'apart' : 'consistent';
}

/** Those that are close to the newest: the others must be read anew to be of one list with them. */
function newestOf<V>(readings: readonly TimedRead<V>[]): TimedRead<V>[] {
  const newestMs = Math.max(...readings.map(({ readAtMs }) => readAtMs));
  return readings.filter(({ readAtMs }) => newestMs - readAtMs <= closeMs);
}

function sharesRows<T extends { readonly sid: string }>(readings: readonly TimedRead<Window<T>>[]): boolean {
  const places = new Map<string, number>();
  return readings.some(({ value: { offset, rows } }) =>
    rows.some((row: Row<T>, index) => {
      const sid = readable(row)?.sid;
      if (sid === undefined) return false;
      const place = places.get(sid) ?? offset + index;
      places.set(sid, place);
      return place !== offset + index && !isWithin(place, offset, rows.length);
    }),
  );
}

/** One window may hold a sid twice by itself: the document's own messages sample does. */
function isWithin(place: number, offset: number, length: number): boolean {
  return place >= offset && place < offset + length;
}

/** Reads one window. From `reread` 1 on it is read anew, whatever is at hand: once for each number. */
export type WindowFetch<T> = (slice: Slice, reread?: number) => Promise<TimedRead<Window<T>>>;

/** What was asked for, and what was given. */
interface ReadWindow<T> {
  readonly asked: Slice;
  readonly reading: TimedRead<Window<T>>;
}

/** The first read, one after a smaller page maximum was learned, and two for rows that were still missing. */
const maximumRounds = 4;

/** Reads rows of one list by their offsets, in slices of at most the upstream's maximum. */
export class ListReader<T extends { readonly sid: string }> implements ListState {
  /** The rows read so far. */
  readonly rows = new ListRows<T>();
  readonly #fetch: WindowFetch<T>;
  readonly #answers: ReadWindow<T>[] = [];
  readonly #maximum: PageMaximum;
  readonly #slicing: Slicing;
  readonly #asked = new Map<string, Promise<void>>();
  #windowSize: number;
  #total: number | undefined;

  /**
   * @param fetch reads one window; may be shared with other readers.
   * @param maximum what is known of the upstream's page maximum; taught when an answer shows a smaller one.
   * @param slicing which slices are asked for.
   */
  constructor(fetch: WindowFetch<T>, maximum: PageMaximum, slicing = wholeWindows) {
    this.#fetch = fetch;
    this.#maximum = maximum;
    this.#slicing = slicing;
    this.#windowSize = maximum.rows;
  }

  /** How many rows the list has; undefined before the first read. */
  get total(): number | undefined {
    return this.#total;
  }

  /**
   * Whether the windows that have rows of a range show one list.
   * @param isSequence true for windows that were read one after the other.
   */
  consistencyIn(range: RowRange, isSequence = false): Consistency {
    return consistencyOf(this.#readingsIn(range), isSequence);
  }

  /** The rows of the windows that have rows of a range. */
  rowsAround(range: RowRange): ListRows<T> {
    const readings = this.#readingsIn(range);
    if (readings.length === this.#answers.length) return this.rows;
    const rows = new ListRows<T>();
    for (const { value } of readings) rows.add(value);
    return rows;
  }

  /** How many rows the list had when the row at an offset was read. */
  totalAt(offset: number): number | undefined {
    return this.#readingsIn({ start: offset, end: offset + 1 }).at(-1)?.value.total;
  }

  /** Takes over what another reader of the list has read last, so that only older windows are read anew. */
  takeNewestOf(other: ListReader<T>): void {
    const newest = new Set(newestOf(other.#answers.map(({ reading }) => reading)));
    for (const { asked, reading } of other.#answers)
      if (newest.has(reading)) {
        this.#asked.set(keyOf(asked), Promise.resolve());
        this.#took(asked, reading);
      }
  }

  #readingsIn({ start, end }: RowRange): TimedRead<Window<T>>[] {
    return this.#answers
      .map(({ reading }) => reading)
      .filter(({ value: { offset, rows } }) => offset < end && offset + rows.length > start);
  }

  /** How many rows a window has at present. */
  get windowSize(): number {
    return this.#windowSize;
  }

  /** True for a row that was read. */
  readonly has = (offset: number): boolean => this.rows.has(offset);

  /** True for a slice that was asked for. */
  readonly wasAsked = (slice: Slice): boolean => this.#asked.has(keyOf(slice));

  /** Reads what a page needs for certain: by then the total is known. */
  begin(cut: PageRequest): Promise<unknown> {
    return this.#readAll(this.#slicing.begin(cut, this));
  }

  /** Reads the window that has this offset, unless it was read. */
  async load(offset: number): Promise<void> {
    const isBeyond = this.#total !== undefined && offset >= this.#total;
    if (!isBeyond && !this.rows.has(offset)) await this.#readAll(wholeWindows.cover([offset], this));
  }

  /**
   * Reads every row in a range that the list has, in parallel.
   * @returns undefined where all of them were read before.
   */
  cover(range: RowRange): Promise<void> | undefined {
    const missing = this.#missingIn(range);
    return missing.length === 0 ? undefined : this.#coverAll(range, missing);
  }

  async #coverAll(range: RowRange, missing: readonly number[]): Promise<void> {
    for (let round = 0; round < maximumRounds && missing.length > 0; round += 1) {
      await this.#readAll(this.#slicing.cover(missing, this));
      missing = this.#missingIn(range);
    }
  }

  #missingIn({ start, end }: RowRange): number[] {
    const missing: number[] = [];
    const stop = Math.min(end, this.#total ?? 0);
    for (let offset = start; offset < stop; offset += 1) if (!this.rows.has(offset)) missing.push(offset);
    return missing;
  }

  #readAll(slices: readonly Slice[]): Promise<unknown> {
    const [only] = slices;
    if (only && slices.length === 1) return this.#read(only);
    return Promise.all(slices.map((slice) => this.#read(slice)));
  }

  #read(slice: Slice): Promise<void> {
    const key = keyOf(slice);
    const reading = this.#asked.get(key) ?? this.#take(slice);
    this.#asked.set(key, reading);
    return reading;
  }

  #take(asked: Slice): Promise<void> {
    return this.#fetch(asked).then((reading) => {
      this.#took(asked, reading);
    });
  }

  #took(asked: Slice, reading: TimedRead<Window<T>>): void {
    const { offset, limit, total, rows } = reading.value;
    this.#answers.push({ asked, reading });
    this.#total = total;
    this.rows.add(reading.value);
    if (limit < asked.limit) this.#maximum.learn(limit);
    // An upstream that caps its pages without saying so shows it by a short page before the end.
    const isShort = rows.length > 0 && rows.length < limit && offset + rows.length < total;
    this.#windowSize = Math.min(
      this.#windowSize,
      isShort ? rows.length : limit < asked.limit ? limit : Infinity,
    );
  }
}

function keyOf({ offset, limit }: Slice): string {
  return `${offset}+${limit}`;
}
