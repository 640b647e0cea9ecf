import { readable, type Row, type Slice, type Window } from '../domain/lists/page.js';
import { allParts } from '../domain/lists/page-parts.js';
import { UpstreamFailure } from '../domain/upstream-failure.js';
import { adjacentMarks, type Cursor, markOf, nearestKnown } from '../datasources/paging/cursors/cursor.js';
import { ListReader } from '../datasources/paging/list-reader.js';
import { ListRows, type ListSource, type TimedRead } from '../datasources/paging/list-source.js';
import { RowCursors } from '../datasources/paging/cursors/row-cursors.js';
import { type PageMaximum } from '../datasources/paging/page-maximum.js';
import { wholeWindows } from '../datasources/paging/slicing.js';

/** Rows of a list that follow the ones swept before. */
export interface SweptRows<T> {
  readonly rows: readonly { readonly row: Row<T>; readonly index: number }[];
  /** The cursor of a row by its index. */
  readonly cursorAt: (index: number) => string;
  /** Position behind the last of them. */
  readonly end: number;
  /** Total rows of the list at this time. */
  readonly total: number;
}

/** Options of a sweep. */
export interface SweepOptions<T extends { readonly sid: string }> {
  readonly source: ListSource<T>;
  readonly maximum: PageMaximum;
  /** Reads one window from the upstream. */
  readonly read: (slice: Slice) => Promise<TimedRead<Window<T>>>;
  /** Begins behind the row of this cursor; undefined: at the first row. */
  readonly after: Cursor | undefined;
}

/** Sids of swept rows that are remembered: two of the largest windows. Memory stays the same however long the list is. */
const maximumRemembered = 2000;
/** Windows to each side in which the last swept row is searched. */
const reach = 10;
/** Behind more unreadable rows than these, their offset alone says where to go on. */
const maximumUnreadable = 10;
/** How often a list that moves while it is searched is searched again. */
const maximumSearches = 3;

/**
 * Reads all rows of a list, window by window, while rows come and go.
 *
 * A window begins at the last row swept before, which shows where its new rows begin. Where rows came or went, the last
 * swept row that is still there shows it, perhaps in another window. Each window decides alone, since two of them may show
 * two states of the list. So every row that is in the list throughout is swept once.
 */
export class Sweep<T extends { readonly sid: string }> {
  readonly #options: SweepOptions<T>;
  readonly #remembered = new Set<string>();
  /** Where the last swept row was; undefined before the first. */
  #place: { readonly offset: number; readonly total: number | null } | undefined;
  /** Rows that a window shares with the one before: more while rows go. */
  #overlap = 1;
  /** Number of unreadable rows behind the last readable one that was swept. They have no sid to be remembered by. */
  #unreadable = 0;

  constructor(options: SweepOptions<T>) {
    const { after } = options;
    this.#options = options;
    if (!after) return;
    this.#place = after;
    this.#overlap = 1 + adjacentMarks; // its neighbours are known by their marks
    if (after.sid === '') this.#unreadable = nearestKnown(after.previous) ?? 0;
    else this.#remembered.add(after.sid);
  }

