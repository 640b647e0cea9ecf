import { type UpstreamFailure } from '../../domain/upstream-failure.js';

/** After the upstream itself ended the exchange, what it still does is done, and listed, in moments. */
const quietMs = 5000;
/** An exchange that we ended, or that nobody saw the end of, may go on: so many of our timeouts from its start. */
const timeoutsUntilSealed = 3;
/** A request may wait so long for its place in the budget, and once more after a refusal, before it is sent. */
const budgetWaitMs = 10_000;

/** When a request that is about to be sent will have been taken, if ever, should nobody see how it ends. */
export function sealedUnseen(nowMs: number, timeoutMs: number): number {
  return nowMs + budgetWaitMs + Math.max(quietMs, timeoutsUntilSealed * timeoutMs);
}

/** Tells whether the upstream itself ended the exchange, by a status that says no or by breaking the connection. */
export function isEndedByUpstream({ reason, facts }: UpstreamFailure): boolean {
  return reason === 'unavailable' && !facts.mayStillRun && !facts.isAccepted;
}

/** When a request whose answer was lost will have been taken, if ever. */
export function sealedAfter(
  failure: UpstreamFailure,
  sentAtMs: number,
  endedAtMs: number,
  timeoutMs: number,
): number {
  const isOver = failure.reason !== 'timeout' && !failure.facts.mayStillRun;
  return (
    endedAtMs + (isOver ? quietMs : Math.max(quietMs, sentAtMs + timeoutsUntilSealed * timeoutMs - endedAtMs))
  );
}
