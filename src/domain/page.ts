import { InputError } from './errors.js';
import { maximumCursorLength } from './rules/draft.js';
import { type UpstreamFailure } from './upstream-failure.js';

/** What a client says about the page it wants; Relay's connection arguments. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/** How many rows of a connection may be asked for at once, and how many are given when nothing is said. */
export interface PageLimits {
  readonly defaultSize: number;
  readonly maximum: number;
}

/** 200 campaigns a page: four windows of the upstream; the default is the upstream's own. */
export const campaignPageLimits: PageLimits = { defaultSize: 20, maximum: 200 };
/** 500 messages a page: ten windows of the upstream. */
export const messagePageLimits: PageLimits = { defaultSize: 20, maximum: 500 };

/** A half-open range of rows, `start` included, `end` not. */
export interface RowRange {
  readonly start: number;
  readonly end: number;
}

/** A checked page size: from which end, and how many. */
export interface PageSize {
  readonly from: 'start' | 'end';
  readonly count: number;
}

function checkCount(name: 'first' | 'last', count: number, maximum: number): number {
  if (count < 0) throw new InputError(name, `must not be negative; it was ${count}.`);
  if (count > maximum) throw new InputError(name, `must be at most ${maximum}; it was ${count}.`);
  return count;
}

/**
 * Checks `first` and `last` before any call is spent.
 * @throws InputError for both at once, a negative or a too large one.
 */
export function pageSizeOf({ first, last }: PageArguments, limits: PageLimits): PageSize {
  if (first != null && last != null) throw new InputError('last', 'cannot be used together with "first".');
  if (last != null) return { from: 'end', count: checkCount('last', last, limits.maximum) };
  return { from: 'start', count: checkCount('first', first ?? limits.defaultSize, limits.maximum) };
}

/**
 * Checks the length of `after` and `before` before anything is made of them.
 * @throws InputError for text that is far longer than any cursor.
 */
export function checkCursorLengths(page: PageArguments): void {
  for (const argument of ['after', 'before'] as const)
    if ((page[argument]?.length ?? 0) > maximumCursorLength)
      throw new InputError(argument, 'is not a cursor of this API.');
}

/** The rows of the page within the rows that `after` and `before` leave; Relay's "EdgesToReturn". */
export function cutPage({ start, end }: RowRange, size: PageSize): RowRange {
  const stop = Math.max(start, end);
  if (size.from === 'start') return { start, end: Math.min(stop, start + size.count) };
  return { start: Math.max(start, stop - size.count), end: stop };
}

/** A row as read, or why this one could not be: its neighbours are readable all the same. */
export type Row<T> = T | UpstreamFailure;

/** What a list read answers: a window of rows, and how many there are in all. */
export interface Window<T> {
  readonly offset: number;
  /** How many rows the upstream gives at most in one answer to such a request. */
  readonly limit: number;
  readonly total: number;
  readonly rows: readonly Row<T>[];
  /** When the upstream answered, by its own clock (`Date`); epoch milliseconds. */
  readonly answeredAtMs?: number | undefined;
}

/** Which rows of a list. */
export interface Slice {
  readonly offset: number;
  readonly limit: number;
}

/** The row, where it could be read. */
export function readable<T>(row: Row<T> | undefined): T | undefined {
  return row instanceof Error ? undefined : row;
}
