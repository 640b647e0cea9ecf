import { type Identified, readable, type Row, type RowRange } from '../../domain/lists/page.js';
import {
  type Cursor,
  isTiedAt,
  markedDistances,
  markOf,
  nearestKnown,
  type Neighbours,
} from './cursors/cursor.js';
import { type CompareKeys, explainOrder, mayBeEqual } from './cursors/sort-key.js';
import { type ListSource } from './list-source.js';

/** A former neighbour of a cursor's row that is still in the list. */
interface FoundNeighbour {
  readonly index: number;
  /** Its former distance from the cursor's row. */
  readonly distance: number;
}

/** Bounds on the position of a cursor's row, from the rows that were read. */
export interface Bracket {
  /** Index of the row, if it is among the rows that were read; of several the nearest to where it was. */
  readonly found: number | undefined;
  /** Contains all rows with the sort key of the cursor; the whole list if sort keys do not bound them. */
  readonly block: RowRange;
  /** True if `block` follows from sort keys, or if the list is in the upstream's own order. */
  readonly isBlockKnown: boolean;
  /** True if a row within `block` has no sort key: it may have been before the cursor's row, or after it. */
  readonly hasUnplaced: boolean;
  /** From the first row of the block that was read to the last; undefined if none was read, or keys do not bound it. */
  readonly seen: RowRange | undefined;
  /** Contains the row: the block, less the parts that its neighbours exclude. */
  readonly range: RowRange;
  /** The nearest neighbour before the row that is still in the block. */
  readonly previous: FoundNeighbour | undefined;
  /** The nearest neighbour after the row that is still in the block. */
  readonly next: FoundNeighbour | undefined;
}

/** Rows that were read with their offsets, in the order of the list. */
export type Entries<T> = readonly (readonly [offset: number, row: Row<T>])[];

/** The argument that a cursor was passed as. */
export type Side = 'after' | 'before';

/** Bounds the position of a cursor's row by the rows that were read. */
export function bracketOf<T extends Identified>(
  { entries, total }: { readonly entries: Entries<T>; readonly total: number },
  source: ListSource<T>,
  cursor: Cursor,
  side: Side,
): Bracket {
  const rows = entries.flatMap(([index, row]): ReadableRow[] => {
    const known = readable(row);
    return known && index < total ? [{ index, sid: known.sid, key: source.sortKeyOf(known) }] : [];
  });
  const order = orderOf(rows, source, cursor);
  const block = order ? blockOf(rows, order, cursor.sortKey ?? '', total) : { start: 0, end: total };
  // Orders that disagree on two names leave the block wide, but not every name in it may equal the cursor's.
  const ties = rows.filter(({ index, key }) =>
    order
      ? key !== null && isWithin(index, block) && mayBeEqual(key, cursor.sortKey)
      : cursor.sortKey !== null || key === null,
  );
  const [first, last] = order ? [ties[0], ties.at(-1)] : [];
  const outermost = first && last && { start: first.index, end: last.index + 1 };
  const isTied = order !== undefined || cursor.sortKey === null;
  const neighbours = agreeing(
    foundOf(ties, cursor.previous, isTied),
    foundOf(ties, cursor.next, isTied),
    side,
  );
  const [previous, next] = [neighbours.before.at(-1), neighbours.after[0]];
  const own = rows.filter(({ sid, key }) => sid !== '' && sid === cursor.sid && key === cursor.sortKey);
  const ownPlaces = own.map(({ index }) => index);
  return {
    found: nearestTo(cursor.offset, ownPlaces),
    block,
    isBlockKnown: order !== undefined || source.direction === null,
    hasUnplaced: order !== undefined && rows.some(({ index, key }) => key === null && isWithin(index, block)),
    seen: source.direction === null ? block : outermost,
    range: { start: previous ? previous.index + 1 : block.start, end: next ? next.index : block.end },
    previous,
    next,
  };
}

/** The nearest of several places; undefined if there are none. An upstream may list a row twice. */
export function nearestTo(place: number, places: readonly number[]): number | undefined {
  let nearest: number | undefined;
  for (const each of places)
    if (nearest === undefined || Math.abs(each - place) < Math.abs(nearest - place)) nearest = each;
  return nearest;
}

/**
 * Position of the row if no row has come between it and its nearest neighbour; undefined without a neighbour.
 * @returns the position, that of the neighbour, and whether the neighbour is the nearest one that the cursor knows.
 */
export function besideNeighbour(
  { previous, next }: Bracket,
  cursor: Cursor,
): { readonly index: number; readonly neighbour: number; readonly isNearest: boolean } | undefined {
  const before = previous && {
    index: previous.index + previous.distance,
    neighbour: previous.index,
    isNearest: previous.distance === nearestKnown(cursor.previous),
  };
  const after = next && {
    index: next.index - next.distance,
    neighbour: next.index,
    isNearest: next.distance === nearestKnown(cursor.next),
  };
  return before?.isNearest === true || !after?.isNearest ? (before ?? after) : after;
}

function isWithin(index: number, { start, end }: RowRange): boolean {
  return index >= start && index < end;
}

/** A readable row. */
interface ReadableRow {
  readonly index: number;
  readonly sid: string;
  readonly key: string | null;
}

function orderOf<T extends Identified>(
  rows: readonly ReadableRow[],
  { direction }: ListSource<T>,
  { sortKey }: Cursor,
): CompareKeys | undefined {
  if (direction === null || sortKey === null) return undefined;
  return explainOrder(
    rows.map(({ key }) => key).filter((key) => key !== null),
    direction,
  );
}

function blockOf(
  rows: readonly ReadableRow[],
  compare: CompareKeys,
  sortKey: string,
  total: number,
): RowRange {
  let [start, end] = [0, total];
  for (const { index, key } of rows) {
    const place = key === null ? 0 : compare(key, sortKey);
    if (place < 0) start = index + 1;
    if (place > 0) end = Math.min(end, index);
  }
  return { start, end };
}

/** Former neighbours among the rows, in their order. @param isTied true if only those with the cursor's sort key count. */
function foundOf(rows: readonly ReadableRow[], neighbours: Neighbours, isTied: boolean): FoundNeighbour[] {
  const distances = new Map<number, number>();
  neighbours.marks.forEach((mark, index) => {
    const distance = markedDistances[index];
    if (mark === null || distance === undefined) return;
    if (!isTied || isTiedAt(neighbours, distance)) distances.set(mark, distance);
  });
  if (distances.size === 0) return [];
  return rows.flatMap(({ index, sid }) => {
    const distance = distances.get(markOf(sid));
    return distance === undefined ? [] : [{ index, distance }];
  });
}

/**
 * The neighbours that agree on one position between them. A neighbour may have moved itself, in an order that does not show it.
 * So the position that contradicts the fewest neighbours wins; of several, the one that shows more rows.
 */
function agreeing(before: readonly FoundNeighbour[], after: readonly FoundNeighbour[], side: Side) {
  const against = (place: number): number =>
    before.filter(({ index }) => index >= place).length + after.filter(({ index }) => index < place).length;
  const places = [...after.map(({ index }) => index), ...before.map(({ index }) => index + 1)];
  const fewest = Math.min(...places.map(against));
  const best = places.filter((place) => against(place) === fewest);
  const place = side === 'after' ? Math.min(...best) : Math.max(...best);
  return {
    before: before.filter(({ index }) => index < place),
    after: after.filter(({ index }) => index >= place),
  };
}
