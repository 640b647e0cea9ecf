import { type PageArguments, type PageLimits } from '../../domain/page.js';

/** How many rows a page may have; arguments that are refused elsewhere count as the nearest that are not. */
export function pageRows({ first, last }: PageArguments, { defaultSize, maximum }: PageLimits): number {
  return Math.min(Math.max(first ?? last ?? defaultSize, 0), maximum);
}

/**
 * The most upstream calls that a page takes of a list that does not move while it is read.
 *
 * A page from the start lies in whole windows. Beside a cursor its rows lie in a row with the cursor's own. A page at the
 * other end, or of a list without a cursor that is read from its end, lies anywhere, and one window is read before to
 * know how long the list is.
 */
export function pageCalls(page: PageArguments, limits: PageLimits, windowRows: number): number {
  const rows = pageRows(page, limits);
  const isFromEnd = page.first == null && page.last != null;
  const [near, far] = isFromEnd ? [page.before, page.after] : [page.after, page.before];
  const farCalls = far == null ? 0 : 1;
  if (near != null) return straddled(rows + 1, windowRows) + farCalls;
  if (isFromEnd) return 1 + straddled(rows, windowRows);
  return Math.max(farCalls ? 0 : 1, Math.ceil(rows / windowRows)) + farCalls;
}

/** The most windows that rows lie in which follow each other. */
function straddled(rows: number, windowRows: number): number {
  return rows === 0 ? 0 : Math.ceil((rows - 1) / windowRows) + 1;
}
