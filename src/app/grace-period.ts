/**
 * Division of the grace period of a stop (SHUTDOWN_GRACE_MS). Everything ends within it, since a container engine kills the
 * process soon after.
 */

/** Longest time reserved for closing the upstream, Redis and traces, after the requests have ended. */
const maximumCloseMs = 2000;
/** Longest time reserved for killing workers that do not stop. */
const maximumKillMs = 500;

/** Milliseconds that requests in flight may take to end. */
export function drainMs(graceMs: number): number {
  return graceMs - Math.min(maximumCloseMs, graceMs / 4);
}

/** Grace period of a worker, in milliseconds, within that of its primary process. */
export function workerGraceMs(graceMs: number): number {
  return graceMs - Math.min(maximumKillMs, graceMs / 5);
}

/** Milliseconds after which a worker that has not stopped is killed. */
export function killAfterMs(graceMs: number): number {
  return (workerGraceMs(graceMs) + graceMs) / 2;
}
