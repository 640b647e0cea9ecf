import { type CallLog } from './call-log.js';
import { type Rank } from './priority.js';
import { isUnhurried, paceMs, shareOf, sharesOf, urgentAfterMs } from './shares.js';
import { type UpstreamCount } from './upstream-count.js';

/** What says how many calls may be sent. */
export interface Counts {
  readonly log: CallLog;
  readonly upstream: UpstreamCount;
  /** Calls in a minute; Infinity: as many as one likes. */
  readonly limit: number;
  /** How many places of a share one call takes. */
  readonly weightIn: (share: number) => number;
}

/** When to look again at a place that only the answers of calls in flight can give. */
const lookAgainMs = 250;

/** When a claim with so many others ahead of it will have its place, as far as is known. */
export function placeAtMs(
  { log, upstream, limit, weightIn }: Counts,
  { priority, oldSinceMs }: Rank,
  ahead: number,
  nowMs: number,
): number {
  const times = [nowMs];
  const shares = sharesOf(limit);
  const share = shareOf(shares, priority);
  const kept = limit === Infinity ? 0 : limit - share;
  const spare = upstream.left(nowMs) - kept - ahead;
  if (spare <= 0) times.push(upstream.untilMs);
  else if (spare <= log.inFlight) times.push(Math.min(upstream.untilMs, nowMs + lookAgainMs));
  if (limit !== Infinity) {
    const { all, background } = log.count(nowMs);
    times.push(log.whenExpired(all + (ahead + 1) * weightIn(share) - share, nowMs));
    if (isUnhurried(priority) && all >= shares.reads / 2) {
      const evenlyMs = log.whenFewerBegan(Math.ceil(shares.reads / 6), paceMs, nowMs);
      times.push(Math.min(evenlyMs, oldSinceMs + urgentAfterMs));
    }
    if (priority === 'background') {
      const tooMany = background + weightIn(shares.background) - shares.background;
      times.push(log.whenExpired(tooMany, nowMs, 'background'));
    }
  }
  return Math.max(...times);
}
