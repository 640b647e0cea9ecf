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
  readonly onQueued?: () => void;
}

/** True where the first goes before the second. */
export function goesBefore(first: Claim, second: Claim): boolean {
  const [a, b] = [priorities.indexOf(first.priority), priorities.indexOf(second.priority)];
  return a === b ? first.staleMs > second.staleMs : a < b;
}
