import { readable, type Row, type Slice, type Window } from '../domain/page.js';
import { allParts } from '../domain/page-parts.js';
import { UpstreamFailure } from '../domain/upstream-failure.js';
import { type Cursor, decodeCursor, fingerprintOf } from '../datasources/paging/cursor.js';
import { ListReader } from '../datasources/paging/list-reader.js';
import { ListRows, type ListSource, type TimedRead } from '../datasources/paging/list-source.js';
import { locate, SearchAllowance } from '../datasources/paging/position.js';
import { RowCursors } from '../datasources/paging/row-cursors.js';
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
/** How often a list that moves while its rows are searched is read again. */
const maximumSearches = 3;

/**
 * Reads all rows of a list, window by window, while rows come and go.
 *
 * A window begins at the last row swept before, which shows where its new rows begin. Where rows came or went, the last
 * swept row that is still there shows it, and a search finds it in another window. So every row that is in the list
 * throughout is swept once.
 */
export class Sweep<T extends { readonly sid: string }> {
  readonly #options: SweepOptions<T>;
  readonly #remembered = new Set<string>();
  #anchor: Cursor | undefined;
  /** Rows that a window shares with the one before: more while rows go. */
  #overlap = 1;

  constructor(options: SweepOptions<T>) {
    this.#options = options;
    this.#anchor = options.after;
    if (options.after && options.after.sid !== '') this.#remembered.add(options.after.sid);
  }

  /**
   * The next rows, in one upstream call while the list does not move.
   * @throws UpstreamFailure if a window can't be read; the next call reads it again.
   */
  async next(): Promise<SweptRows<T>> {
    const { source } = this.#options;
    const { window, start } = await this.#nextWindow();
    const { offset, total } = window;
    const end = offset + window.rows.length;
    if (end <= start && end < total) throw new UpstreamFailure('invalidResponse'); // it counts rows that it does not return
    const rows = new ListRows<T>();
    rows.add(window);
    const cursors = new RowCursors(source, rows, total);
    const swept: { readonly row: Row<T>; readonly index: number }[] = [];
    for (let index = start; index < end; index += 1) {
      const row = rows.get(index);
      if (row !== undefined && !this.#remembered.has(readable(row)?.sid ?? '')) swept.push({ row, index });
    }
    for (const { row } of swept) this.#remember(row);
    if (end > start)
      this.#anchor = decodeCursor(cursors.at(end - 1), fingerprintOf(source.identity), 'after');
    return { rows: swept, cursorAt: (index) => cursors.at(index), end, total };
  }

  /** The next window, and the index of its first new row. */
  async #nextWindow(): Promise<{ readonly window: Window<T>; readonly start: number }> {
    for (let search = 0; ; search += 1) {
      const anchor = this.#anchor;
      const offset = anchor ? Math.max(0, anchor.offset - this.#overlap + 1) : 0;
      const { list, window } = await this.#read(offset);
      if (!anchor) return { window, start: 0 };
      const known = this.#startIn(window);
      if (known !== undefined) {
        if (window.total === anchor.total) this.#overlap = Math.max(1, this.#overlap - 1);
        return { window, start: known };
      }
      const { index, isThere } = await locate(list, this.#options.source, anchor, 'after', {
        allowance: new SearchAllowance(),
        attempt: 0,
        isLastAttempt: true,
      });
      const isWithin = index >= window.offset && index <= window.offset + window.rows.length;
      if (isWithin || search === maximumSearches)
        return { window, start: Math.max(window.offset, index + (isThere ? 1 : 0)) };
      this.#overlap = Math.min(Math.ceil(list.windowSize / 4), this.#overlap * 4);
      this.#anchor = { ...anchor, offset: index, total: list.total ?? null };
    }
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

  /** The index behind the row of a window that was swept last; undefined if none of its rows was swept. */
  #startIn({ offset, rows }: Window<T>): number | undefined {
    const places = new Map(rows.map((row, index) => [readable(row)?.sid, offset + index]));
    for (const sid of [...this.#remembered].reverse()) {
      const place = places.get(sid);
      if (place !== undefined) return place + 1;
    }
    return undefined;
  }

  #remember(row: Row<T>): void {
    const sid = readable(row)?.sid;
    if (sid === undefined) return;
    this.#remembered.delete(sid);
    this.#remembered.add(sid);
    const [oldest] = this.#remembered;
    if (oldest !== undefined && this.#remembered.size > maximumRemembered) this.#remembered.delete(oldest);
  }
}
