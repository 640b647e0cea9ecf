import {
  type Identified,
  type PageSize,
  readable,
  type Row,
  type RowRange,
  sidOf,
  type Window,
} from '../../domain/lists/page.js';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { besideNeighbour, type Bracket, bracketOf, nearestTo, type Side } from './bracket.js';
import { Connection } from './connection.js';
import { type Consistency } from './consistency.js';
import { adjacentMarks, type Cursor, markedDistances, markOf, type Neighbours } from './cursors/cursor.js';
import { type Position } from './cursors/position.js';
import { type ListReader } from './list-reader.js';
import { ListRows, type ListSource } from './list-source.js';
import { type PageRequest } from './slicing.js';

/** How many windows are read to find one that shows where the page begins, in a list that moves meanwhile. */
const maximumReads = 3;

/**
 * The part of a page that lies in one window, for a list that moves faster than several windows can be read. A shorter page
 * leaves no row out, and the walk continues after it.
 * @returns undefined if rows of several windows do no harm: the page shows none, or nothing shows that the list has moved.
 * @throws UpstreamFailure if the list has moved, and no window shows where the page begins.
 */
export async function partOfPage<T extends Identified>(
  list: ListReader<T>,
  source: ListSource<T>,
  { size, need }: PageRequest,
  { after, before }: { readonly after: Position | undefined; readonly before: Position | undefined },
  consistency: Consistency,
): Promise<Connection<T> | undefined> {
  if (need !== 'rows') return undefined;
  const isFromStart = size.from === 'start';
  const [place, side] = isFromStart ? ([after, 'after'] as const) : ([before, 'before'] as const);
  try {
    const edge = await (place ? edgeAtCursor(list, source, place, side) : edgeOfList(list, isFromStart));
    const range = rangeAt(edge, size, after, before);
    const rows = new ListRows<T>();
    rows.add(edge.window);
    return new Connection(source, rows, range, edge.window.total);
  } catch (error) {
    if (consistency === 'apart' && error instanceof UpstreamFailure) return undefined;
    throw error;
  }
}

/** The rows of a page within the window of its edge. The cursor at its other end bounds it where that window has its row. */
function rangeAt<T extends Identified>(
  { window, offset }: Edge<T>,
  { from, count }: PageSize,
  after: Position | undefined,
  before: Position | undefined,
): RowRange {
  const limit = before ? placeIn(window, before.cursor) : -1;
  const last = limit >= offset ? limit : endOf(window);
  const first = Math.max(window.offset, after ? placeIn(window, after.cursor) + 1 : 0);
  return from === 'start'
    ? { start: offset, end: Math.max(offset, Math.min(offset + count, last)) }
    : { start: Math.min(offset, Math.max(first, offset - count)), end: offset };
}

/** Where a page begins (`after`) or ends (`before`): an offset in a window. */
interface Edge<T> {
  readonly window: Window<T>;
  readonly offset: number;
}

/** An edge at a cursor. */
interface CursorEdge<T> extends Edge<T> {
  /** Where the cursor's row is, or would be if no row had come or gone between it and its nearest neighbour. */
  readonly place: number;
  /** True if the cursor's row is there, or the row next to it; false if rows may be shown again. */
  readonly isExact: boolean;
}

/** The edge of a page with a cursor: in a window that has shown the cursor's row, or in one that is read for it. */
async function edgeAtCursor<T extends Identified>(
  list: ListReader<T>,
  source: ListSource<T>,
  { index, isThere, cursor }: Position,
  side: Side,
): Promise<Edge<T>> {
  const known = list.latestWindow(index);
  const shown = [...(known ? [known] : []), ...(isThere ? list.newestWindows : [])];
  const near = shown.flatMap((window) => edgeIn(window, source, cursor, side) ?? []);
  // In a list that is as long as then, a row that is at two places may be there twice.
  const isCopy = ({ window, place }: CursorEdge<T>): boolean =>
    isThere && known !== undefined && window.total === known.total && place !== index;
  const edges = near.filter((one) => hasRowsBeside(one, side) && !isCopy(one));
  const exact = edges.find(({ isExact }) => isExact);
  if (exact) return exact;
  // A row that moves on while windows are read may be in none of them: it is looked for where the total suggests.
  const total = near[0]?.window.total ?? list.total ?? 0;
  const place = near[0]?.place ?? cursor.offset + total - (cursor.total ?? total);
  const read = await readEdge(list, source, { cursor, side, place, total }, edges[0]);
  if (read) return read;
  if (isThere) return edgeOfMoving(list, source, { cursor, side, place, total });
  if (isOrdered(source, cursor)) return edgeByKeys(list, source, { cursor, side, place, total });
  return edgeOfList(list, side === 'after');
}

/** A cursor, where its row is expected, and the total of the list that this follows from. */
interface Expected {
  readonly cursor: Cursor;
  readonly side: Side;
  readonly place: number;
  readonly total: number;
}

