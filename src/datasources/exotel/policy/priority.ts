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
