/**
 * A clock for ages, in epoch milliseconds. It follows the wall clock forward, also while the machine is suspended, and never goes
 * back. Times that are compared with the outside (expiry of a token, start of a campaign) need the wall clock itself.
 * @param now the wall clock: epoch milliseconds.
 * @param steadyNow a monotonic clock in milliseconds, which may stand still while the machine is suspended.
 */
export function forwardClock(
  now: () => number = () => Date.now(),
  steadyNow: () => number = () => performance.now(),
): () => number {
  let aheadMs = -Infinity;
  return () => {
    const steadyMs = steadyNow();
    aheadMs = Math.max(aheadMs, now() - steadyMs);
    return Math.floor(steadyMs + aheadMs);
  };
}
