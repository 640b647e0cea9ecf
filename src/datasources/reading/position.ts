import { type RowRange } from '../../domain/page.js';
import { type Cursor, markOf } from './cursor.js';
import { type ListReader } from './list-reader.js';
import { type ListSource, readable } from './list-source.js';
import { explainOrder, type KeyOrder } from './sort-key.js';

/** Where a cursor's row is now. */
export interface Position {
  readonly index: number;
  /** False where the row is gone: the rows from `index` on are those that came after it. */
  readonly isThere: boolean;
}

/** How far around its old place a row is looked for by its sid alone, in windows to each side. */
const neighbourWindows = 2;

/**
 * Finds the place of a cursor in the list as it is now, in a bounded number of calls.
 *
 * Mostly it is where it was, in a window that the page needs anyway. Where the list has moved, it is found by
 * its sid among the rows at hand, else by its sort key with a binary search, else among its neighbours.
 */
export async function locate<T extends { readonly sid: string }>(
  list: ListReader<T>,
  source: ListSource<T>,
  cursor: Cursor,
): Promise<Position> {
  await list.load(cursor.offset);
  if (readable(list.rows.get(cursor.offset))?.sid === cursor.sid)
    return { index: cursor.offset, isThere: true };
  // A row that could not be read has no sid to be known by; its offset is all there is.
  if (cursor.sid === '' && list.rows.has(cursor.offset)) return { index: cursor.offset, isThere: true };
  return (
    findBySid(list, source, cursor) ??
    (await findByKey(list, source, cursor)) ??
    findNearby(list, source, cursor)
  );
}

/** A row whose sort key changed has moved elsewhere: its new place says nothing about its old one. */
function findBySid<T extends { readonly sid: string }>(
  list: ListReader<T>,
  source: ListSource<T>,
  { sid, sortKey }: Cursor,
): Position | undefined {
  for (const [index, row] of list.rows.entries) {
    const known = readable(row);
    if (known?.sid === sid && source.sortKeyOf(known) === sortKey) return { index, isThere: true };
  }
  return undefined;
}

/** How often the order is explained anew: what a probe finds may show that it was taken for another. */
const maximumExplanations = 3;

async function findByKey<T extends { readonly sid: string }>(
  list: ListReader<T>,
  source: ListSource<T>,
  cursor: Cursor,
): Promise<Position | undefined> {
  const { sortKey } = cursor;
  if (sortKey === null) return undefined;
  const keyAt = async (index: number): Promise<string> => {
    await list.load(index);
    const row = readable(list.rows.get(index));
    return (row && source.sortKeyOf(row)) ?? sortKey;
  };
  for (let attempt = 0; attempt < maximumExplanations; attempt += 1) {
    const order = orderOf(list, source);
    if (!order) return undefined;
    const start = await partition(list, async (index) => order.compare(await keyAt(index), sortKey) < 0);
    const end = await partition(list, async (index) => order.compare(await keyAt(index), sortKey) <= 0);
    if (orderOf(list, source)?.name === order.name)
      return findBySid(list, source, cursor) ?? placeAmongEquals(list, cursor, { start, end });
  }
  return undefined;
}

/**
 * Its row is gone: its place is behind the nearest of the rows that came before it and share its sort key. Where none
 * of those is left either, all rows of that key are taken to come after it: better shown again than never.
 */
function placeAmongEquals<T extends { readonly sid: string }>(
  list: ListReader<T>,
  { offset, previous }: Cursor,
  { start, end }: RowRange,
): Position {
  if (previous === null) return { index: Math.min(Math.max(offset, start), end), isThere: false };
  const rows = list.rows.entries;
  for (const mark of previous)
    for (const [index, row] of rows)
      if (index >= start && index < end && markOf(readable(row)?.sid ?? '') === mark)
        return { index: index + 1, isThere: false };
  return { index: start, isThere: false };
}

function orderOf<T extends { readonly sid: string }>(
  list: ListReader<T>,
  source: ListSource<T>,
): KeyOrder | undefined {
  const { direction } = source;
  if (direction === null) return undefined;
  const rows = list.rows.entries.map(([, row]) => readable(row));
  return explainOrder(
    rows.flatMap((row) => (row ? (source.sortKeyOf(row) ?? []) : [])),
    direction,
  );
}

/** The first index whose row is not before; a call only where a probe is outside what was read. */
async function partition<T extends { readonly sid: string }>(
  list: ListReader<T>,
  isBefore: (index: number) => Promise<boolean>,
): Promise<number> {
  let [low, high] = [0, list.total ?? 0];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function findNearby<T extends { readonly sid: string }>(
  list: ListReader<T>,
  source: ListSource<T>,
  cursor: Cursor,
): Promise<Position> {
  const total = list.total ?? 0;
  const reach = neighbourWindows * list.windowSize;
  const near = {
    start: Math.max(0, Math.min(cursor.offset, total) - reach),
    end: Math.min(total, cursor.offset + reach),
  };
  await list.cover(near);
  const found = findBySid(list, source, cursor);
  if (found) return found;
  const place = placeAmongEquals(list, cursor, near);
  // Without an order there are no equals to begin with: where no neighbour is left, its offset is all there is.
  return place.index === near.start ? placeAmongEquals(list, { ...cursor, previous: null }, near) : place;
}
