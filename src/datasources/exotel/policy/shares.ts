import { type Priority } from './priority.js';

/** How many calls of a minute each priority may use of a limit. */
export interface Shares {
  readonly limit: number;
  /** Reads leave a tenth for writes: a dashboard must not keep somebody from pausing a campaign. */
  readonly reads: number;
  /** What nobody asked for has a third at most. */
  readonly background: number;
}

/** The shares of a limit; a limit of 1 or 2 is too small to keep anything back. */
export function sharesOf(limit: number): Shares {
  const reserve = limit > 2 ? Math.ceil(limit / 10) : 0;
  return { limit, reads: limit - reserve, background: Math.max(1, Math.floor(limit / 3)) };
}

/** How many calls may count for one of this priority to be sent. */
export function shareOf(shares: Shares, priority: Priority): number {
  return priority === 'write' ? shares.limit : shares.reads;
}

/**
 * Once half of a minute is used, refreshes come evenly: a sixth of it in any 10 seconds. Spent in a burst, the
 * minute would end with nothing left for what grows old meanwhile.
 */
export const paceMs = 10_000;
/** What is older than this takes the next place there is: nothing should grow older than a minute. */
export const urgentAfterMs = 45_000;

/** True for a call that an old answer stands in for, or that nobody asked for. */
export function isUnhurried(priority: Priority): boolean {
  return priority === 'refresh' || priority === 'background';
}
