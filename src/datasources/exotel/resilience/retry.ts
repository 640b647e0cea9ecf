import { DelegateBackoff, handleWhen, retry, type RetryPolicy } from 'cockatiel';
import { type FailureReason, UpstreamFailure } from '../../../domain/upstream-failure.js';
import { NoPlace } from '../rate-limit/rate-limiter.js';
import { NotSent } from './not-sent.js';

/** What a read may simply be asked again after; API document and developer site: resets, 429, 5xx, HTML. */
const passing: ReadonlySet<FailureReason> = new Set([
  'unavailable',
  'unreachable',
  'timeout',
  'rateLimited',
  'invalidResponse',
]);

/** What a write may be asked again after: the request certainly was not processed. */
const unprocessed: ReadonlySet<FailureReason> = new Set(['unreachable', 'rateLimited']);

const tries = 3;
const firstBackoffMs = 200;

/** What retries depend on. */
export interface RetryOptions {
  /** A write may be repeated only where the upstream did not do it. */
  readonly isWrite: boolean;
  /** Epoch milliseconds: no try begins after it. */
  readonly deadlineMs: number;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/**
 * Goes on after a first try that failed: three tries in all with full jitter, within one deadline. Where the upstream says
 * when to come back, then, unless that is past the deadline: the caller is told instead.
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
  const worthIt = isWrite ? unprocessed : passing;
  const isWorthIt = (error: Error): boolean => {
    if (!(error instanceof UpstreamFailure) || error instanceof NoPlace || !worthIt.has(error.reason))
      return false;
    if (isWrite && (error instanceof NotSent || error.mayHaveBeenProcessed)) return false;
    const told = error.facts.retryAfterSeconds;
    delayMs = told === undefined ? random() * firstBackoffMs * 2 ** failed : told * 1000;
    failed += 1;
    return now() + delayMs < deadlineMs;
  };
  return retry(handleWhen(isWorthIt), {
    maxAttempts: tries - 1,
    backoff: new DelegateBackoff(() => delayMs),
  });
}
