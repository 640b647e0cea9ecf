import { type RowRange } from '../../domain/page.js';
import { besideNeighbour, type Bracket, type Entries } from './bracket.js';
import { type Cursor } from './cursor.js';

/** How far from its expected place a row is looked for, in rows to each side. */
const reach = 500;

/** How many windows beside the likeliest places are read before anything else is tried: both sides of two places. */
const windowsNear = 4;

/** Chooses what to read next in search of a cursor's row that is not where it was. */
export class PlaceSearch {
  readonly #cursor: Cursor;
  readonly #windowSize: number;
  /** Rows that were asked for and not given. */
  readonly #notGiven: RowRange[] = [];
  #hasTriedLikely = false;
  #triedNear = 0;

  /** @param windowSize rows that one call gives. */
  constructor(cursor: Cursor, windowSize: number) {
    this.#cursor = cursor;
    this.#windowSize = windowSize;
  }

  /** Notes a row that the upstream counts and did not give: neither it nor the rest of its window is asked for again. */
  notGiven(index: number, windowSize: number): void {
    this.#notGiven.push({ start: index, end: index + windowSize });
  }

  /**
   * The index of the next row to read; undefined where the row is gone, or too far away.
   *
   * In this order: beside a neighbour that was found; where the row is if all that changed the total came before it; the
   * windows beside that place and beside its old one; the end of the rows with its sort key from which its place among
   * them is known, by bisection; outward from the places where it is expected; and, with the calls that are left, outward
   * from the first two, since the count of the rows with its sort key may be older than the cursor.
   */
  next(bracket: Bracket, entries: Entries<unknown>, total: number): number | undefined {
    const unread = new UnreadRows(entries, this.#notGiven, total);
    const { range } = bracket;
    const beside = besideNeighbour(bracket, this.#cursor);
    const besideIt = beside && unread.nearest([beside.index], range, 0);
    // Without a sid the row can be recognised there alone.
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

  /** Halves what is unread between the rows that come before the block, or after it, and those known to be of it. */
  #edge(bracket: Bracket, unread: UnreadRows): number | undefined {
    const { block, isBlockKnown, seen } = bracket;
    if (!isBlockKnown) return undefined;
    const { previous, next } = this.#cursor;
    if (previous.tied !== null) return bracket.previous ? undefined : unread.middle(startOf(bracket));
    if (next.tied !== null) return bracket.next ? undefined : unread.middle(endOf(bracket));
    return seen ? undefined : unread.middle(block);
  }

  /**
   * Beside a neighbour, and by its place among the rows with its sort key, counted from an end of them that is known; the
   * best one first.
   */
  #expected(bracket: Bracket, besideIt: number | undefined, unread: UnreadRows): number[] {
    const { block, isBlockKnown } = bracket;
    const { previous, next, sortKey } = this.#cursor;
    const places = besideIt === undefined ? [] : [besideIt];
    // In the upstream's own order the ends are those of the list: they say no more than the offset and the total.
    if (sortKey === null) return places;
    if (isBlockKnown && previous.tied !== null && unread.middle(startOf(bracket)) === undefined)
      places.push(block.start + previous.tied);
    if (isBlockKnown && next.tied !== null && unread.middle(endOf(bracket)) === undefined)
      places.push(block.end - 1 - next.tied);
    return places;
  }
}

/** Where the block of a cursor's row begins: between the last row known to come before it and the first seen of it. */
function startOf({ block, seen }: Bracket): RowRange {
  return { start: block.start, end: seen?.start ?? block.end };
}

/** Where it ends. */
function endOf({ block, seen }: Bracket): RowRange {
  return { start: seen?.end ?? block.start, end: block.end };
}

/** The gaps between the rows at hand. */
class UnreadRows {
  readonly #gaps: RowRange[] = [];

  constructor(entries: Entries<unknown>, notGiven: readonly RowRange[], total: number) {
    let start = 0;
    const read = entries.map(([index]) => ({ start: index, end: index + 1 }));
    for (const { start: next, end } of [...read, ...notGiven].sort((a, b) => a.start - b.start)) {
      if (next > start) this.#gaps.push({ start, end: Math.min(next, total) });
      start = Math.max(start, end);
    }
    if (start < total) this.#gaps.push({ start, end: total });
  }

  /**
   * The unread row within a range that is nearest to one of some places.
   * @param limit how far from it, at most; a place outside the range counts as the end of the range.
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

  /** The unread row that is nearest to the middle of the unread rows within a range. */
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

/** The index in a range that is nearest to a place; the start of an empty one. */
function clamp(place: number, { start, end }: RowRange): number {
  return Math.max(start, Math.min(place, end - 1));
}
