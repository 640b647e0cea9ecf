import { type PageArguments, type PageLimits } from '../../domain/lists/page.js';
import { allParts, needFor, type PageParts } from '../../domain/lists/page-parts.js';

/** Rows of a window, and rows that one upstream call is known to return: by default a window. */
export interface WindowRows {
  readonly rows: number;
  readonly perCall?: number | undefined;
}

/** The most rows of a page; arguments out of range, which are refused elsewhere, count as the nearest valid ones. */
export function pageRows({ first, last }: PageArguments, { defaultSize, maximum }: PageLimits): number {
  return Math.min(Math.max(first ?? last ?? defaultSize, 0), maximum);
}

/**
 * The most upstream calls for the parts of a page of a list that does not change meanwhile.
 *
 * A page from the start of the list begins at a window. A page with a cursor is adjacent to the cursor's row. A page from
 * the end of the list lies anywhere, and one window is read first to learn the length of the list.
 */
export function pageCalls(
  page: PageArguments,
  limits: PageLimits,
  { rows: windowRows, perCall = windowRows }: WindowRows,
  parts: PageParts = allParts,
): number {
  const rows = pageRows(page, limits);
  const callsOf = (windows: number): number =>
    Math.ceil(windows / Math.max(1, Math.floor(perCall / windowRows)));
  const need = needFor(parts, page, rows);
  if (need === 'nothing') return 0;
  if (need === 'total') return 1;
  const isFromEnd = page.first == null && page.last != null;
  const [near, far] = isFromEnd ? [page.before, page.after] : [page.after, page.before];
  const farCalls = far == null ? 0 : 1;
  if (need === 'place') return farCalls + (near == null ? 0 : 1);
  // The first and the last row alone lie in two windows at most.
  const ends = need === 'rows' ? Infinity : Number(parts.startCursor) + Number(parts.endCursor);
  if (near != null) return Math.min(callsOf(straddled(rows + 1, windowRows)), 1 + ends) + farCalls;
  if (isFromEnd) return 1 + Math.min(callsOf(straddled(rows, windowRows)), ends);
  const fromStart = callsOf(Math.ceil(rows / windowRows));
  if (farCalls > 0) return Math.min(fromStart, ends) + farCalls;
  const behindFirst = need === 'rows' ? Infinity : Number(parts.endCursor);
  return Math.max(1, Math.min(fromStart, 1 + behindFirst));
}

/** The most windows that a number of adjacent rows can touch. */
function straddled(rows: number, windowRows: number): number {
  return rows === 0 ? 0 : Math.ceil((rows - 1) / windowRows) + 1;
}
