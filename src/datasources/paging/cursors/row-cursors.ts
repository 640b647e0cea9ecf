import { type Identified, readable, type RowRange, sidOf } from '../../../domain/lists/page.js';
import {
  adjacentMarks,
  type Cursor,
  encodeCursor,
  fingerprintOf,
  markedDistances,
  markOf,
  type Neighbours,
  type SweepProgress,
  unknownNeighbours,
} from './cursor.js';
import { type ListRows, type ListSource } from '../list-source.js';
import { mayBeEqual } from './sort-key.js';

/** A position for which an earlier page has counted the rows with the same sort key on either side. */
export interface KnownPosition {
  readonly index: number;
  readonly cursor: Cursor;
}

/** Adjacent rows with one sort key, as far as they were read. */
interface Block extends RowRange {
  /** True if the row before the block has another sort key, or there is none. */
  readonly isStartSeen: boolean;
  /** The same for the row after the block. */
  readonly isEndSeen: boolean;
}

/** Makes the cursors of rows. */
export class RowCursors<T extends Identified> {
  readonly #source: ListSource<T>;
  readonly #rows: ListRows<T>;
  readonly #total: number;
  readonly #known: readonly KnownPosition[];
  readonly #marks = new Map<number, number>();
  #block: Block | undefined;
  #fingerprint: string | undefined;

  /**
   * @param rows the rows with cursors, and others around them.
   * @param total rows in the list.
   * @param known positions of the cursors in the arguments of the page.
   */
  constructor(source: ListSource<T>, rows: ListRows<T>, total: number, known: readonly KnownPosition[] = []) {
    this.#source = source;
    this.#rows = rows;
    this.#total = total;
    this.#known = known;
  }

  /** The encoded cursor of the row at an offset. @param sweep how far an export is. */
  at(offset: number, sweep?: SweepProgress): string {
    this.#fingerprint ??= fingerprintOf(this.#source.identity);
    return encodeCursor(this.#cursor(offset, sweep), this.#fingerprint);
  }

  #cursor(offset: number, sweep: SweepProgress | undefined): Cursor {
    const total = this.#total;
    const row = this.#rows.get(offset);
    const sid = readable(row)?.sid ?? '';
    const unreadableSid = row instanceof Error ? (sidOf(row) ?? '') : '';
    const keyed = this.#readableNear(offset);
    const sortKey = keyed === undefined ? null : this.#keyAt(keyed);
    const block = keyed === undefined ? undefined : this.#blockOf(keyed);
    const previous = block ? this.#neighbours(offset, -1, block, sortKey) : unknownNeighbours;
    const next = block ? this.#neighbours(offset, 1, block, sortKey) : unknownNeighbours;
    return { offset, total, sid, unreadableSid, sortKey, previous, next, sweep };
  }

  /** The offset itself, or that of the nearest readable row, whose sort key replaces that of an unreadable row. */
  #readableNear(offset: number): number | undefined {
    if (readable(this.#rows.get(offset))) return offset;
    for (const step of [-1, 1])
      for (let distance = 1; distance <= adjacentMarks; distance += 1)
        if (readable(this.#rows.get(offset + step * distance))) return offset + step * distance;
    return undefined;
  }

  #keyAt(offset: number): string | null {
    const row = readable(this.#rows.get(offset));
    return row ? this.#source.sortKeyOf(row) : null;
  }

  /** The block of a readable row. Most rows of a page are in the same block as the row before. */
  #blockOf(offset: number): Block {
    const known = this.#block;
    if (known && offset >= known.start && offset < known.end) return known;
    if (this.#source.direction === null)
      return (this.#block = { start: 0, end: this.#total, isStartSeen: true, isEndSeen: true });
    const [start, isStartSeen] = this.#edgeOf(offset, -1);
    const [last, isEndSeen] = this.#edgeOf(offset, 1);
    return (this.#block = { start, end: last + 1, isStartSeen, isEndSeen });
  }

  /** The last row of a block on one side, and whether the row beyond it is known to have another sort key. */
  #edgeOf(offset: number, step: -1 | 1): [last: number, isSeen: boolean] {
    const sortKey = this.#keyAt(offset);
    let last = offset;
    for (let index = offset + step; ; index += step) {
      const isNext = index === last + step;
      if (index < 0 || index >= this.#total) return [last, isNext];
      const row = this.#rows.get(index);
      if (row === undefined) return [last, false];
      if (row instanceof Error) continue;
      // An unreadable row between two rows of a block belongs to the block; at its end that is not known.
      if (!mayBeEqual(this.#source.sortKeyOf(row), sortKey)) return [last, isNext];
      last = index;
    }
  }

  #neighbours(offset: number, step: -1 | 1, block: Block, sortKey: string | null): Neighbours {
    const isSeen = step < 0 ? block.isStartSeen : block.isEndSeen;
    const atHand = Math.max(0, step < 0 ? offset - block.start : block.end - 1 - offset);
    const marks: (number | null)[] = [];
    let known = 0;
    for (const distance of markedDistances) {
      const index = offset + step * distance;
      if (index < 0 || index >= this.#total) break;
      if (distance > atHand && !(isSeen && distance <= adjacentMarks)) break;
      const mark = this.#mark(index);
      marks.push(mark);
      if (mark !== null) known = marks.length;
    }
    const tied = isSeen ? atHand : this.#knownTied(offset, step, block, sortKey);
    return { tied, marks: marks.slice(0, known) };
  }

  /** The number of rows of a block on one side, from a cursor in the arguments of the page. */
  #knownTied(offset: number, step: -1 | 1, { start, end }: Block, sortKey: string | null): number | null {
    for (const { index, cursor } of this.#known) {
      const { tied } = step < 0 ? cursor.previous : cursor.next;
      if (tied === null || index < start - 1 || index > end || !mayBeEqual(cursor.sortKey, sortKey)) continue;
      // The block is larger than what was read of it, or its end would have been seen.
      const count =
        step < 0 ? offset - Math.min(index - tied, start - 1) : Math.max(index + tied, end) - offset;
      return count < 0 ? null : count; // an unreadable row after the counted ones: rows were added since
    }
    return null;
  }

  /** The mark of a row; null if it was not read. Marks are memoized, since each row is a neighbour of several others. */
  #mark(offset: number): number | null {
    const known = this.#marks.get(offset);
    if (known !== undefined) return known;
    const row = readable(this.#rows.get(offset));
    if (!row) return null;
    const mark = markOf(row.sid);
    this.#marks.set(offset, mark);
    return mark;
  }
}
