import { readable, type Row, sidOf, type Window } from '../domain/lists/page.js';
import { UpstreamFailure } from '../domain/upstream-failure.js';
import {
  adjacentMarks,
  type Cursor,
  markedDistances,
  markOf,
  nearestKnown,
  type SweepProgress,
} from '../datasources/paging/cursors/cursor.js';
import { type WindowFetch } from '../datasources/paging/list-reader.js';
import { ListRows, type ListSource } from '../datasources/paging/list-source.js';
import { RowCursors } from '../datasources/paging/cursors/row-cursors.js';
import { type PageMaximum } from '../datasources/paging/page-maximum.js';
import { SentSids } from './sent-sids.js';
import { SweepPass } from './sweep-pass.js';
import { SweptSids } from './swept-sids.js';
import { SweptWindows } from './swept-windows.js';

/** Rows of a list that follow the ones swept before. */
export interface SweptRows<T> {
  readonly rows: readonly { readonly row: Row<T>; readonly index: number }[];
  /** The cursor of a row by its index. */
  readonly cursorAt: (index: number) => string;
  /** The cursor of the last row that was read, even if that row was sent earlier; null if no row was read. */
  readonly cursor: string | null;
  /** Offset after the last of them: rows of the list that were read or skipped so far. */
  readonly end: number;
  /** Total rows of the list at this time. */
  readonly total: number;
}

/** Options of a sweep. */
interface SweepOptions<T extends { readonly sid: string }> {
  readonly source: ListSource<T>;
  readonly maximum: PageMaximum;
  /** Reads one window from the upstream. */
  readonly read: WindowFetch<T>;
  /** Begins after the row of this cursor; undefined: at the first row. */
  readonly after: Cursor | undefined;
}

/** After more rows without a sid than these, the next row is found by its offset alone. */
const maximumWithoutSid = 10;
/** Strides to each side in which swept rows are searched. */
const reach = 10;
/** Reads in one search, for a list that moves faster than it can be followed; the next search continues where it ends. */
const maximumReads = 50;
/** Searches of a list that moves meanwhile, until its swept rows count as gone. */
const maximumSearches = 3;
/** Windows in a row that may bring the sweep no further, because rows have moved. */
const maximumStalls = 2;

/** Where the last swept row was, and the total of the list at that time. */
interface Place {
  readonly offset: number;
  readonly total: number | null;
}

/** A window of the list, and the offset of its first row that was not swept. */
interface NextWindow<T> {
  readonly window: Window<T>;
  readonly start: number;
}

/** The row of a window that was swept last. */
interface FoundRow {
  /** Its number in the sweep. */
  readonly number: number;
  /** Offset after it, where rows begin that were not swept. */
  readonly start: number;
  /** Offset of the last swept row of all, by the difference of their numbers. */
  readonly at: number;
}

/**
 * Reads all rows of a list, window by window, while rows come and go.
 *
 * A window begins at the last swept row, and its new rows begin after that row. Where rows have come or gone, any other swept
 * row shows where the last one is now; the list is expected to move by as much again before the next read. Each window is judged
 * alone, since two of them may show two states of the list. So every row that is in the list throughout is swept once.
 *
 * This holds while rows keep their order. If the last swept row is gone and the total does not explain it, rows may have moved,
 * and others may have been passed over. Then another pass sweeps the list for rows that were not sent yet. A cursor contains
 * the number of its pass, so that a sweep that resumes after it makes no more passes.
 *
 * A single response does not prove that rows after the swept ones have gone: the end of the list is read again first.
 */
export class Sweep<T extends { readonly sid: string }> {
  readonly #options: SweepOptions<T>;
  readonly #windows: SweptWindows<T>;
  /** Rows of all passes. */
  readonly #sent = new SentSids();
  #swept = new SweptSids();
  #pass: SweepPass;
  /** The cursor after which the pass began; undefined: at the first row. */
  #after: Cursor | undefined;
  /** Undefined before the first row. */
  #place: Place | undefined;
  /** How many of the last swept rows are known to be gone. */
  #gone = 0;
  /** Rows inserted before the last swept row since the previous read; negative if rows were removed. */
  #drift = 0;
  /** Rows that a window shares with the one before: more while rows are removed. */
  #overlap = 1;
  #lostSearches = 0;
  /** Consecutive windows without progress. */
  #stalls = 0;

  constructor(options: SweepOptions<T>) {
    this.#options = options;
    this.#windows = new SweptWindows(options.maximum, options.read);
    this.#pass = SweepPass.begin(options.after);
    if (options.after) this.#resume(options.after);
  }

  #resume(after: Cursor): void {
    [this.#after, this.#place] = [after, after];
    this.#overlap = 1 + adjacentMarks; // its neighbours are known by their marks
    // Without a neighbour that is known, its offset alone says where to continue.
    const sid = after.sid || after.unreadableSid;
    if (sid !== '') {
      this.#swept.add({ sid });
      this.#sent.add(sid);
    } else {
      this.#swept.count = 1;
      this.#swept.withoutSid = nearestKnown(after.previous) ?? maximumWithoutSid + 1;
    }
    this.#swept.distinct = after.sweep?.distinct ?? this.#swept.distinct;
  }

