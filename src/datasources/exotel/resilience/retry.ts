import { DelegateBackoff, handleWhen, retry, type RetryPolicy } from 'cockatiel';
import { passingFailures, unprocessedFailures, UpstreamFailure } from '../../../domain/upstream-failure.js';
import { NotSent, RateLimited } from './not-sent.js';

const maximumAttempts = 3;
const firstBackoffMs = 200;

/** Options of retries. */
export interface RetryOptions {
  /** A write is retried only where the upstream certainly did not do it. */
  readonly isWrite: boolean;
  /** No attempt begins after it; epoch milliseconds. */
  readonly deadlineMs: number;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/**
 * Retries after a failed first attempt: three attempts in all, with full jitter, within one deadline. A delay that the upstream
 * asks for is used, unless it ends after the deadline; then the call fails.
 */
export function retriedAfter<T>(
  error: unknown,
  attempt: () => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  let isFirst = true;
  return retriesOf(options).execute(() => {
    if (!isFirst) return attempt();
    isFirst = false;
    throw error;
  });
}

function retriesOf({ isWrite, deadlineMs, now, random }: RetryOptions): RetryPolicy {
  let delayMs = 0;
  let failed = 0;
  const worthIt = isWrite ? unprocessedFailures : passingFailures;
  const isWorthIt = (error: Error): boolean => {
    if (!(error instanceof UpstreamFailure) || error instanceof RateLimited || !worthIt.has(error.reason))
      return false;
    if (isWrite && (error instanceof NotSent || error.mayHaveBeenProcessed)) return false;
    const { retryAfterSeconds } = error.facts;
    delayMs =
      retryAfterSeconds === undefined ? random() * firstBackoffMs * 2 ** failed : retryAfterSeconds * 1000;
    failed += 1;
    return now() + delayMs < deadlineMs;
  };
  return retry(handleWhen(isWorthIt), {
    maxAttempts: maximumAttempts - 1,
    backoff: new DelegateBackoff(() => delayMs),
  });
}
