import { type PageArguments, type PageSize, type Slice } from '../../domain/page.js';
import { adjacentMarks, type Cursor } from './cursor.js';

/** A checked page: how many rows from which end, and between which rows. */
export interface PageRequest {
  readonly size: PageSize;
  readonly after: Cursor | undefined;
  readonly before: Cursor | undefined;
}

/** What a reader knows of its list. */
export interface ListState {
  /** How many rows one call gives. */
  readonly windowSize: number;
  readonly has: (offset: number) => boolean;
  readonly wasAsked: (slice: Slice) => boolean;
}

/** Which slices of a list are asked for where rows of it are needed. */
export interface Slicing {
  /** What a page needs for certain, before anything is known of its list. */
  readonly begin: (cut: PageRequest, list: ListState) => readonly Slice[];
  /** What holds these rows. @param missing offsets, in ascending order. */
  readonly cover: (missing: readonly number[], list: ListState) => readonly Slice[];
}

/**
 * Whole aligned windows: the budget counts requests, not rows, so a window costs what a row does, and overlaps with what
 * others read.
 */
export const wholeWindows: Slicing = {
  // Where older windows are read anew, the newer ones are at hand already.
  begin: (cut, list) =>
    wholeWindows.cover(
      certainOffsets(cut).filter((offset) => !list.has(offset)),
      list,
    ),
  cover: (missing, list) => {
    const slices: Slice[] = [];
    for (const offset of missing)
      if (!slices.some((slice) => isWithin(offset, slice))) slices.push(windowOf(offset, list));
    return slices;
  },
};

/**
 * No more rows than needed, where nobody else would have the others, in no more calls than whole windows take.
 * @param reach how many rows from the start all pages of the list need that begin there; undefined: this page's.
 */
export function neededRows(reach?: number): Slicing {
  return {
    begin: (cut, list) => {
      const { size, after, before } = cut;
      if (!after && !before && size.from === 'start')
        return [{ offset: 0, limit: Math.min(Math.max(reach ?? size.count, 1), list.windowSize) }];
      const slice = besideCursor(cut, list);
      return slice ? [slice] : wholeWindows.begin(cut, list);
    },
    cover: (missing, list) => {
      const slices: Slice[] = [];
      let end = -1;
      for (const offset of missing) {
        const last = slices.at(-1);
        if (last && offset < end) slices[slices.length - 1] = { ...last, limit: offset + 1 - last.offset };
        else {
          slices.push({ offset, limit: 1 });
          end = offset + list.windowSize;
        }
      }
      const [first, ...rest] = slices;
      return first ? [withPrevious(first, list), ...rest] : [];
    },
  };
}

/** No more rows than a page needs. */
const ownRows = neededRows();

/**
 * How a list is read of which nothing is kept.
 * @param pages all that are asked of such lists, now or later; undefined where that is not known.
 */
export function slicingOf(
  pages: readonly PageArguments[] | undefined,
  { defaultSize, maximum }: { readonly defaultSize: number; readonly maximum: number },
): Slicing {
  if (!pages) return wholeWindows;
  if (pages.length < 2) return ownRows;
  // Several pages of one list share a call where one holds them all; else they share windows.
  const isFromStart = pages.every(
    ({ after, last, before }) => after == null && last == null && before == null,
  );
  const reach = Math.max(...pages.map(({ first }) => first ?? defaultSize));
  return isFromStart && reach <= maximum ? neededRows(reach) : wholeWindows;
}

/** Both cursors' rows, and the rows on their page's side; the first one where there is no cursor. */
function certainOffsets({ size, after, before }: PageRequest): number[] {
  if (!after && !before) return [0];
  const certain = [
    ...(after ? [after.offset, ...(size.from === 'start' && size.count > 0 ? [after.offset + 1] : [])] : []),
    ...(before ? [before.offset, ...(size.from === 'end' && size.count > 0 ? [before.offset - 1] : [])] : []),
  ];
  return certain.filter((offset) => offset >= 0);
}

/** The aligned window of an offset; where that was asked for and lacks the row, one that begins at the row. */
function windowOf(offset: number, { windowSize: limit, wasAsked }: ListState): Slice {
  const aligned = { offset: offset - (offset % limit), limit };
  return wasAsked(aligned) ? { offset, limit } : aligned;
}

/**
 * One call for a cursor's row and the page beside it, where they lie in two windows: as many rows as it gives, since a
 * list that has moved by a few is then still read at once.
 */
function besideCursor({ size, after, before }: PageRequest, { windowSize }: ListState): Slice | undefined {
  const range =
    size.from === 'start'
      ? after && !before && { start: after.offset, end: after.offset + 1 + size.count }
      : before && !after && { start: Math.max(0, before.offset - size.count), end: before.offset + 1 };
  if (!range) return undefined;
  const { start, end } = range;
  const isOneWindow = Math.floor(start / windowSize) === Math.floor((end - 1) / windowSize);
  const spare = windowSize - (end - start);
  if (isOneWindow || spare < 0) return undefined;
  return { offset: start - Math.min(adjacentMarks, spare, start), limit: windowSize };
}

/** The cursor of a slice's first row is to know the rows before it, as far as there is room for them. */
function withPrevious({ offset, limit }: Slice, { windowSize, has }: ListState): Slice {
  const previous = Math.min(adjacentMarks, offset, windowSize - limit);
  return previous === 0 || has(offset - 1)
    ? { offset, limit }
    : { offset: offset - previous, limit: limit + previous };
}

function isWithin(offset: number, slice: Slice): boolean {
  return offset >= slice.offset && offset < slice.offset + slice.limit;
}

/** "number of records on single page default:20 maximum=50" (API document, `limit`). */
const documentedMaximum = 50;
/** How long a smaller one is believed: an upstream that took it back should not cost more calls for ever. */
const believedForMs = 10 * 60_000;

/**
 * How many rows the upstream gives at most in one answer, for one kind of list.
 * Messages have no documented maximum; the campaigns' is assumed. A smaller one is learned from two answers that agree:
 * one odd answer must not make every page after it dearer.
 */
export class PageMaximum {
  readonly #now: () => number;
  #rows = documentedMaximum;
  #seenOnce: number | undefined;
  #learnedAtMs = 0;

  /** @param now epoch milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get rows(): number {
    return this.#now() - this.#learnedAtMs > believedForMs ? documentedMaximum : this.#rows;
  }

  /** Takes how many rows an answer was cut to, where it was asked for more. */
  learn(limit: number): void {
    if (limit < 1 || limit >= this.rows) return;
    if (this.#seenOnce === limit) {
      this.#rows = limit;
      this.#learnedAtMs = this.#now();
    }
    this.#seenOnce = limit;
  }
}
