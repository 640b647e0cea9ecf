/**
 * Priorities of calls, the first one first: writes, reads that a caller waits for, refreshes of entries that are served stale
 * meanwhile, and background calls that nobody asked for.
 */
export const priorities = ['write', 'read', 'refresh', 'background'] as const;
export type Priority = (typeof priorities)[number];

/** Request of a call for a permit of the rate limiter. */
export interface PermitRequest {
  readonly priority: Priority;
  /** Age of the stale entry that is served meanwhile. Within a priority the oldest goes first. */
  readonly staleMs: number;
  /** Longest wait for the permit. */
  readonly waitMs: number;
  /** Called when there is no permit at once. */
  readonly onQueued?: (() => void) | undefined;
}

/** Rank of a waiting call. Its entry ages while it waits, so no call starves. */
export interface Rank {
  readonly priority: Priority;
  /** When the stale entry was fetched; epoch milliseconds. */
  readonly oldSinceMs: number;
}

/** Rank of a request that is made now. */
export function rankOf({ priority, staleMs }: PermitRequest, nowMs: number): Rank {
  return { priority, oldSinceMs: nowMs - staleMs };
}

/** Tells whether the first call goes before the second. */
export function precedes(first: Rank, second: Rank): boolean {
  const [a, b] = [priorities.indexOf(first.priority), priorities.indexOf(second.priority)];
  return a === b ? first.oldSinceMs < second.oldSinceMs : a < b;
}

/** Calls per minute that each priority may use of the limit. */
export interface Shares {
  readonly limit: number;
  /** Reads leave a tenth of the limit to writes: a dashboard must not delay the pausing of a campaign. */
  readonly reads: number;
  /** Background calls use a third of the limit at most. */
  readonly background: number;
}

/** Shares of a limit. A limit of 1 or 2 is too small for a reserve. */
export function sharesOf(limit: number): Shares {
  const reserve = limit > 2 ? Math.ceil(limit / 10) : 0;
  return { limit, reads: limit - reserve, background: Math.max(1, Math.floor(limit / 3)) };
}

/** Calls in the window up to which a call of this priority is sent. */
export function shareOf(shares: Shares, priority: Priority): number {
  return priority === 'write' ? shares.limit : shares.reads;
}

/**
 * Interval in which refreshes use a sixth of the limit at most, once half of the limit is used. In a burst they would use it up,
 * and entries that become stale later could not be refreshed.
 */
export const paceMs = 10_000;
/** An entry that is older takes the next permit, since none should become older than a minute. */
export const urgentAfterMs = 45_000;

/** Tells whether no caller waits for a call of this priority. */
export function isDeferrable(priority: Priority): boolean {
  return priority === 'refresh' || priority === 'background';
}
