import { type RowRange } from '../../domain/page.js';
import { type Bracket, type Entries } from './bracket.js';
import { type Cursor } from './cursor.js';

/** How far from its expected place a row is looked for, in rows to each side. */
const reach = 500;

/** How many windows right beside the old place are read before anything else is tried. */
const windowsBeside = 2;

/** Chooses what to read next in search of a cursor's row that is not where it was. */
export class PlaceSearch {
  readonly #cursor: Cursor;
  readonly #windowSize: number;
  /** Rows that were asked for and not given. */
  readonly #notGiven: RowRange[] = [];
  #hasTriedLikely = false;
  #triedBeside = 0;

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
   * windows beside its old place; the beginning of the rows with its sort key, by bisection, where its place among them
   * is known; then outward from the place where it is expected.
   */
  next(bracket: Bracket, entries: Entries<unknown>, total: number): number | undefined {
    const unread = new UnreadRows(entries, this.#notGiven, total);
    const { range, previous, next } = bracket;
    if (this.#cursor.sid === '') {
      // Without a sid it can only be recognised as the row right beside a neighbour.
      if (previous?.distance === 1) return unread.nearest([range.start], around(range.start, range, 0));
      if (next?.distance === 1) return unread.nearest([range.end - 1], around(range.end - 1, range, 0));
    }
    if (previous) return unread.nearest([previous.index + previous.distance], around(previous.index, range));
    if (next) return unread.nearest([next.index - next.distance], around(next.index, range));
    const { offset } = this.#cursor;
    const likely = offset + total - (this.#cursor.total ?? total);
    return (
      this.#likely(likely, range, unread) ??
      this.#beside(range, unread) ??
      this.#edge(bracket, unread) ??
      this.#outward(bracket, likely, unread)
    );
  }

  #likely(likely: number, range: RowRange, unread: UnreadRows): number | undefined {
    if (this.#hasTriedLikely) return undefined;
    this.#hasTriedLikely = true;
    return unread.nearest([likely], around(clamp(likely, range), range, 0));
  }

  #beside(range: RowRange, unread: UnreadRows): number | undefined {
    if (this.#triedBeside >= windowsBeside) return undefined;
    this.#triedBeside += 1;
    const place = clamp(this.#cursor.offset, range);
    return unread.nearest([place], around(place, range, this.#windowSize));
  }

  /** Halves what is unread between the rows that come before the block, or after it, and those known to be of it. */
  #edge({ block, isBlockKnown, seen }: Bracket, unread: UnreadRows): number | undefined {
    if (!isBlockKnown || this.#cursor.sortKey === null) return undefined;
    const { previous, next } = this.#cursor;
    const beforeSeen = { start: block.start, end: seen?.start ?? block.end };
    const afterSeen = { start: seen?.end ?? block.start, end: block.end };
    if (previous.tied !== null) return unread.middle(beforeSeen);
    if (next.tied !== null) return unread.middle(afterSeen);
    return seen ? undefined : unread.middle(block);
  }

  #outward(bracket: Bracket, likely: number, unread: UnreadRows): number | undefined {
    const { range } = bracket;
    const place = clamp(this.#expected(bracket), range);
    return unread.nearest([place, clamp(likely, range)], around(place, range));
  }

  /** By its place among the rows with its sort key, counted from that end of them which is known. */
  #expected({ block, isBlockKnown }: Bracket): number {
    const { offset, sortKey, previous, next } = this.#cursor;
    if (!isBlockKnown || sortKey === null) return offset;
    if (previous.tied !== null) return block.start + previous.tied;
    return next.tied === null ? offset : block.end - 1 - next.tied;
  }
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

  /** The unread row within a range that is nearest to one of some places. */
  nearest(places: readonly number[], range: RowRange): number | undefined {
    let best: { readonly index: number; readonly distance: number } | undefined;
    for (const gap of this.#within(range))
      for (const place of places) {
        const index = clamp(place, gap);
        const distance = Math.abs(index - place);
        if (!best || distance < best.distance) best = { index, distance };
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

/** The part of a range that is at most so many rows away from a place. */
function around(place: number, { start, end }: RowRange, distance = reach): RowRange {
  return { start: Math.max(start, place - distance), end: Math.min(end, place + distance + 1) };
}

/** The index in a range that is nearest to a place; the start of an empty one. */
function clamp(place: number, { start, end }: RowRange): number {
  return Math.max(start, Math.min(place, end - 1));
}
