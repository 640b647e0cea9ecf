import { readable, type Row, sidOf, type Window } from '../../domain/lists/page.js';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { Connection } from './connection.js';
import { adjacentMarks, type Cursor, markedDistances, markOf, type Neighbours } from './cursors/cursor.js';
import { type Position } from './cursors/position.js';
import { type ListReader } from './list-reader.js';
import { ListRows, type ListSource } from './list-source.js';
import { type PageRequest } from './slicing.js';

/** The rows of a page that one window has. */
interface Part<T> {
  readonly window: Window<T>;
  readonly start: number;
  readonly end: number;
}

/**
 * The part of a page that lies in one window, for a list that moves faster than several windows can be read. A shorter page
 * leaves no row out, and the walk goes on behind it.
 * @returns undefined if no window shows where the page begins, or the part would be empty.
 */
export async function partOfPage<T extends { readonly sid: string }>(
  list: ListReader<T>,
  source: ListSource<T>,
  { size, need }: PageRequest,
  { after, before }: { readonly after: Position | undefined; readonly before: Position | undefined },
): Promise<Connection<T> | undefined> {
  if (need !== 'rows') return undefined;
  const isFromStart = size.from === 'start';
  const part = await (isFromStart
    ? partBehind(list, after, size.count)
    : partInFront(list, before, size.count));
  if (!part) return undefined;
  const { window, start } = part;
  const limit = isFromStart && before ? placeIn(window, before.cursor) : -1;
  const end = limit >= start ? Math.min(part.end, limit) : part.end;
  if (end <= start) return undefined;
  const rows = new ListRows<T>();
  rows.add(window);
  return new Connection(source, rows, { start, end }, window.total);
}

async function partBehind<T extends { readonly sid: string }>(
  list: ListReader<T>,
  after: Position | undefined,
  count: number,
): Promise<Part<T> | undefined> {
  const partFrom = (window: Window<T> | undefined, start: number): Part<T> | undefined =>
    window && { window, start, end: Math.min(start + count, endOf(window)) };
  if (!after) return partFrom(list.latestWindow(0), 0);
  const known = list.latestWindow(after.index);
  const start = startBehind(known, after.cursor);
  if (known && start !== undefined && (start < endOf(known) || endOf(known) >= known.total))
    return partFrom(known, start);
  const window = await windowFrom(list, Math.max(0, after.index - (after.isThere ? 0 : adjacentMarks)));
  const found = startBehind(window, after.cursor);
  if (found !== undefined) return partFrom(window, found);
  // All around it is gone: at most as many rows as are missing were in front. Rows may be shown again.
  const first = Math.max(0, after.cursor.offset + 1 - shrinkage(list, after.cursor));
  return partFrom(list.latestWindow(first), first);
}

async function partInFront<T extends { readonly sid: string }>(
  list: ListReader<T>,
  before: Position | undefined,
  count: number,
): Promise<Part<T> | undefined> {
  const partUpTo = (window: Window<T> | undefined, end: number): Part<T> | undefined =>
    window && { window, start: Math.max(window.offset, end - count), end };
  if (!before) {
    const last = list.lastWindow;
    const total = list.total ?? 0;
    const isBehind = last !== undefined && endOf(last) < last.total;
    // Half of a window has room for rows that come meanwhile.
    const read = isBehind
      ? await windowFrom(list, Math.max(0, total - Math.ceil(list.windowSize / 2)))
      : last;
    const end = read && endOf(read) >= read.total ? read : last;
    return end && partUpTo(end, endOf(end));
  }
  const known = list.latestWindow(before.index);
  const end = endInFront(known, before.cursor);
  if (known && end !== undefined && (end > known.offset || end === 0)) return partUpTo(known, end);
  const behind = before.isThere ? 1 : 1 + adjacentMarks;
  const window = await windowFrom(list, Math.max(0, before.index - list.windowSize + behind));
  const found = endInFront(window, before.cursor);
  if (found !== undefined) return partUpTo(window, found);
  const last = before.cursor.offset + Math.max(0, -shrinkage(list, before.cursor)); // as above
  const around = list.latestWindow(last - 1);
  return around && partUpTo(around, last);
}

/** How many rows fewer the list has than a cursor says. */
function shrinkage<T extends { readonly sid: string }>(list: ListReader<T>, { total }: Cursor): number {
  const now = list.total ?? 0;
  return (total ?? now) - now;
}

/** The offset behind a cursor's row, by itself or by the nearest of its neighbours; undefined if none is there. */
function startBehind<T extends { readonly sid: string }>(
  window: Window<T> | undefined,
  cursor: Cursor,
): number | undefined {
  const place = placeIn(window, cursor);
  if (place >= 0) return place + 1;
  const previous = nearestOf(window, cursor.previous);
  if (previous) return previous.place + 1;
  const next = nearestOf(window, cursor.next);
  const start = next && next.place + 1 - next.distance;
  return window && start !== undefined && start >= window.offset ? start : undefined;
}

/** The offset of a cursor's row, by itself or by the nearest of its neighbours; undefined if none is there. */
function endInFront<T extends { readonly sid: string }>(
  window: Window<T> | undefined,
  cursor: Cursor,
): number | undefined {
  const place = placeIn(window, cursor);
  if (place >= 0) return place;
  const next = nearestOf(window, cursor.next);
  if (next) return next.place;
  const previous = nearestOf(window, cursor.previous);
  const end = previous && previous.place + previous.distance;
  return window && end !== undefined && end <= endOf(window) ? end : undefined;
}

/** The nearest neighbour of a cursor's row that a window has, on one side: its offset, and how far it was from the row. */
function nearestOf<T extends { readonly sid: string }>(
  window: Window<T> | undefined,
  { marks }: Neighbours,
): { readonly place: number; readonly distance: number } | undefined {
  const places = new Map(
    window?.rows.map((row, index) => [markOf(readable(row)?.sid ?? ''), window.offset + index]),
  );
  for (const [index, mark] of marks.entries()) {
    const place = mark === null ? undefined : places.get(mark);
    const distance = markedDistances[index];
    if (place !== undefined && distance !== undefined) return { place, distance };
  }
  return undefined;
}

/** Reads the window that begins at an offset; undefined if it can't be read. */
async function windowFrom<T extends { readonly sid: string }>(
  list: ListReader<T>,
  offset: number,
): Promise<Window<T> | undefined> {
  try {
    await list.loadFrom(offset);
  } catch (error) {
    if (error instanceof UpstreamFailure) return undefined;
    throw error;
  }
  return list.latestWindow(offset);
}

/** The offset of a cursor's row in a window; -1 if it is not there. */
function placeIn<T extends { readonly sid: string }>(
  window: Window<T> | undefined,
  { sid, unreadableSid }: Cursor,
): number {
  const wanted = sid || unreadableSid;
  if (!window || wanted === '') return -1;
  const isIt = (row: Row<T>): boolean => (sid === '' ? sidOf(row) : readable(row)?.sid) === wanted;
  const index = window.rows.findIndex(isIt);
  return index < 0 ? -1 : window.offset + index;
}

function endOf<T>({ offset, rows }: Window<T>): number {
  return offset + rows.length;
}
