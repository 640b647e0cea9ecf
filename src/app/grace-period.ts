/**
 * How the grace period of a stop (SHUTDOWN_GRACE_MS) is divided. Everything ends within it: whatever stops the process
 * kills it soon after.
 */

/** The most that is kept for letting go of the upstream, Redis and traces, once requests were answered or cut off. */
const longestLettingGoMs = 2000;
/** The most that is kept for killing workers that did not stop. */
const longestKillingMs = 500;

/** Milliseconds that requests under way may take to end. */
export function drainMs(graceMs: number): number {
  return graceMs - Math.min(longestLettingGoMs, graceMs / 4);
}

/** Milliseconds that a worker has, of the grace period of its primary process. */
export function workerGraceMs(graceMs: number): number {
  return graceMs - Math.min(longestKillingMs, graceMs / 5);
}

/** Milliseconds after which a worker that has not stopped is killed. */
export function killAfterMs(graceMs: number): number {
  return (workerGraceMs(graceMs) + graceMs) / 2;
}