  /**
   * The next rows, in one upstream call while the list does not move.
   * @throws UpstreamFailure if a window can't be read, or does not tell where it goes on; the next call reads it again.
   */
  async next(): Promise<SweptRows<T>> {
    const { window, start } = await this.#nextWindow();
    const { offset, total } = window;
    const end = offset + window.rows.length;
    if (end <= start && end < total) throw new UpstreamFailure('invalidResponse'); // it counts rows that it does not return
    const rows = new ListRows<T>();
    rows.add(window);
    const cursors = new RowCursors(this.#options.source, rows, total);
    const swept: { readonly row: Row<T>; readonly index: number }[] = [];
    for (let index = start; index < end; index += 1) {
      const row = rows.get(index);
      if (row !== undefined && !this.#remembered.has(readable(row)?.sid ?? '')) swept.push({ row, index });
    }
    for (const { row } of swept) this.#remember(row);
    if (end > 0) this.#place = { offset: end - 1, total };
    return { rows: swept, cursorAt: (index) => cursors.at(index), end, total };
  }

  /** The next window, and the index of its first new row. */
  async #nextWindow(): Promise<{ readonly window: Window<T>; readonly start: number }> {
    for (let search = 0; search <= maximumSearches; search += 1) {
      const place = this.#place;
      if (!place) return { window: (await this.#read(0)).window, start: 0 };
      const { window, start } = await this.#search(place);
      const end = window.offset + window.rows.length;
      if (start < end || end >= window.total || start - 1 === place.offset) {
        if (window.total === place.total) this.#overlap = Math.max(1, this.#overlap - 1);
        return { window, start };
      }
      this.#place = { offset: start - 1, total: window.total }; // all rows of the window are known
    }
    throw new UpstreamFailure('invalidResponse');
  }

  /**
   * Finds the last swept row that is still there: at its place, or where the change of the total suggests, or in the
   * windows around.
   */
  async #search({ offset, total }: { readonly offset: number; readonly total: number | null }) {
    if (this.#unreadable > maximumUnreadable) {
      const { window } = await this.#read(offset + 1);
      return { window, start: window.offset };
    }
    const asked = new Set<number>();
    let shift = 0;
    let windowSize = 0;
    for (let step = 0; step <= 2 * reach + 1; step += 1) {
      const windows = Math.ceil((step - 1) / 2) * (step % 2 === 0 ? -1 : 1);
      const first = Math.max(
        0,
        offset + shift + (step > 1 ? windows * windowSize : 0) - this.#overlap - this.#unreadable + 1,
      );
      if (asked.has(first)) continue;
      asked.add(first);
      const { list, window } = await this.#read(first);
      const start = this.#startIn(window);
      if (start !== undefined) return { window, start };
      if (window.offset === 0 && window.rows.length >= window.total) return { window, start: 0 }; // all rows are new
      if (step > 0) continue;
      shift = window.total - (total ?? window.total);
      windowSize = list.windowSize;
      this.#overlap = Math.min(Math.ceil(windowSize / 4), this.#overlap * 4);
    }
    // All of them are gone. Rows may be swept again rather than left out; where all swept rows are remembered, none is.
    const { window } = await this.#read(this.#isAllRemembered ? 0 : Math.max(0, offset + Math.min(0, shift)));
    return { window, start: window.offset };
  }

  get #isAllRemembered(): boolean {
    return !this.#options.after && this.#remembered.size < maximumRemembered;
  }

  async #read(offset: number): Promise<{ readonly list: ListReader<T>; readonly window: Window<T> }> {
    const { maximum, read } = this.#options;
    let first: Window<T> | undefined;
    const list = new ListReader<T>(
      async (slice) => {
        const result = await read(slice);
        first ??= result.value;
        return result;
      },
      maximum,
      { ...wholeWindows, begin: ({ size }) => [{ offset, limit: size.count }] },
    );
    const size = { from: 'start', count: maximum.most } as const;
    await list.begin({ size, after: undefined, before: undefined, need: 'rows', parts: allParts });
    if (!first) throw new Error('a window was read without a result');
    return { list, window: first };
  }

  /** The index behind the rows of a window that were swept; undefined if none of them was. */
  #startIn({ offset, rows }: Window<T>): number | undefined {
    const last = this.#lastSweptIn(rows);
    if (last === undefined) return undefined;
    let start = last + 1;
    for (let left = this.#unreadable; left > 0 && rows[start] instanceof Error; left -= 1) start += 1;
    return offset + start;
  }

  #lastSweptIn(rows: readonly Row<T>[]): number | undefined {
    const places = new Map(rows.map((row, index) => [readable(row)?.sid, index]));
    for (const sid of [...this.#remembered].reverse()) {
      const place = places.get(sid);
      if (place !== undefined) return place;
    }
    if (this.#remembered.size > 1) return undefined;
    // After a cursor, its neighbours are known by their marks alone.
    const marks = rows.map((row) => {
      const sid = readable(row)?.sid;
      return sid === undefined ? undefined : markOf(sid);
    });
    for (const mark of this.#options.after?.previous.marks ?? []) {
      const place = mark === null ? -1 : marks.lastIndexOf(mark);
      if (place !== -1) return place;
    }
    return undefined;
  }

  #remember(row: Row<T>): void {
    const sid = readable(row)?.sid;
    if (sid === undefined) {
      this.#unreadable += 1;
      return;
    }
    this.#unreadable = 0;
    this.#remembered.add(sid);
    const [oldest] = this.#remembered;
    if (oldest !== undefined && this.#remembered.size > maximumRemembered) this.#remembered.delete(oldest);
  }
}
