import { type PageArguments, type PageSize, type RowRange, type Slice } from '../../domain/lists/page.js';
import { type PageNeed, type PageParts } from '../../domain/lists/page-parts.js';
import { adjacentMarks, type Cursor } from './cursors/cursor.js';

/** A checked request for a page: its size, the end it starts from, and its cursors. */
export interface PageRequest {
  readonly size: PageSize;
  readonly after: Cursor | undefined;
  readonly before: Cursor | undefined;
  readonly need: PageNeed;
  readonly parts: PageParts;
  /** Rows that an attempt before has needed: they are read at the same moment. */
  readonly again?: readonly RowRange[];
}

/** State of a list reader that slicing depends on. */
export interface ListState {
  /** Rows that one call returns. */
  readonly windowSize: number;
  /** Rows that one call may ask for: a window, or many. */
  readonly callSize: number;
  /** Total rows of the list when it was last read; undefined if that is not known. */
  readonly likelyTotal?: number | undefined;
  has(offset: number): boolean;
  wasAsked(slice: Slice): boolean;
}

/** Strategy that chooses the slices to read. */
export interface Slicing {
  /** Slices that the page certainly needs, before the total of the list is known. */
  readonly begin: (request: PageRequest, list: ListState) => readonly Slice[];
  /** Slices that contain these rows. @param missing offsets, in ascending order. */
  readonly cover: (missing: readonly number[], list: ListState) => readonly Slice[];
}

/**
 * Strategy for a cached list: whole aligned windows. The rate limit counts requests, not rows, so a window costs no more
 * than a row, and other requests can use the same window.
 */
export const wholeWindows: Slicing = {
  // A page that is read again already has its newer windows.
  begin: (request, list) =>
    wholeWindows.cover(
      [...againOffsets(request), ...expectedOffsets(request, list), ...certainOffsets(request, list)].filter(
        (offset) => !list.has(offset),
      ),
      list,
    ),
  cover: (missing, list) => {
    const slices: Slice[] = [];
    for (const offset of missing)
      if (!slices.some((slice) => offset >= slice.offset && offset < slice.offset + slice.limit))
        slices.push(windowOf(offset, list));
    return slices;
  },
};

/** The same for a page that must show one moment: all windows that it is likely to need are read at once. */
export const windowsAtOnce: Slicing = {
  ...wholeWindows,
  begin: (request, list) => {
    const known = request.after ?? request.before ?? list.likelyTotal;
    const expected =
      request.need === 'rows' && known !== undefined ? expectedRange(request, list.likelyTotal) : undefined;
    return wholeWindows.begin(
      expected ? { ...request, again: [expected, ...(request.again ?? [])] } : request,
      list,
    );
  },
};

/**
 * Strategy without a cache: only the rows that are needed, in no more calls than whole windows would take.
 * @param reach rows from the start that all pages of the list need together; undefined for those of this page.
 */
export function neededRows(reach?: number): Slicing {
  return {
    begin: (request, list) => {
      const { size, after, before, need } = request;
      const again = againOffsets(request);
      if (again.length > 0) {
        const missing = [...new Set([...again, ...certainOffsets(request, list)])].filter(
          (offset) => !list.has(offset),
        );
        return ownRows.cover(
          missing.sort((a, b) => a - b),
          list,
        );
      }
      const own = need === 'total' ? 1 : size.count;
      if (!after && !before && (size.from === 'start' || need === 'total'))
        return [{ offset: 0, limit: Math.min(Math.max(reach ?? own, 1), list.callSize) }];
      const slice = besideCursor(request, list);
      return slice ? [slice] : wholeWindows.begin(request, list);
    },
    cover: (missing, list) => {
      const slices: Slice[] = [];
      let end = -1;
      for (const offset of missing) {
        const last = slices.at(-1);
        if (last && offset < end) slices[slices.length - 1] = { ...last, limit: offset + 1 - last.offset };
        else {
          slices.push({ offset, limit: 1 });
          end = offset + list.callSize;
        }
      }
      const [first, ...rest] = slices;
      return first ? [withPrevious(first, list), ...rest] : [];
    },
  };
}

/** Reads only the rows of one page. */
const ownRows = neededRows();

/** Strategy for the total of a list: reads one slice. */
export function onlySlice(slice: Slice): Slicing {
  return { begin: () => [slice], cover: () => [] };
}

/**
 * Chooses the strategy for a list that is not cached.
 * @param pages all pages with rows of such lists that the request reads, now or later; undefined if they are not known.
 */
export function slicingOf(
  pages: readonly PageArguments[] | undefined,
  { defaultSize, maximum }: { readonly defaultSize: number; readonly maximum: number },
): Slicing {
  if (!pages) return wholeWindows;
  if (pages.length < 2) return ownRows;
  // Several pages of one list share one call if it holds them all, and whole windows otherwise.
  const isFromStart = pages.every(
    ({ after, last, before }) => after == null && last == null && before == null,
  );
  const reach = Math.max(...pages.map(({ first }) => first ?? defaultSize));
  return isFromStart && reach <= maximum ? neededRows(reach) : wholeWindows;
}

/** Offsets of the rows that an attempt before has needed. */
function againOffsets({ again = [] }: PageRequest): number[] {
  return again.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, index) => start + index));
}