/**
 * Reads windows around the place of a cursor's row until one has it.
 * @param bounded an edge that is not exact, for a row that is gone.
 * @returns undefined if the row is gone, and all of its neighbours.
 */
async function readEdge<T extends Identified>(
  list: ListReader<T>,
  source: ListSource<T>,
  { cursor, side, ...expected }: Expected,
  bounded: CursorEdge<T> | undefined,
): Promise<CursorEdge<T> | undefined> {
  let [edge, { place, total }] = [bounded, expected];
  // The row may be a few places further when the window is read.
  let first = side === 'after' ? place - adjacentMarks : place + 1 + adjacentMarks - list.windowSize;
  for (let reads = 0; reads < maximumReads; reads += 1) {
    const window = await windowFrom(list, first).catch((error: unknown) => {
      if (edge) return undefined;
      throw error;
    });
    if (!window) break;
    const near = edgeIn(window, source, cursor, side);
    if (near && hasRowsBeside(near, side)) edge = near;
    if (edge?.isExact) break;
    const moved = window.total - total;
    place = near?.place ?? place + moved;
    total = window.total;
    // The window should have had the row.
    if (!near?.isExact && isBetween(place, window)) break;
    first = middleOf(list, place + moved); // it may move as far again
  }
  return edge;
}

/**
 * The edge by the order of the list, where nothing around the cursor's row was found: no row that belongs to the page is on its other
 * side, however many rows have come and gone.
 */
async function edgeByKeys<T extends Identified>(
  list: ListReader<T>,
  source: ListSource<T>,
  { cursor, side, place, total }: Expected,
): Promise<Edge<T>> {
  let first = middleOf(list, place);
  for (let reads = 0; reads < maximumReads; reads += 1) {
    const window = await windowFrom(list, first);
    const edge = edgeIn(window, source, cursor, side);
    if (edge && hasRowsBeside(edge, side)) return edge;
    // On the way to the edge, with one row of this window, as far as the list moves meanwhile.
    const isBehind = (side === 'after') === (edge === undefined);
    const moved = window.total - total;
    first = isBehind ? window.offset + 1 - list.windowSize + moved : endOf(window) - 1 + moved;
    total = window.total;
  }
  throw tooFast();
}

/**
 * The edge at a row that is in the list, and in none of the windows that were read: all rows that the list has lost, or gained,
 * may have been before it. Rows may be shown again.
 */
async function edgeOfMoving<T extends Identified>(
  list: ListReader<T>,
  source: ListSource<T>,
  { cursor, side, ...known }: Expected,
): Promise<Edge<T>> {
  const expected = (now = known.total): number => {
    const gained = now - known.total;
    return Math.max(
      0,
      side === 'after' ? known.place + 1 + Math.min(0, gained) : known.place + Math.max(0, gained),
    );
  };
  let [place, first] = [expected(list.total), middleOf(list, expected(list.total))];
  for (let reads = 0; reads < maximumReads; reads += 1) {
    const window = await windowFrom(list, first);
    const near = edgeIn(window, source, cursor, side);
    if (near?.isExact && hasRowsBeside(near, side)) return near;
    const offset = Math.min(expected(window.total), window.total);
    if (isBetween(offset, window) && hasRowsBeside({ window, offset }, side)) return { window, offset };
    first = middleOf(list, offset + offset - place);
    place = offset;
  }
  throw tooFast();
}

/** The first or the last edge of the list. */
async function edgeOfList<T extends Identified>(list: ListReader<T>, isStart: boolean): Promise<Edge<T>> {
  if (isStart) return { window: list.latestWindow(0) ?? (await windowFrom(list, 0)), offset: 0 };
  let [window, total] = [list.lastWindow, list.total ?? 0];
  const isEnd = ({ rows, total: of, offset }: Window<T>): boolean =>
    offset + rows.length >= of && (rows.length > 0 || of === 0);
  for (let [reads, moved] = [0, 0]; !window || !isEnd(window); reads += 1) {
    if (reads === maximumReads) throw tooFast();
    window = await windowFrom(list, middleOf(list, total + moved));
    [total, moved] = [window.total, window.total - total];
  }
  return { window, offset: endOf(window) };
}

/** The list moves faster than any window of it can be read. */
function tooFast(): UpstreamFailure {
  return new UpstreamFailure('rateLimited', { retryAfterSeconds: 1 });
}

/** True if the sort keys of a list show on which side of a cursor its rows are. */
function isOrdered<T extends Identified>({ direction }: ListSource<T>, { sid, sortKey }: Cursor): boolean {
  return direction !== null && sortKey !== null && sid !== '';
}

/**
 * The edge by the order of the list: at the cursor's row, the nearest of its neighbours that still has the same sort key, or
 * all rows with that key. Undefined if the window does not show it.
 */
