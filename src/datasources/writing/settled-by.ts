import { type UpstreamFailure } from '../../domain/upstream-failure.js';

/** After the upstream itself ended the exchange, it processes and lists in moments whatever it still processes. */
const quietMs = 5000;
/** An exchange that we ended, or whose end nobody saw, may go on: for so many of our timeouts from its start. */
const timeoutsUntilSettled = 3;
/** A request may wait so long for its place in the budget, and once more after a refusal, before it is sent. */
const budgetWaitMs = 10_000;

/** The time by which a request that is about to be sent is processed, if ever, should nobody see its end. */
export function settledByUnseen(nowMs: number, timeoutMs: number): number {
  return nowMs + budgetWaitMs + Math.max(quietMs, timeoutsUntilSettled * timeoutMs);
}

/** Tells whether the upstream itself ended the exchange, by a status that says no or by breaking the connection. */
export function isEndedByUpstream({ reason, facts }: UpstreamFailure): boolean {
  if (reason === 'invalidResponse') return facts.isRefused === true;
  return reason === 'unavailable' && !facts.mayStillRun && !facts.isAccepted;
}

/** The time by which a request whose answer was lost is processed, if ever. */
export function settledByAfter(
  failure: UpstreamFailure,
  sentAtMs: number,
  endedAtMs: number,
  timeoutMs: number,
): number {
  const isOver = failure.reason !== 'timeout' && !failure.facts.mayStillRun;
  const quietUntilMs = endedAtMs + quietMs;
  return isOver ? quietUntilMs : Math.max(quietUntilMs, sentAtMs + timeoutsUntilSettled * timeoutMs);
}