/** Offsets of rows that the page needs, as far as they are known before the total is. */
function certainOffsets(request: PageRequest, list: ListState): number[] {
  const { size, after, before, need } = request;
  const cursors = [after, before].filter((cursor) => cursor !== undefined);
  if (need === 'total') return [cursors[0]?.offset ?? 0];
  if (cursors.length === 0) return [firstOffset(request, list)];
  const certain = cursors.map(({ offset }) => offset);
  const isFirstNeeded = need === 'rows' || (need === 'ends' && request.parts.startCursor);
  const isLastNeeded = need === 'rows' || (need === 'ends' && request.parts.endCursor);
  const isLast = after?.total != null && after.offset + 1 >= after.total;
  if (after && isFirstNeeded && size.from === 'start' && size.count > 0 && !isLast)
    certain.push(after.offset + 1);
  if (before && isLastNeeded && size.from === 'end' && size.count > 0) certain.push(before.offset - 1);
  return certain.filter((offset) => offset >= 0);
}

/**
 * Offsets of all windows that the page is expected to need, if one call can read several: as many as that call can read.
 * Windows after the end of the list cost nothing then, since they are part of that call.
 */
function expectedOffsets(request: PageRequest, list: ListState): number[] {
  const { windowSize, callSize } = list;
  const isOneWindow =
    !request.after && !request.before && request.size.count <= windowSize && request.size.from === 'start';
  if (isOneWindow || request.need !== 'rows' || request.size.count === 0 || callSize < 2 * windowSize)
    return [];
  const range = expectedRange(request, list.likelyTotal);
  if (!range) return [];
  const span = callSize - (callSize % windowSize);
  // The row that a page ends at is read in any case: the call that reads it takes the rows before it along.
  const isEndKnown = request.before !== undefined || (!request.after && list.likelyTotal !== undefined);
  const isFromStart = request.size.from === 'start' || (range.start === 0 && !isEndKnown);
  const start = isFromStart
    ? range.start
    : Math.max(range.start, Math.ceil(range.end / windowSize) * windowSize - span);
  const end = isFromStart ? Math.min(range.end, range.start - (range.start % windowSize) + span) : range.end;
  const offsets: number[] = [];
  for (let offset = start; offset < end; offset += windowSize - (offset % windowSize)) offsets.push(offset);
  return offsets;
}

/** Rows of a page and of its cursors, if no row has come or gone; undefined if that is not known. */
function expectedRange(
  { size: { from, count }, after, before }: PageRequest,
  likelyTotal: number | undefined,
): RowRange | undefined {
  const total = likelyTotal ?? after?.total ?? before?.total ?? undefined;
  const first = after?.offset ?? 0;
  if (from === 'start') {
    const end = Math.min(first + (after ? 1 : 0) + count, before ? before.offset + 1 : Infinity);
    return { start: first, end: total === undefined ? end : Math.min(end, Math.max(total, first + 1)) };
  }
  if (before) return { start: Math.max(first, before.offset - count), end: before.offset + 1 };
  // The list may be no longer than the page.
  if (total === undefined) return after ? undefined : { start: 0, end: count };
  return { start: Math.max(first, total - count), end: total };
}

/** Offset of the row to begin with where there is no cursor. If it is not certain, its window still shows the total. */
function firstOffset({ size, need, parts }: PageRequest, list: ListState): number {
  const isEndOnly = need === 'ends' && !parts.startCursor;
  if (size.from === 'start' && !isEndOnly) return 0;
  const { likelyTotal } = list;
  if (likelyTotal === undefined || likelyTotal === 0) return 0;
  if (size.from === 'start') return Math.min(size.count, likelyTotal) - 1;
  return need === 'rows' || parts.endCursor ? likelyTotal - 1 : Math.max(0, likelyTotal - size.count);
}

/**
 * The aligned window of an offset; if that was read and lacks the row, a window that begins at the row, or at the one before if the
 * aligned window was empty: another request, since the same one is not repeated.
 */
function windowOf(offset: number, list: ListState): Slice {
  const { windowSize: limit } = list;
  const aligned = { offset: offset - (offset % limit), limit };
  if (!list.wasAsked(aligned)) return aligned;
  return { offset: offset === aligned.offset ? Math.max(0, offset - 1) : offset, limit };
}

/**
 * One call for a cursor's row and the page next to it, or the nearest rows of a longer page; undefined if they lie in one
 * window. It reads a few rows more, so that it is still enough if the list has moved a little.
 */
function besideCursor(
  { size, after, before, need }: PageRequest,
  { windowSize, callSize }: ListState,
): Slice | undefined {
  if (need === 'place' || need === 'total') return undefined;
  const range =
    size.from === 'start'
      ? after && !before && { start: after.offset, end: after.offset + 1 + size.count }
      : before && !after && { start: Math.max(0, before.offset - size.count), end: before.offset + 1 };
  if (!range) return undefined;
  const { start, end } = range;
  const isOneWindow = Math.floor(start / windowSize) === Math.floor((end - 1) / windowSize);
  if (isOneWindow) return undefined;
  const rows = end - start;
  // A page that is longer than one call returns continues where this call ends.
  if (rows > callSize) return { offset: after ? start : end - callSize, limit: callSize };
  const limit = Math.max(windowSize, Math.min(callSize, rows + adjacentMarks));
  return { offset: start - Math.min(adjacentMarks, limit - rows, start), limit };
}

/**
 * Extends a slice by preceding rows, as far as there is room: the cursor of its first row contains their marks. The slice is
 * not extended if that was requested before, since the same request is not repeated.
 */
function withPrevious(slice: Slice, list: ListState): Slice {
  const { offset, limit } = slice;
  const previous = Math.min(adjacentMarks, offset, list.callSize - limit);
  const extended = { offset: offset - previous, limit: limit + previous };
  return previous === 0 || list.has(offset - 1) || list.wasAsked(extended) ? slice : extended;
}
