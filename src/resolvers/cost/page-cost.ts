import { type PageArguments, type PageLimits } from '../../domain/page.js';

/** How many rows a page may have, for the arguments as they are; what can't be is refused elsewhere. */
export function pageRows({ first, last }: PageArguments, { defaultSize, maximum }: PageLimits): number {
  return Math.min(Math.max(first ?? last ?? defaultSize, 0), maximum);
}

/**
 * The most windows that a page may need.
 *
 * Rows from the start lie in whole windows; rows from anywhere else may straddle one more. A cursor's own row is
 * one row more to read, and a page from the end must first read how long the list is. That a list moved between
 * two pages costs a few calls more, drawn from the budget as they come: how many is not known before.
 */
export function pageCalls(page: PageArguments, limits: PageLimits, windowRows: number): number {
  const rows = pageRows(page, limits);
  const cursors = [page.after, page.before].filter((cursor) => cursor != null).length;
  if (cursors > 0) return Math.ceil((rows + 1) / windowRows) + cursors;
  const windows = Math.max(1, Math.ceil(rows / windowRows));
  return page.last == null ? windows : windows + 2;
}
