import { DelegateBackoff, handleWhen, retry, type RetryPolicy } from 'cockatiel';
import { type OnQueued } from '../../../domain/queued-call.js';
import { type CallOrigin } from '../../../domain/requests/request-trace.js';
import {
  failedBecause,
  passingFailures,
  unprocessedFailures,
  UpstreamFailure,
} from '../../../domain/upstream-failure.js';
import { callerWaitMs, isDeferrable, type Permit, type Priority } from '../rate-limit/priority-queue.js';
import { type RateLimiter } from '../rate-limit/rate-limiter.js';
import { type RateHeaders } from '../rate-limit/upstream-quota.js';
import { Bulkhead, maximumReads, maximumWrites } from './bulkhead.js';
import { CircuitBreaker, type BreakerState } from './circuit-breaker.js';
import { NotSent, RateLimited } from './call-refusals.js';

/** Options of a call. */
export interface CallOptions {
  readonly priority: Priority;
  /** Age of the stale entry that is served meanwhile. */
  readonly staleMs?: number;
  /** Called when the call has to wait for a permit of the rate limiter. */
  readonly onQueued?: OnQueued;
  /** The request on whose behalf the call is made. It counts every request that is sent, retries included. */
  readonly origin?: CallOrigin;
  /** Called before each request is sent. Where it throws, the request is not sent. */
  readonly beforeSent?: () => void;
  /** True for a call that is not retried. */
  readonly isOnlyAttempt?: boolean;
}

/** Report of an attempt. */
export interface AttemptReport {
  /** Rate limit headers of the response. */
  headers: RateHeaders | undefined;
}

/** Sends a request once, and fills in the report. */
export type Attempt<T> = (report: AttemptReport, timeoutMs: number) => Promise<T>;

/** Sends requests. */
export type SendPolicy = Pick<CallPolicy, 'once' | 'retried'>;

interface CallPolicyOptions {
  readonly rateLimiter: RateLimiter;
  /** Timeout of an attempt. */
  readonly timeoutMs: number;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  readonly random: () => number;
}

/** Longest wait of a refresh, whose stale entry is served meanwhile. */
const refreshWaitMs = 60_000;

/** Pause after a 429 without a `Retry-After`. */
const unnamedPauseSeconds = 2;

const maximumAttempts = 3;
const firstBackoffMs = 200;

/** Limits of the attempts of one call. */
interface AttemptLimits {
  /** A write is retried only where the upstream certainly did not do it. */
  readonly isWrite: boolean;
  /** Longest wait for a permit. */
  readonly waitMs: number;
  /** No attempt begins after it; milliseconds of the policy's clock. */
  readonly deadlineMs: number;
  /** No attempt continues after it. */
  readonly untilMs: number;
}

/** Sends every request through the rate limiter, a bulkhead and the circuit breaker, and retries reads within one deadline. */
export class CallPolicy {
  readonly #options: CallPolicyOptions;
  readonly #breaker: CircuitBreaker;
  /** Writes have a bulkhead of their own, so they don't wait behind reads. */
  readonly #bulkheads = { read: new Bulkhead(maximumReads), write: new Bulkhead(maximumWrites) };

  constructor(options: CallPolicyOptions) {
    this.#options = options;
    this.#breaker = new CircuitBreaker(options.now);
  }

  /** State of the circuit breaker. */
  get breakerState(): BreakerState {
    return this.#breaker.state;
  }

  /** Sends a write. It is retried only where it certainly was not processed, within the longest wait for a permit. */
  once<T>(options: CallOptions, send: Attempt<T>): Promise<T> {
    const deadlineMs = this.#options.now() + callerWaitMs;
    return this.#send(options, send, { isWrite: true, waitMs: callerWaitMs, deadlineMs, untilMs: Infinity });
  }

