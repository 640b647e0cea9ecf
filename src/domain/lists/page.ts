import { InputError } from '../errors.js';
import { maximumCursorLength } from '../rules/draft.js';
import { UpstreamFailure } from '../upstream-failure.js';

/** Relay's connection arguments. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/** Default and maximum size of a page. */
export interface PageLimits {
  readonly defaultSize: number;
  readonly maximum: number;
}

/** At most 200 campaigns a page: four windows of the upstream. The default is the upstream's own. */
export const campaignPageLimits: PageLimits = { defaultSize: 20, maximum: 200 };
/** At most 500 messages a page: ten windows of the upstream. */
export const messagePageLimits: PageLimits = { defaultSize: 20, maximum: 500 };

/** A range of rows; `start` is inclusive, `end` exclusive. */
export interface RowRange {
  readonly start: number;
  readonly end: number;
}

/** Validated size of a page, from the start or the end of the list. */
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
 * Validates `first` and `last`.
 * @throws InputError for both at once, or for a negative or too large number.
 */
export function pageSizeOf({ first, last }: PageArguments, limits: PageLimits): PageSize {
  if (first != null && last != null) throw new InputError('last', 'cannot be used together with "first".');
  if (last != null) return { from: 'end', count: checkCount('last', last, limits.maximum) };
  return { from: 'start', count: checkCount('first', first ?? limits.defaultSize, limits.maximum) };
}

/**
 * Checks the lengths of `after` and `before` before they are parsed.
 * @throws InputError for text that is longer than any cursor.
 */
export function checkCursorLengths(page: PageArguments): void {
  for (const argument of ['after', 'before'] as const)
    if ((page[argument]?.length ?? 0) > maximumCursorLength)
      throw new InputError(argument, 'is not a cursor of this API.');
}

/** Cuts a page out of the rows between `after` and `before` (Relay: "EdgesToReturn"). */
export function cutPage({ start, end }: RowRange, size: PageSize): RowRange {
  const stop = Math.max(start, end);
  if (size.from === 'start') return { start, end: Math.min(stop, start + size.count) };
  return { start: Math.max(start, stop - size.count), end: stop };
}

/** Object with a sid, as all rows of lists are. */
export interface Identified {
  readonly sid: string;
}

/** A row, or the error for a row that could not be read. */
export type Row<T> = T | UpstreamFailure;

/** Result of a list read: a window of rows, and the total number of rows. */
export interface Window<T> {
  readonly offset: number;
  /** The upstream's maximum of rows for this request. */
  readonly limit: number;
  readonly total: number;
  readonly rows: readonly Row<T>[];
  /** Whether the response proves that no row follows: it has fewer rows than it may, and its total agrees. */
  readonly isLast?: boolean;
  /** True if the response also states a limit that it does not reach. */
  readonly statesLimit?: boolean;
  /** Time of the response by the upstream's clock (`Date`), in epoch milliseconds. */
  readonly answeredAtMs?: number | undefined;
}

/** Offset and number of rows of a list. */
export interface Slice {
  readonly offset: number;
  readonly limit: number;
}

/** A larger page was refused or cut off: these of its rows must be read again, in smaller pages. It reaches no client. */
export class UnreadPart extends Error {
  override readonly name = 'UnreadPart';

  /** @param isRefused true if there is no larger page at all; false if it lacks these rows. */
  constructor(readonly isRefused: boolean) {
    super();
  }
}

/** The row if it could be read, else undefined. */
export function readable<T>(row: Row<T> | undefined): T | undefined {
  return row instanceof Error ? undefined : row;
}

/** The sid of a row, also of one that could not be read; undefined if the upstream gave none. */
export function sidOf(row: Row<Identified> | undefined): string | undefined {
  return row instanceof UpstreamFailure ? row.facts.sid : row?.sid;
}
