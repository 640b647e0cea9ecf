import { readable, type RowRange } from '../../domain/page.js';
import { besideNeighbour, type Bracket, bracketOf, type Side } from './bracket.js';
import { type Cursor, knowsAllUpTo } from './cursor.js';
import { type ListReader } from './list-reader.js';
import { type ListSource } from './list-source.js';
import { PlaceSearch } from './place-search.js';

/**
 * The most upstream calls that one operation spends on looking for cursors' rows that are not where they were, beside
 * those for its pages. For each cursor of a list read in windows of `w` rows, with `n` rows in all: one call where the
 * change of the total points to, four beside that place and the old one, ⌈log₂(n / w)⌉ + 1 to find where its sort key
 * begins, and twenty for 500 rows to either side in windows of 50. Every one is spent only until the row is found.
 */
export const maximumSearchCalls = 36;

/** What is left to an operation of the calls for its searches. */
export class SearchAllowance {
  #left: number;
  readonly #taken = new Set<string>();

  /** @param calls how many may be made. */
  constructor(calls = maximumSearchCalls) {
    this.#left = calls;
  }

  /**
   * Takes one call; false where none is left.
   * @param window names what is read. An operation reads it once, so that it counts once.
   */
  take(window: string): boolean {
    if (this.#taken.has(window)) return true;
    if (this.#left <= 0) return false;
    this.#left -= 1;
    this.#taken.add(window);
    return true;
  }
}

/** Where a cursor's row is now. */
export interface Position {
  readonly index: number;
  /** False where the row is gone: the rows from `index` on are taken to have come after it. */
  readonly isThere: boolean;
  /** Where it must have been; empty where it was found. */
  readonly searched: RowRange;
  /** The cursor, with the numbers of rows with its sort key as the search has counted them. */
  readonly cursor: Cursor;
}

/** The terms of a search. */
export interface SearchOptions {
  /** Calls left to the operation. */
  readonly allowance: SearchAllowance;
  /** How often the list has been read anew. */
  readonly reread: number;
  /** True where it is read anew once more if it moved between the readings at hand. */
  readonly mayBeReread: boolean;
}

/**
 * Finds the place of a cursor in the list as it is now, in a bounded number of calls (`maximumSearchCalls`).
 *
 * Usually the row is where it was, in a window that the page needs anyway. Else it is looked for (`PlaceSearch`). Where
 * it is gone, its place is next to its nearest neighbour that is left. Where that does not tell the exact place, rows are
 * rather shown again than never: the place is then the first possible one for `after`, and the last for `before`.
 *
 * @param side the argument that the cursor was given as.
 */
export async function locate<T extends { readonly sid: string }>(
  list: ListReader<T>,
  source: ListSource<T>,
  cursor: Cursor,
  side: Side,
  { allowance, reread, mayBeReread }: SearchOptions,
): Promise<Position> {
  await list.load(cursor.offset);
  if (isWhereItWas(list, source, cursor)) return foundAt(cursor.offset, cursor);
  const probes = new PlaceSearch(cursor, list.windowSize);
  for (;;) {
    const { entries } = list.rows;
    const total = list.total ?? 0;
    const bracket = bracketOf({ entries, total }, source, cursor, side);
    if (bracket.found !== undefined) return counted(foundAt(bracket.found, cursor), bracket, source);
    if (mayBeReread && isTorn(list, source, cursor, bracket)) return placeOfGone(list, bracket, cursor, side);
    const probe = probes.next(bracket, entries, total);
    const window = Math.floor((probe ?? 0) / list.windowSize);
    if (probe === undefined || !allowance.take(`${reread} ${window} ${source.identity}`))
      return counted(
        unreadablePlace(list, bracket, cursor) ?? placeOfGone(list, bracket, cursor, side),
        bracket,
        source,
      );
    await list.load(probe);
    if (!list.has(probe)) probes.notGiven(probe, list.windowSize);
  }
}

/** True for windows of a list that moved between their readings: in no order do they make sense together. */
function isTorn<T extends { readonly sid: string }>(
  list: ListReader<T>,
  { direction }: ListSource<T>,
  { sortKey }: Cursor,
  { isBlockKnown, range }: Bracket,
): boolean {
  const isOrdered = direction !== null && sortKey !== null;
  return isOrdered && !isBlockKnown && list.consistencyIn(widened(range), true) !== 'consistent';
}

/** With the rows right before and behind it. */
function widened({ start, end }: RowRange): RowRange {
  return { start: start - 1, end: end + 1 };
}

function foundAt(index: number, cursor: Cursor): Position {
  return { index, isThere: true, searched: { start: index, end: index }, cursor };
}

/** With the rows of the block counted anew from each end of it that was read: cursors of the page take that over. */
function counted<T extends { readonly sid: string }>(
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

/** A row whose sort key has changed has moved, even if to the same offset: its place says nothing about its old one. */
function isWhereItWas<T extends { readonly sid: string }>(
  { rows }: ListReader<T>,
  source: ListSource<T>,
  { offset, sid, sortKey, previous, next }: Cursor,
): boolean {
  const row = readable(rows.get(offset));
  if (sid !== '') return row?.sid === sid && source.sortKeyOf(row) === sortKey;
  // A row that could not be read has no sid to be known by: without neighbours its offset is all there is.
  return rows.has(offset) && previous.marks.length === 0 && next.marks.length === 0;
}

/**
 * A row that could not be read is taken for the unreadable one that is as far from the nearest neighbour as it was, where no
 * row between them can be read: nothing is passed over then. So a list that stands still goes on behind it.
 */
function unreadablePlace<T extends { readonly sid: string }>(
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
    if (!rows.has(index) || readable(rows.get(index))) return undefined;
  return foundAt(beside.index, cursor);
}

function placeOfGone<T extends { readonly sid: string }>(
  list: ListReader<T>,
  bracket: Bracket,
  cursor: Cursor,
  side: Side,
): Position {
  const { start, end } = bracket.range;
  const isStart = isExact(bracket, 'previous', cursor, list);
  const isEnd = isExact(bracket, 'next', cursor, list);
  // Rows between two exact places have come since: either is right, and one of them shows these rows.
  const index = side === 'after' ? (isEnd && !isStart ? end : start) : isStart && !isEnd ? start : end;
  return { index, isThere: false, searched: widened({ start, end }), cursor };
}

/** True where no row that came before the cursor's (`next`: after it) can be between it and that end of the range. */
function isExact<T extends { readonly sid: string }>(
  bracket: Bracket,
  neighbours: 'previous' | 'next',
  cursor: Cursor,
  list: ListReader<T>,
): boolean {
  const nearest = bracket[neighbours];
  if (nearest?.distance === 1) return true;
  if (!isRead(bracket.range, list)) return false;
  const known = cursor[neighbours];
  // All rows that were nearer are known, and are gone; without one left, all rows of its sort key on that side are.
  if (nearest) return knowsAllUpTo(known, nearest.distance - 1);
  const isBlockKnown = bracket.isBlockKnown && !bracket.hasUnplaced;
  return isBlockKnown && known.tied !== null && knowsAllUpTo(known, known.tied);
}

function isRead<T extends { readonly sid: string }>({ start, end }: RowRange, list: ListReader<T>): boolean {
  for (let index = start; index < end; index += 1) if (!list.has(index)) return false;
  return true;
}
