import { type RowRange } from '../../domain/lists/page.js';
import { besideNeighbour, type Bracket, type Entries } from './bracket.js';
import { type Cursor } from './cursors/cursor.js';

/** How far from its expected position a row is searched, in rows to each side. */
const reach = 500;

/** Number of windows next to the likeliest positions that are read first: both sides of two positions. */
const windowsNear = 4;

/** Search for a cursor's row that has moved: chooses the next row to read. */
export class PlaceSearch {
  readonly #cursor: Cursor;
  readonly #windowSize: number;
  /** Rows that the upstream did not return. */
  readonly #absent: RowRange[] = [];
  #hasTriedLikely = false;
  #triedNear = 0;

  /** @param windowSize rows that one call returns. */
  constructor(cursor: Cursor, windowSize: number) {
    this.#cursor = cursor;
    this.#windowSize = windowSize;
  }

  /** Excludes a row that the upstream counts but did not return, and the rest of its window, from the search. */
  exclude(index: number, windowSize: number): void {
    this.#absent.push({ start: index, end: index + windowSize });
  }

  /**
   * The index of the next row to read; undefined if the row is gone, or too far away.
   *
   * The search tries, in this order: the position next to a neighbour that was found; the position of the row if all changes
   * of the total happened before it; the windows next to that position and the old one; by bisection, the end of the block
   * from which the position in the block is known; outward from the expected positions; and outward from the first two
   * positions, since the counts of the block may be older than the cursor.
   */
  next(bracket: Bracket, entries: Entries<unknown>, total: number): number | undefined {
    const unread = new UnreadRows(entries, this.#absent, total);
    const { range } = bracket;
    const beside = besideNeighbour(bracket, this.#cursor);
    const besideIt = beside && unread.nearest([beside.index], range, 0);
    // Without a sid the row can only be recognised at this position.
    if (besideIt !== undefined || (beside?.isNearest && this.#cursor.sid === '')) return besideIt;
    const { offset, total: oldTotal } = this.#cursor;
    const likely = offset + total - (oldTotal ?? total);
    return (
      this.#likely(likely, range, unread) ??
      this.#near(beside ? [beside.index] : [offset, likely], range, unread) ??
      this.#edge(bracket, unread) ??
      this.#expected(bracket, beside?.index, unread)
        .map((place) => unread.nearest([place], range, reach))
        .find((index) => index !== undefined) ??
      unread.nearest([offset, likely], range, reach)
    );
  }

  #likely(likely: number, range: RowRange, unread: UnreadRows): number | undefined {
    if (this.#hasTriedLikely) return undefined;
    this.#hasTriedLikely = true;
    return unread.nearest([likely], range, 0);
  }

  #near(places: readonly number[], range: RowRange, unread: UnreadRows): number | undefined {
    if (this.#triedNear >= windowsNear) return undefined;
    this.#triedNear += 1;
    return unread.nearest(places, range, this.#windowSize);
  }

  /** Bisects the unread rows between the block and the rows before it, or after it. */
  #edge(bracket: Bracket, unread: UnreadRows): number | undefined {
    const { block, isBlockKnown, seen } = bracket;
    if (!isBlockKnown) return undefined;
    const { previous, next } = this.#cursor;
    if (previous.tied !== null) return bracket.previous ? undefined : unread.middle(startOf(bracket));
    if (next.tied !== null) return bracket.next ? undefined : unread.middle(endOf(bracket));
    return seen ? undefined : unread.middle(block);
  }

  /**
   * Expected positions, the best one first: next to a neighbour, and by the row's position in its block, counted from an end
   * of the block that is known.
   */
  #expected(bracket: Bracket, besideIt: number | undefined, unread: UnreadRows): number[] {
    const { block, isBlockKnown } = bracket;
    const { previous, next, sortKey } = this.#cursor;
    const places = besideIt === undefined ? [] : [besideIt];
    // In the upstream's own order the block is the whole list: its ends add nothing to the offset and the total.
    if (sortKey === null) return places;
    if (isBlockKnown && previous.tied !== null && unread.middle(startOf(bracket)) === undefined)
      places.push(block.start + previous.tied);
    if (isBlockKnown && next.tied !== null && unread.middle(endOf(bracket)) === undefined)
      places.push(block.end - 1 - next.tied);
    return places;
  }
}

/** Contains the start of the block: from the last row known to be before it to the first row seen of it. */
function startOf({ block, seen }: Bracket): RowRange {
  return { start: block.start, end: seen?.start ?? block.end };
}

/** Contains the end of the block. */
function endOf({ block, seen }: Bracket): RowRange {
  return { start: seen?.end ?? block.start, end: block.end };
}

/** The gaps between the rows that were read. */
class UnreadRows {
  readonly #gaps: RowRange[] = [];

  constructor(entries: Entries<unknown>, absent: readonly RowRange[], total: number) {
    let start = 0;
    const read = entries.map(([index]) => ({ start: index, end: index + 1 }));
    for (const { start: next, end } of [...read, ...absent].sort((a, b) => a.start - b.start)) {
      if (next > start) this.#gaps.push({ start, end: Math.min(next, total) });
      start = Math.max(start, end);
    }
    if (start < total) this.#gaps.push({ start, end: total });
  }

  /**
   * The unread row of a range that is nearest to any of these positions.
   * @param limit greatest distance; a position outside the range counts as the nearest end of the range.
   */
  nearest(places: readonly number[], range: RowRange, limit = Infinity): number | undefined {
    let best: { readonly index: number; readonly distance: number } | undefined;
    for (const gap of this.#within(range))
      for (const place of places.map((one) => clamp(one, range))) {
        const index = clamp(place, gap);
        const distance = Math.abs(index - place);
        if (distance <= limit && (!best || distance < best.distance)) best = { index, distance };
      }
    return best?.index;
  }

  /** The unread row nearest to the middle of the unread rows of a range. */
  middle(range: RowRange): number | undefined {
    const gaps = this.#within(range);
    const [first, last] = [gaps[0], gaps.at(-1)];
    return first && last && this.nearest([Math.floor((first.start + last.end) / 2)], range);
  }

  #within({ start, end }: RowRange): RowRange[] {
    return this.#gaps
      .map((gap) => ({ start: Math.max(gap.start, start), end: Math.min(gap.end, end) }))
      .filter((gap) => gap.start < gap.end);
  }
}

/** The index of a range that is nearest to a position; the start of an empty range. */
function clamp(place: number, { start, end }: RowRange): number {
  return Math.max(start, Math.min(place, end - 1));
}