function edgeInOrder<T extends Identified>(
  window: Window<T>,
  bracket: Bracket,
  cursor: Cursor,
  side: Side,
): CursorEdge<T> | undefined {
  const { found, block, range, previous, next } = bracket;
  const isAfter = side === 'after';
  const exactly = (offset: number, place = offset): CursorEdge<T> => ({
    window,
    offset,
    place,
    isExact: true,
  });
  if (found !== undefined) return exactly(isAfter ? found + 1 : found, found);
  const behind = previous?.distance === 1 ? previous.index + 1 : undefined;
  const inFront = next?.distance === 1 ? next.index : undefined;
  const beside = isAfter ? (behind ?? inFront) : (inFront ?? behind);
  if (beside !== undefined) return exactly(beside);
  const { total } = window;
  const isShown = isAfter
    ? previous !== undefined || block.start > 0 || window.offset === 0
    : next !== undefined || block.end < total || endOf(window) >= total;
  if (!isShown) return undefined;
  const offset = isAfter ? range.start : range.end;
  if (block.start === block.end) return exactly(offset); // no row has the key
  const place = besideNeighbour(bracket, cursor)?.index ?? cursor.offset + total - (cursor.total ?? total);
  return { window, offset, place, isExact: false };
}

/** The edge at a cursor's row, or the nearest of its neighbours, in a window; undefined if none of them is there. */
function edgeIn<T extends Identified>(
  window: Window<T>,
  source: ListSource<T>,
  cursor: Cursor,
  side: Side,
): CursorEdge<T> | undefined {
  if (isOrdered(source, cursor)) {
    const entries = window.rows.map((row, index) => [window.offset + index, row] as const);
    const bracket = bracketOf({ entries, total: window.total }, source, cursor, side);
    if (bracket.isBlockKnown) return edgeInOrder(window, bracket, cursor, side);
  }
  const isAfter = side === 'after';
  const behind = isAfter ? 1 : 0;
  const own = placeIn(window, cursor);
  if (own >= 0) return { window, offset: own + behind, place: own, isExact: true };
  const near = nearestOf(window, isAfter ? cursor.previous : cursor.next);
  const way = isAfter ? 1 : -1;
  if (near) {
    const { place, distance } = near;
    return { window, offset: place + behind, place: place + way * distance, isExact: distance === 1 };
  }
  const far = nearestOf(window, isAfter ? cursor.next : cursor.previous);
  if (!far) return undefined;
  const place = far.place - way * far.distance;
  const offset = place + behind;
  return isBetween(offset, window) ? { window, offset, place, isExact: far.distance === 1 } : undefined;
}

/** True if a window has rows of the page next to its edge, or the list has none there. */
function hasRowsBeside<T>({ window, offset }: Edge<T>, side: Side): boolean {
  if (side === 'before') return offset > window.offset || offset === 0;
  return offset < endOf(window) || endOf(window) >= window.total;
}

/** The nearest neighbour of a cursor's row that a window has, on one side: its offset, and its former distance from the row. */
function nearestOf<T extends Identified>(
  window: Window<T>,
  { marks }: Neighbours,
): { readonly place: number; readonly distance: number } | undefined {
  const places = new Map(
    window.rows.map((row, index) => [markOf(readable(row)?.sid ?? ''), window.offset + index]),
  );
  for (const [index, mark] of marks.entries()) {
    const place = mark === null ? undefined : places.get(mark);
    const distance = markedDistances[index];
    if (place !== undefined && distance !== undefined) return { place, distance };
  }
  return undefined;
}

/** Where a window begins that has an offset in its middle, with room for rows that come or go meanwhile. */
function middleOf<T extends Identified>(list: ListReader<T>, offset: number): number {
  return offset - Math.ceil(list.windowSize / 2);
}

/** True for an offset between two rows of a window, or at its ends. */
function isBetween<T>(offset: number, window: Window<T>): boolean {
  return offset >= window.offset && offset <= endOf(window);
}

/**
 * Reads the window that begins at an offset.
 * @throws UpstreamFailure if it can't be read.
 */
async function windowFrom<T extends Identified>(list: ListReader<T>, wanted: number): Promise<Window<T>> {
  return list.loadFrom(Math.max(0, wanted));
}

/** The offset of a cursor's row in a window, of several the nearest to where it was; -1 if it is not there. */
function placeIn<T extends Identified>(window: Window<T>, { sid, unreadableSid, offset }: Cursor): number {
  if (sid === '' && unreadableSid === '') return -1;
  const isIt = (row: Row<T>): boolean =>
    sid === '' ? sidOf(row) === unreadableSid : readable(row)?.sid === sid;
  const places = window.rows.flatMap((row, index) => (isIt(row) ? [window.offset + index] : []));
  return nearestTo(offset, places) ?? -1;
}

function endOf<T>({ offset, rows }: Window<T>): number {
  return offset + rows.length;
}
