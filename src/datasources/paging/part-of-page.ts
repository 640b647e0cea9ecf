import { type Identified, readable, type Row, sidOf, type Window } from '../../domain/lists/page.js';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { type Side } from './bracket.js';
import { Connection } from './connection.js';
import { adjacentMarks, type Cursor, markedDistances, markOf, type Neighbours } from './cursors/cursor.js';
import { type Position } from './cursors/position.js';
import { type ListReader } from './list-reader.js';
import { ListRows, type ListSource } from './list-source.js';
import { type PageRequest } from './slicing.js';

/**
 * The part of a page that lies in one window, for a list that moves faster than several windows can be read. A shorter page
 * leaves no row out, and the walk goes on behind it.
 * @returns undefined if no window shows where the page begins, or the part would be empty.
 */
export async function partOfPage<T extends Identified>(
  list: ListReader<T>,
  source: ListSource<T>,
  { size, need }: PageRequest,
  { after, before }: { readonly after: Position | undefined; readonly before: Position | undefined },
): Promise<Connection<T> | undefined> {
  if (need !== 'rows') return undefined;
  const isFromStart = size.from === 'start';
  const [place, side] = isFromStart ? ([after, 'after'] as const) : ([before, 'before'] as const);
  const edgeOfList = () => (isFromStart ? edgeAt(list.latestWindow(0), 0) : edgeAtEnd(list));
  const edge = await (place ? edgeAtCursor(list, place, side) : edgeOfList());
  if (!edge) return undefined;
  const { window, offset } = edge;
  // The cursor at the other end of the page bounds it where the window has its row.
  const limit = before ? placeIn(window, before.cursor) : -1;
  const last = limit >= offset ? limit : endOf(window);
  const first = Math.max(window.offset, after ? placeIn(window, after.cursor) + 1 : 0);
  const [start, end] = isFromStart
    ? [offset, Math.min(offset + size.count, last)]
    : [Math.max(first, offset - size.count), offset];
  if (end <= start) return undefined;
  const rows = new ListRows<T>();
  rows.add(window);
  return new Connection(source, rows, { start, end }, window.total);
}

/** Where a page begins (`after`) or ends (`before`): an offset in a window. */
interface Edge<T> {
  readonly window: Window<T>;
  readonly offset: number;
}

function edgeAt<T>(window: Window<T> | undefined, offset: number | undefined): Edge<T> | undefined {
  return window && offset !== undefined ? { window, offset } : undefined;
}

/** The edge of a page beside a cursor: in the window that has shown the cursor's row, or in one that is read for it. */
async function edgeAtCursor<T extends Identified>(
  list: ListReader<T>,
  { index, cursor }: Position,
  side: Side,
): Promise<Edge<T> | undefined> {
  const known = list.latestWindow(index);
  const offset = edgeIn(known, cursor, side);
  if (known && offset !== undefined && hasRowsBeside(known, offset, side)) return edgeAt(known, offset);
  // The list moves: the row may be a few places further when the window is read.
  const first = side === 'after' ? index - adjacentMarks : index + 1 + adjacentMarks - list.windowSize;
  const window = await windowFrom(list, first);
  return edgeAt(window, edgeIn(window, cursor, side)) ?? edgeOfGone(list, cursor, side);
}

/**
 * The edge where nothing around the cursor's row was found: all rows that the list has lost, or gained, may have been in front of
 * it. Rows may be shown again.
 */
async function edgeOfGone<T extends Identified>(
  list: ListReader<T>,
  cursor: Cursor,
  side: Side,
): Promise<Edge<T> | undefined> {
  const expected = (now = 0): number => {
    const gained = now - (cursor.total ?? now);
    return side === 'after' ? cursor.offset + 1 + Math.min(0, gained) : cursor.offset + Math.max(0, gained);
  };
  const window = await windowAround(list, expected(list.total));
  if (!window) return undefined;
  return edgeAt(window, Math.max(window.offset, Math.min(expected(window.total), endOf(window))));
}

async function edgeAtEnd<T extends Identified>(list: ListReader<T>): Promise<Edge<T> | undefined> {
  const last = list.lastWindow;
  const isBehind = last !== undefined && endOf(last) < last.total;
  const read = isBehind ? await windowAround(list, list.total ?? 0) : last;
  const end = read && endOf(read) >= read.total ? read : last;
  return end && edgeAt(end, endOf(end));
}

/** The edge beside a cursor's row, or the nearest of its neighbours, in a window; undefined if none of them is there. */
function edgeIn<T extends Identified>(
  window: Window<T> | undefined,
  cursor: Cursor,
  side: Side,
): number | undefined {
  if (!window) return undefined;
  const isAfter = side === 'after';
  const behind = isAfter ? 1 : 0;
  const place = placeIn(window, cursor);
  if (place >= 0) return place + behind;
  const near = nearestOf(window, isAfter ? cursor.previous : cursor.next);
  if (near) return near.place + behind;
  const far = nearestOf(window, isAfter ? cursor.next : cursor.previous);
  if (!far) return undefined;
  const offset = isAfter ? far.place + 1 - far.distance : far.place + far.distance;
  return offset >= window.offset && offset <= endOf(window) ? offset : undefined;
}

/** True if a window has rows of the page beside its edge, or the list has none there. */
function hasRowsBeside<T>(window: Window<T>, offset: number, side: Side): boolean {
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

/** Reads a window with room on both sides of an offset, for rows that come or go meanwhile. */
function windowAround<T extends Identified>(
  list: ListReader<T>,
  offset: number,
): Promise<Window<T> | undefined> {
  return windowFrom(list, offset - Math.ceil(list.windowSize / 2));
}

/** Reads the window that begins at an offset; undefined if it can't be read. */
async function windowFrom<T extends Identified>(
  list: ListReader<T>,
  wanted: number,
): Promise<Window<T> | undefined> {
  const offset = Math.max(0, wanted);
  try {
    await list.loadFrom(offset);
  } catch (error) {
    if (error instanceof UpstreamFailure) return undefined;
    throw error;
  }
  return list.latestWindow(offset);
}

/** The offset of a cursor's row in a window; -1 if it is not there. */
function placeIn<T extends Identified>(window: Window<T>, { sid, unreadableSid }: Cursor): number {
  if (sid === '' && unreadableSid === '') return -1;
  const isIt = (row: Row<T>): boolean =>
    sid === '' ? sidOf(row) === unreadableSid : readable(row)?.sid === sid;
  const index = window.rows.findIndex(isIt);
  return index < 0 ? -1 : window.offset + index;
}

function endOf<T>({ offset, rows }: Window<T>): number {
  return offset + rows.length;
}