  /** Sends a read up to three times within one deadline: one and a half timeouts and two seconds. */
  retried<T>(options: CallOptions, send: Attempt<T>): Promise<T> {
    const { now, timeoutMs } = this.#options;
    const canWait = isDeferrable(options.priority);
    const waitMs = canWait ? refreshWaitMs : callerWaitMs;
    const deadlineMs = now() + timeoutMs * 1.5 + 2000 + (canWait ? refreshWaitMs : 0);
    return this.#send(options, send, { isWrite: false, waitMs, deadlineMs, untilMs: deadlineMs });
  }

  /** Makes one attempt. Most calls need one only, so retries are set up after a failure. */
  async #send<T>(options: CallOptions, send: Attempt<T>, limits: AttemptLimits, isFirst = true): Promise<T> {
    const { rateLimiter, now, timeoutMs } = this.#options;
    const { priority, staleMs = 0, onQueued } = options;
    const bulkhead = this.#bulkheads[priority === 'write' ? 'write' : 'read'];
    const report: AttemptReport = { headers: undefined };
    const leftMs = Math.max(1, limits.untilMs - now());
    let permit: Permit | undefined;
    try {
      // The permit comes first: a probe of the breaker that waited for one would delay all calls behind it.
      const waitMs = Math.min(limits.waitMs, leftMs);
      const pending = rateLimiter.acquire({ priority, staleMs, waitMs, onQueued });
      permit = pending instanceof Promise ? await pending : pending;
      // The bulkhead comes before the breaker: a full bulkhead does not mean that the upstream is down.
      const turn = bulkhead.enter();
      if (turn) await turn;
      let value: T;
      try {
        value = await this.#sendOne(options, send, report, Math.min(timeoutMs, leftMs));
      } finally {
        bulkhead.leave();
      }
      permit.answered(report.headers);
      return value;
    } catch (error) {
      if (permit) this.#settle(permit, error, report); // without a permit the rate limiter refused
      if (!isFirst || options.isOnlyAttempt) throw error;
      const again = (): Promise<T> => this.#send(options, send, limits, false);
      return retriedAfter(error, again, { ...this.#options, ...limits });
    }
  }

  /** Settles the permit of a failed attempt, and pauses all calls after a 429, which applies to the whole account. */
  #settle(permit: Permit, error: unknown, report: AttemptReport): void {
    const { rateLimiter, now } = this.#options;
    if (failedBecause(error, 'rateLimited'))
      rateLimiter.pause(now() + (error.facts.retryAfterSeconds ?? unnamedPauseSeconds) * 1000);
    if (error instanceof NotSent) permit.unused();
    else permit.answered(report.headers);
  }

  #sendOne<T>(options: CallOptions, send: Attempt<T>, report: AttemptReport, timeoutMs: number): Promise<T> {
    return this.#breaker.run(() => {
      options.beforeSent?.();
      if (options.origin) options.origin.calls += 1;
      return send(report, timeoutMs);
    });
  }
}

/** Limits, clock and random numbers of retries. */
export type RetryOptions = Pick<AttemptLimits, 'isWrite' | 'deadlineMs' | 'waitMs'> &
  Pick<CallPolicyOptions, 'now' | 'random'>;

/**
 * Retries after a failed first attempt: three attempts in all, with full jitter, within one deadline. A `Retry-After` replaces
 * the jitter; if it ends after the deadline, the call fails. After a 429 the rate limiter is paused for as long: a call that may
 * wait so long for a permit waits in its queue, where a caller can raise it.
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

function retriesOf({ isWrite, deadlineMs, waitMs, now, random }: RetryOptions): RetryPolicy {
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
    const isInTime = now() + delayMs < deadlineMs;
    if (error.reason === 'rateLimited' && delayMs <= waitMs) delayMs = 0;
    return isInTime;
  };
  return retry(handleWhen(isWorthIt), {
    maxAttempts: maximumAttempts - 1,
    backoff: new DelegateBackoff(() => delayMs),
  });
}
