import { readable, type Row, type RowRange } from '../../domain/page.js';
import { type Cursor, isTiedAt, markedDistances, markOf, nearestKnown, type Neighbours } from './cursor.js';
import { type ListSource } from './list-source.js';
import { explainOrder, type KeyOrder } from './sort-key.js';

/** A neighbour of a cursor's row that is in the list. */
export interface FoundNeighbour {
  readonly index: number;
  /** How far from the cursor's row it was. */
  readonly distance: number;
}

/** Where a cursor's row can be, judged by the rows at hand. */
export interface Bracket {
  /** Where the row is, if it is among the rows at hand. */
  readonly found: number | undefined;
  /** The rows with its sort key lie within; the whole list where keys do not tell. */
  readonly block: RowRange;
  /** True where `block` follows from sort keys, or the list has no other order than its own. */
  readonly isBlockKnown: boolean;
  /** True where a row at hand within `block` has no sort key: it can have come before the cursor's row, or after it. */
  readonly hasUnplaced: boolean;
  /** From the first row at hand that is of the block to the last; undefined where there is none, or keys do not tell. */
  readonly seen: RowRange | undefined;
  /** The row lies within: the block, less what its neighbours exclude. */
  readonly range: RowRange;
  /** The nearest row before it that is still in the block. */
  readonly previous: FoundNeighbour | undefined;
  /** The nearest row after it that is still in the block. */
  readonly next: FoundNeighbour | undefined;
}

/** Rows at hand with their offsets, in the order of the list. */
export type Entries<T> = readonly (readonly [offset: number, row: Row<T>])[];

/** The argument that a cursor was given as: whether the page is after its row, or before it. */
export type Side = 'after' | 'before';

/** Judges by the rows at hand where a cursor's row can be. */
export function bracketOf<T extends { readonly sid: string }>(
  { entries, total }: { readonly entries: Entries<T>; readonly total: number },
  source: ListSource<T>,
  cursor: Cursor,
  side: Side,
): Bracket {
  const rows = entries.flatMap(([index, row]): Known[] => {
    const known = readable(row);
    return known && index < total ? [{ index, sid: known.sid, key: source.sortKeyOf(known) }] : [];
  });
  const order = orderOf(rows, source, cursor);
  const block = order ? blockOf(rows, order, cursor.sortKey ?? '', total) : { start: 0, end: total };
  const ties = rows.filter(({ index, key }) =>
    order ? key !== null && isWithin(index, block) : cursor.sortKey !== null || key === null,
  );
  const [first, last] = order ? [ties[0], ties.at(-1)] : [];
  const outermost = first && last && { start: first.index, end: last.index + 1 };
  const isTied = order !== undefined || cursor.sortKey === null;
  const neighbours = agreeing(
    foundOf(ties, cursor.previous, isTied),
    foundOf(ties, cursor.next, isTied),
    side,
  );
  const previous = neighbours.before.reduce<FoundNeighbour | undefined>(later, undefined);
  const next = neighbours.after.reduce<FoundNeighbour | undefined>(earlier, undefined);
  const found =
    cursor.sid === ''
      ? undefined
      : rows.find(({ sid, key }) => sid === cursor.sid && key === cursor.sortKey)?.index;
  return {
    found,
    block,
    isBlockKnown: order !== undefined || source.direction === null,
    hasUnplaced: order !== undefined && rows.some(({ index, key }) => key === null && isWithin(index, block)),
    seen: source.direction === null ? block : outermost,
    range: { start: previous ? previous.index + 1 : block.start, end: next ? next.index : block.end },
    previous,
    next,
  };
}

/**
 * Where the row would be if nothing had come between it and the nearest neighbour; undefined without a neighbour.
 * @returns also where that neighbour is, and whether no nearer one can be found on its side.
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

/** A row that could be read. */
interface Known {
  readonly index: number;
  readonly sid: string;
  readonly key: string | null;
}

function orderOf<T extends { readonly sid: string }>(
  rows: readonly Known[],
  { direction }: ListSource<T>,
  { sortKey }: Cursor,
): KeyOrder | undefined {
  if (direction === null || sortKey === null) return undefined;
  return explainOrder(
    rows.flatMap(({ key }) => key ?? []),
    direction,
  );
}

function blockOf(rows: readonly Known[], { compare }: KeyOrder, sortKey: string, total: number): RowRange {
  let [start, end] = [0, total];
  for (const { index, key } of rows) {
    const place = key === null ? 0 : compare(key, sortKey);
    if (place < 0) start = index + 1;
    if (place > 0) end = Math.min(end, index);
  }
  return { start, end };
}

/** @param isTied true where only rows with the cursor's sort key count. */
function foundOf(rows: readonly Known[], neighbours: Neighbours, isTied: boolean): FoundNeighbour[] {
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
 * The neighbours that agree on one place between them: a row that has changed its place, in an order that does not show
 * it, must not mislead. The place with the fewest neighbours against it counts; of several, the one that shows more rows.
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

function later(one: FoundNeighbour | undefined, other: FoundNeighbour): FoundNeighbour {
  return one && one.index > other.index ? one : other;
}

function earlier(one: FoundNeighbour | undefined, other: FoundNeighbour): FoundNeighbour {
  return one && one.index < other.index ? one : other;
}
