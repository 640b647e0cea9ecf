import { type Identified, readable, type Row, type RowRange, sidOf } from '../../../domain/lists/page.js';
import { besideNeighbour, type Bracket, bracketOf, type Side } from '../bracket.js';
import { type ListReader } from '../list-reader.js';
import { type ListSource } from '../list-source.js';
import { PlaceSearch } from '../place-search.js';
import { type Cursor, knowsAllUpTo, markOf, nearestKnown } from './cursor.js';

/**
 * Upstream calls that one operation may spend on searches for rows that have moved, in addition to the calls for its pages. For a
 * list of `n` rows in windows of `w` rows, a search takes at most one call at the position that the change of the total
 * suggests, four next to that position and the old one, ⌈log₂(n / w)⌉ + 1 to find the block of its sort key, and twenty for
 * 500 rows to either side in windows of 50. A search ends as soon as the row is found.
 */
export const maximumSearchCalls = 36;

/** Upstream calls left to an operation for searches. */
export class SearchAllowance {
  #left: number;
  readonly #taken = new Set<string>();

  /** @param calls how many may be made. */
  constructor(calls = maximumSearchCalls) {
    this.#left = calls;
  }

  /**
   * Takes one call; false if none is left.
   * @param window key of the window to read. A window counts once, since an operation reads it once.
   */
  take(window: string): boolean {
    if (this.#taken.has(window)) return true;
    if (this.#left <= 0) return false;
    this.#left -= 1;
    this.#taken.add(window);
    return true;
  }
}

/** Current position of a cursor's row. */
export interface Position {
  readonly index: number;
  /** False if the row is gone: then the rows from `index` on count as the rows after it. */
  readonly isThere: boolean;
  /** The range that must contain the row if it exists; empty if it was found. */
  readonly searched: RowRange;
  /** The cursor, with the counts of its block updated by the search. */
  readonly cursor: Cursor;
}

/** Takes one of the calls left to the operation for a window of the list; false if none is left. */
type TakeCall = (window: string) => boolean;

/** Options of a search. */
export interface SearchOptions {
  readonly takeCall: TakeCall;
  /** True if the list will not be read again, even if it has moved between the reads of its windows. */
  readonly isLastAttempt: boolean;
}

/**
 * Locates a cursor's row in the current list, in a bounded number of calls (`maximumSearchCalls`).
 *
 * Usually the row is at its old offset, in a window that the page needs anyway. If not, it is searched (`PlaceSearch`). If it
 * is gone, its position is next to its nearest remaining neighbour. If that leaves several positions, rows are shown again
 * rather than left out: `after` gets the first possible position, and `before` the last.
 *
 * @param side the argument that the cursor was passed as.
 */
export async function locate<T extends Identified>(
  list: ListReader<T>,
  source: ListSource<T>,
  cursor: Cursor,
  side: Side,
  { takeCall, isLastAttempt }: SearchOptions,
): Promise<Position> {
  await readRow(cursor.offset, list, takeCall);
  const neighbour = cursor.sid === '' ? nearestNeighbour(cursor) : undefined;
  if (cursor.sid === '' && !neighbour) return placeWithoutNeighbours(list, cursor, side, takeCall);
  const isThere = neighbour
    ? await isUnreadableRowThere(list, cursor, neighbour, takeCall)
    : isWhereItWas(list, source, cursor);
  if (isThere) return foundAt(cursor.offset, cursor);
  const shifted = neighbour && unreadableRowShifted(list, cursor);
  if (shifted !== undefined) return foundAt(shifted, cursor);
  const search = new PlaceSearch(cursor, list.windowSize);
  for (;;) {
    const { entries } = list.rows;
    const total = list.total ?? 0;
    const bracket = bracketOf({ entries, total }, source, cursor, side);
    if (bracket.found !== undefined) return withCounts(foundAt(bracket.found, cursor), bracket, source);
    if (!isLastAttempt && isTorn(list, source, cursor, bracket))
      return placeOfGone(list, bracket, cursor, side);
    const probe = search.next(bracket, entries, total);
    if (probe === undefined || !(await tryRead(probe, list, takeCall)))
      return withCounts(
        placeOfUnreadable(list, bracket, cursor) ?? placeOfGone(list, bracket, cursor, side),
        bracket,
        source,
      );
    if (!list.has(probe)) search.exclude(probe, list.windowSize);
  }
}

/**
 * Position of an unreadable row whose cursor knows no neighbour: its old offset, or that plus the change of the total, whichever has
 * a row like it. A row without a sid is like many others, so only the offset that shows more rows counts. If no row is like it, any
 * number of rows may have come and gone on either side of it: all rows are shown again rather than left out.
 */
async function placeWithoutNeighbours<T extends Identified>(
  list: ListReader<T>,
  cursor: Cursor,
  side: Side,
  takeCall: TakeCall,
): Promise<Position> {
  const { offset, total, unreadableSid } = cursor;
  const moved = (list.total ?? 0) - (total ?? list.total ?? 0);
  const isFirst = side === 'after' ? moved < 0 : moved > 0;
  const places = isFirst ? [offset + moved, offset] : [offset, offset + moved];
  for (const place of places.slice(0, unreadableSid === '' ? 1 : 2)) {
    if (place < 0) continue;
    const isTried = list.has(place) || place === offset || (await tryRead(place, list, takeCall));
    if (isTried && isLikeAt(list, place, cursor)) return foundAt(place, cursor);
  }
  const index = side === 'after' ? 0 : (list.total ?? 0);
  return { index, isThere: false, searched: { start: index, end: index }, cursor };
}

/**
 * True if a place that was read may be that of a cursor's row. A row that the upstream counts but does not return is one without a
 * sid: otherwise a walk over several of them would begin again.
 */
function isLikeAt<T extends Identified>(list: ListReader<T>, place: number, cursor: Cursor): boolean {
  return list.lacks(place) ? cursor.unreadableSid === '' : isLike(list.rows.get(place), cursor);
}

/** True if a row may be the unreadable row of a cursor, also if it can be read now: both have the same sid, or none. */
function isLike(row: Row<Identified> | undefined, { unreadableSid }: Cursor): boolean {
  return row !== undefined && (sidOf(row) ?? '') === unreadableSid;
}

/** True if the list has moved between the reads of its windows: together their rows are in no order. */
function isTorn<T extends Identified>(
  list: ListReader<T>,
  source: ListSource<T>,
  { sortKey }: Cursor,
  { isBlockKnown, range }: Bracket,
): boolean {
  const isOrdered = source.direction !== null && sortKey !== null;
  return isOrdered && !isBlockKnown && list.consistencyIn(widened(range), source, true) !== 'consistent';
}

/** The range with the adjacent row on either side. */
function widened({ start, end }: RowRange): RowRange {
  return { start: start - 1, end: end + 1 };
}

function foundAt(index: number, cursor: Cursor): Position {
  return { index, isThere: true, searched: { start: index, end: index }, cursor };
}

/** Updates the counts of the block from each end that was read; the cursors of the page inherit them. */
function withCounts<T extends Identified>(
  place: Position,
  { block, isBlockKnown, seen }: Bracket,
  { direction }: ListSource<T>,
): Position {
  if (!seen || !isBlockKnown || direction === null) return place;
  const { index, cursor } = place;
  const tiedBefore = seen.start === block.start ? Math.max(0, index - block.start) : cursor.previous.tied;
  const tiedAfter = seen.end === block.end ? Math.max(0, block.end - 1 - index) : cursor.next.tied;
  const previous = { ...cursor.previous, tied: tiedBefore };
  return { ...place, cursor: { ...cursor, previous, next: { ...cursor.next, tied: tiedAfter } } };
}

/** A row with another sort key has moved, even if it is at the same offset: its position tells nothing about the old one. */
function isWhereItWas<T extends Identified>(
  { rows }: ListReader<T>,
  source: ListSource<T>,
  { offset, sid, sortKey }: Cursor,
): boolean {
  const row = readable(rows.get(offset));
  return row?.sid === sid && source.sortKeyOf(row) === sortKey;
}

/**
 * True if an unreadable row is where it was. Its sort key is not known, and perhaps not its sid. So the list must be as long as
 * when the cursor was made, and the nearest neighbour that the cursor knows must be where it was. At most one call reads that
 * neighbour.
 */
async function isUnreadableRowThere<T extends Identified>(
  list: ListReader<T>,
  cursor: Cursor,
  { index, mark }: FormerNeighbour,
  takeCall: TakeCall,
): Promise<boolean> {
  const { offset, total } = cursor;
  if (total !== null && total !== list.total) return false;
  if (!isLikeAt(list, offset, cursor)) return false;
  if (!list.has(index)) await tryRead(index, list, takeCall);
  const beside = list.rows.get(index);
  return beside !== undefined && markOf(sidOf(beside) ?? '') === mark;
}

/**
 * The offset of an unreadable row with a sid, if it is where it was or has moved by the change of the total, although its neighbours
 * are not where they were. Its sort key may have changed if it is anywhere else.
 */
function unreadableRowShifted<T extends Identified>(
  { rows, total: now = 0 }: ListReader<T>,
  { offset, total, unreadableSid }: Cursor,
): number | undefined {
  const places = [offset + now - (total ?? now), offset];
  return unreadableSid === '' ? undefined : places.find((place) => sidOf(rows.get(place)) === unreadableSid);
}

/** A former neighbour of a cursor's row, and its index then. */
interface FormerNeighbour {
  readonly index: number;
  readonly mark: number;
}

/** The nearest former neighbour that a cursor knows. */
function nearestNeighbour({ offset, previous, next }: Cursor): FormerNeighbour | undefined {
  const [before = Infinity, after = Infinity] = [nearestKnown(previous), nearestKnown(next)];
  const distance = Math.min(before, after);
  const { marks } = before <= after ? previous : next;
  const mark = marks.find((one) => one !== null);
  return mark == null ? undefined : { index: before <= after ? offset - distance : offset + distance, mark };
}

/** Reads a row with a call of the allowance. @returns false if no call is left. */
async function tryRead<T extends Identified>(
  index: number,
  list: ListReader<T>,
  takeCall: TakeCall,
): Promise<boolean> {
  if (!takeCall(`${Math.floor(index / list.windowSize)}`)) return false;
  await readRow(index, list, takeCall);
  return true;
}

/**
 * Reads a row. The response may end before the row, if the page maximum has become smaller. That does not show that the row is
 * gone, so one more call begins with it.
 */
async function readRow<T extends Identified>(
  index: number,
  list: ListReader<T>,
  takeCall: TakeCall,
): Promise<void> {
  await list.load(index);
  if (list.lacks(index) && takeCall(`from ${index}`)) await list.loadFrom(index);
}

/**
 * Position of an unreadable row. It is taken for the unreadable row at the same distance from the nearest neighbour, if no row
 * between the two is readable: so no row is skipped. In a list that does not change, the walk continues after it.
 */
function placeOfUnreadable<T extends Identified>(
  { rows }: ListReader<T>,
  bracket: Bracket,
  cursor: Cursor,
): Position | undefined {
  const beside = cursor.sid === '' ? besideNeighbour(bracket, cursor) : undefined;
  if (!beside) return undefined;
  const [first, last] = [
    Math.min(beside.index, beside.neighbour + 1),
    Math.max(beside.index, beside.neighbour - 1),
  ];
  for (let index = first; index <= last; index += 1)
    if (index !== beside.index && (!rows.has(index) || readable(rows.get(index)))) return undefined;
  if (!isLike(rows.get(beside.index), cursor)) return undefined;
  return foundAt(beside.index, cursor);
}

function placeOfGone<T extends Identified>(
  list: ListReader<T>,
  bracket: Bracket,
  cursor: Cursor,
  side: Side,
): Position {
  const { start, end } = bracket.range;
  const isStart = isExact(bracket, 'previous', cursor, list);
  const isEnd = isExact(bracket, 'next', cursor, list);
  // Rows between two exact positions are new: both positions are right, and this one shows the new rows.
  const index = side === 'after' ? (isEnd && !isStart ? end : start) : isStart && !isEnd ? start : end;
  return { index, isThere: false, searched: widened({ start, end }), cursor };
}

/** True if that end of the range is the exact position: no old row is left between them (`previous` or `next` side). */
function isExact<T extends Identified>(
  bracket: Bracket,
  neighbours: 'previous' | 'next',
  cursor: Cursor,
  list: ListReader<T>,
): boolean {
  const nearest = bracket[neighbours];
  if (nearest?.distance === 1) return true;
  if (!isRead(bracket.range, list)) return false;
  const known = cursor[neighbours];
  // Certain only if the cursor has all nearer neighbours, which are gone then; without a neighbour left, all rows of the block on that side.
  if (nearest) return knowsAllUpTo(known, nearest.distance - 1);
  const isBlockKnown = bracket.isBlockKnown && !bracket.hasUnplaced;
  return isBlockKnown && known.tied !== null && knowsAllUpTo(known, known.tied);
}

function isRead<T extends Identified>({ start, end }: RowRange, list: ListReader<T>): boolean {
  for (let index = start; index < end; index += 1) if (!list.has(index)) return false;
  return true;
}
