/**
 * Who goes first when calls are scarce: a write before a read that somebody waits for, that before a refresh of
 * what an old answer stands in for, that before what nobody asked for.
 */
export const priorities = ['write', 'read', 'refresh', 'background'] as const;
export type Priority = (typeof priorities)[number];

/** How a call asks for its place in the budget. */
export interface Claim {
  readonly priority: Priority;
  /** How old the answer is that stands in meanwhile; the oldest of a priority goes first. */
  readonly staleMs: number;
  /** How long the call may wait for its place. */
  readonly waitMs: number;
  /** Told when there is no place at once. */
  readonly onQueued?: (() => void) | undefined;
}

/** A claim's rank among others: what it grows while it waits counts too, so that nobody starves. */
export interface Rank {
  readonly priority: Priority;
  /** Since when the answer that it asks for is what it is; epoch milliseconds. */
  readonly oldSinceMs: number;
}

/** The rank of a claim that is made now. */
export function rankOf({ priority, staleMs }: Claim, nowMs: number): Rank {
  return { priority, oldSinceMs: nowMs - staleMs };
}

/** True where the first goes before the second. */
export function goesBefore(first: Rank, second: Rank): boolean {
  const [a, b] = [priorities.indexOf(first.priority), priorities.indexOf(second.priority)];
  return a === b ? first.oldSinceMs < second.oldSinceMs : a < b;
}

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