  #beginPass(): void {
    this.#pass = this.#pass.next();
    this.#swept = new SweptSids();
    [this.#after, this.#place] = [undefined, undefined];
    [this.#drift, this.#overlap, this.#lostSearches] = [0, 1, 0];
  }

  /**
   * Decides at the end of the list whether `next` continues, after a pause: it reads the end again if the list has had more
   * rows, or the list once more if rows may have been passed over.
   * @returns false if the sweep ends.
   * @throws UpstreamFailure if rows may have been passed over in every pass.
   */
  goesOnAtEnd(): boolean {
    if (this.#pass.needsConfirmation()) return true;
    if (!this.#pass.mayLackRows(this.#swept.distinct)) return false;
    this.#beginPass();
    return true;
  }

  /**
   * The next rows, in one upstream call while the list does not move.
   * @param isSmall no more of the first rows than a window of the cache has.
   * @throws UpstreamFailure if a window can't be read, or does not show where it continues; the next call reads it again.
   */
  async next(isSmall = false): Promise<SweptRows<T>> {
    const { window, start } = await this.#nextWindow(isSmall);
    const { offset, total } = window;
    const end = offset + window.rows.length;
    if (end <= start && end < total) throw new UpstreamFailure('invalidResponse'); // it counts rows that it does not return
    this.#pass.addWindow({ start, end, total });
    const { distinct } = this.#swept;
    const rows = new ListRows<T>();
    rows.add(window);
    const cursors = new RowCursors(this.#options.source, rows, total);
    const swept: { readonly row: Row<T>; readonly index: number }[] = [];
    const progress: SweepProgress[] = [];
    for (let index = start; index < end; index += 1) {
      const row = rows.get(index);
      if (row === undefined) continue;
      this.#swept.add(row);
      progress[index - start] = this.#pass.progress(this.#swept.distinct);
      const isNew = !this.#isSent(row);
      if (isNew) swept.push({ row, index });
      this.#pass.addRow(isNew);
    }
    // An upstream that does not return what it counts, or returns the same rows again, would otherwise be asked without end.
    const isFurther =
      swept.length > 0 || this.#swept.distinct > distinct || end - 1 > (this.#place?.offset ?? -1);
    this.#stalls = isFurther || end >= total ? 0 : this.#stalls + 1;
    if (end > 0) this.#place = { offset: end - 1, total };
    if (this.#stalls > maximumStalls) throw new UpstreamFailure('invalidResponse');
    if (end > start) this.#gone = 0;
    const cursorAt = (index: number): string => cursors.at(index, progress[index - start]);
    return { rows: swept, cursorAt, cursor: end > start ? cursorAt(end - 1) : null, end, total };
  }

  /** Whether a row was sent before; from now on it was. One without a sid can't be recognised: only the first pass sends it. */
  #isSent(row: Row<T>): boolean {
    const sid = sidOf(row);
    return sid === undefined ? this.#pass.number > 1 : !this.#sent.add(sid);
  }

  async #nextWindow(isSmall: boolean): Promise<NextWindow<T>> {
    const place = this.#place;
    if (!place) return { window: await this.#windows.readOne(0, isSmall), start: 0 };
    if (this.#swept.withoutSid > Math.min(maximumWithoutSid, Math.max(0, this.#windows.size - 2))) {
      const window = await this.#readBehind(place);
      return { window, start: window.offset };
    }
    const next = await this.#search(place);
    this.#lostSearches = 0;
    if (next) return next;
    // All of them are gone: the list is read again from its start, without those that are remembered.
    [this.#overlap, this.#drift] = [1, 0];
    return { window: await this.#windows.readOne(0), start: 0 };
  }

  /** The window after a place that no row shows. Rows that have gone may have been before it: they are read again. */
  async #readBehind({ offset, total }: Place): Promise<Window<T>> {
    const window = await this.#windows.readOne(offset + 1);
    const gone = (total ?? window.total) - window.total;
    return gone > 0 ? this.#windows.readOne(Math.max(0, offset + 1 - gone)) : window;
  }

  /**
   * Finds the window with the last swept row that is still there, and rows after it.
   * @returns undefined if no swept row is left.
   * @throws UpstreamFailure if the list moves so fast that none is found.
   */
  async #search(place: Place): Promise<NextWindow<T> | undefined> {
    let last = place;
    let total = place.total;
    let guess = Math.min(place.offset, (place.total ?? Infinity) - 1) + this.#drift;
    let misses = 0;
    let hasJumped = false;
    let isMoving = false;
    // Once a swept row was found, the last one lies between it and a window that has none.
    let lowest: number | undefined;
    let bound = Infinity;
    const tried = new Set<string>();
    for (let reads = 1; reads <= maximumReads; reads += 1) {
      const window = await this.#windows.read(this.#beginOf(guess));
      const end = window.offset + window.rows.length;
      const growth = window.total - (total ?? window.total);
      ({ total } = window);
      tried.add(`${window.offset} ${total}`);
      if (lowest !== undefined) lowest += growth;
      bound += growth;
      isMoving ||= reads > 1 && growth !== 0;
      const found = this.#find(window);
      if (found) {
        const isAtEnd = end >= total;
        const isBehind = found.at >= end && this.#swept.size <= 1 && !hasJumped && !isAtEnd;
        const drift = between(0, growth, found.at - place.offset);
        this.#overlap = drift === this.#drift ? Math.max(1, this.#overlap - 1) : this.#overlap;
        this.#drift = drift;
        if (isAtEnd || (found.start < end && !isBehind)) {
          const gone = this.#swept.countAfter(found.number);
          const fall = Math.max(0, (place.total ?? total) - total);
          if (gone > this.#gone + fall) this.#pass.isDoubtful = true;
          this.#gone = gone;
          return { window, start: found.start };
        }
        this.#place = last = { offset: found.at, total };
        [misses, lowest, hasJumped] = [0, end - 1, true];
        guess = bound > lowest && bound <= found.at ? middle(lowest, bound) : found.at + drift;
        continue;
      }
      if (window.offset === 0 && window.rows.length >= total) return { window, start: 0 }; // all rows are new
      this.#overlap = Math.min(Math.ceil(this.#windows.size / 4), this.#overlap * 4);
      if (lowest !== undefined && window.offset > lowest) {
        bound = window.offset;
        guess = middle(lowest, bound) + growth;
        continue;
      }
      lowest = undefined;
      do {
        misses += 1;
        guess = this.#guess(last, { misses, total, growth });
      } while (misses <= 3 + 2 * reach && tried.has(`${this.#beginOf(guess)} ${total}`));
      if (misses <= 3 + 2 * reach) continue;
      this.#lostSearches += 1;
      if (!isMoving || this.#lostSearches >= maximumSearches) return undefined;
      break;
    }
    throw new UpstreamFailure('invalidResponse');
  }

  /**
   * Where the last swept row may be after reads that have not found it: moved by all changes of the total, or not at all, or in
   * strides to both sides of the first guess.
   */
  #guess(
    last: Place,
    seen: { readonly misses: number; readonly total: number; readonly growth: number },
  ): number {
    const { misses, total, growth } = seen;
    const moved = last.offset + total - (last.total ?? total);
    if (misses === 1) return moved;
    if (misses === 2) return last.offset;
    const stride = Math.max(this.#windows.size, Math.floor(this.#swept.size / 2));
    const strides = Math.floor((misses - 2) / 2) * (misses % 2 === 0 ? -1 : 1);
    return Math.max(0, Math.min(moved + growth + strides * stride, total - 1 + growth));
  }

  /** Where a window begins that has the last swept row at an offset. */
  #beginOf(offset: number): number {
    const overlap = Math.max(1, Math.min(this.#overlap, this.#windows.size - 1 - this.#swept.withoutSid));
    return Math.max(0, offset - overlap - this.#swept.withoutSid + 1);
  }

  /**
   * Finds the row of a window that was swept last.
   * @returns undefined if there is no such row, or if it has moved. It has moved if more new rows stand before it than the list has gained.
   */
  #find({ offset, total, rows }: Window<T>): FoundRow | undefined {
    let [index, number] = [-1, -Infinity];
    let [others, othersBefore] = [0, 0];
    rows.forEach((row, place) => {
      const swept = this.#numberOf(row);
      if (swept === undefined) others += sidOf(row) === undefined ? 0 : 1;
      else if (swept > number) [index, number, othersBefore] = [place, swept, others];
    });
    if (index === -1) return undefined;
    const isOfThisPass = !this.#after;
    const come = Math.max(0, total - (this.#pass.firstTotal ?? total));
    if (isOfThisPass && othersBefore > come && this.#swept.countAfter(number) > 0) return undefined;
    const at = offset + index + this.#swept.count - 1 - number;
    // A cursor has no marks of unreadable rows, not even of those with a sid.
    const knownOf = (row?: Row<T>) => (this.#swept.size === 0 ? readable(row) : sidOf(row));
    let start = index + 1;
    const behind = start + this.#swept.withoutSid;
    while (start < Math.min(behind, rows.length) && knownOf(rows[start]) === undefined) start += 1;
    return { number, start: offset + start, at };
  }

  /** The number of a swept row. After a cursor, its neighbours are known by their marks alone. */
  #numberOf(row: Row<T>): number | undefined {
    const sid = sidOf(row);
    if (sid === undefined) return undefined;
    const number = this.#swept.numberOf(sid);
    const marks = this.#swept.size <= 1 ? this.#after?.previous.marks : undefined;
    if (number !== undefined || !marks) return number;
    const distance = markedDistances[marks.indexOf(markOf(sid))];
    return distance === undefined ? undefined : -distance;
  }
}

/** The value that lies between two others, in any order, and is nearest to a third. */
function between(one: number, value: number, other: number): number {
  return Math.max(Math.min(one, other), Math.min(value, Math.max(one, other)));
}

function middle(low: number, high: number): number {
  return Math.floor((low + high) / 2);
}
