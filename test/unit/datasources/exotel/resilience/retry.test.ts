import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RateLimited } from '../../../../../src/datasources/exotel/resilience/call-refusals.js';
import {
  retriedAfter,
  type RetryOptions,
} from '../../../../../src/datasources/exotel/resilience/call-policy.js';
import {
  type FailureFacts,
  type FailureReason,
  UpstreamFailure,
} from '../../../../../src/domain/upstream-failure.js';
import { pass, startMs } from '../rate-limit/rate-limiter-under-test.js';

beforeEach(() => {
  jest.useFakeTimers({ now: startMs });
});
afterEach(() => {
  jest.useRealTimers();
});

/** Runs the first attempt and its retries, as a call policy does. */
async function retried<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    return retriedAfter(error, attempt, options);
  }
}

/** Fails every attempt with this error; returns the time of each attempt. */
async function triesOf(error: Error, deadlineMs = 60_000, random: () => number = () => 0.5) {
  const at: number[] = [];
  const attempt = (): Promise<never> => {
    at.push(Date.now() - startMs);
    return Promise.reject(error);
  };
  const options = { isWrite: false, deadlineMs: startMs + deadlineMs, waitMs: 0, now: Date.now, random };
  const end = retried(attempt, options).catch((thrown: unknown) => thrown);
  await pass(120_000);
  expect(await end).toBe(error);
  return at;
}
const failure = (reason: FailureReason, facts: FailureFacts = {}) => new UpstreamFailure(reason, facts);

const isRetried: Readonly<Record<FailureReason, boolean>> = {
  unavailable: true, // a reset, a 5xx, a truncated body
  unreachable: true,
  timeout: true,
  rateLimited: true,
  invalidResponse: true, // garbage
  unauthorized: false,
  forbidden: false,
  notFound: false,
  refused: false,
  duplicate: false,
  noRoom: false, // the wait for it has taken as long as an attempt
  tooLarge: false,
};

describe('a read is retried', () => {
  it.each(Object.entries(isRetried) as [FailureReason, boolean][])('after %s: %s', async (reason, again) => {
    expect(await triesOf(failure(reason))).toHaveLength(again ? 3 : 1);
  });

  it('not after a refusal of the rate limiter, which knows when a retry can succeed', async () => {
    expect(await triesOf(new RateLimited(1000))).toEqual([0]);
  });

  it('not after an error of the gateway itself', async () => {
    expect(await triesOf(new TypeError('a bug'))).toEqual([0]);
  });

  it('returns the result of a later attempt', async () => {
    let tries = 0;
    const attempt = (): Promise<string> => {
      tries += 1;
      return tries < 3 ? Promise.reject(failure('timeout')) : Promise.resolve('an answer');
    };
    const options = { isWrite: false, deadlineMs: startMs + 9000, waitMs: 0, now: Date.now, random: () => 1 };
    const end = retried(attempt, options);
    await pass(2000);
    await expect(end).resolves.toBe('an answer');
  });
});

describe('the delay between attempts', () => {
  it.each([
    [0, [0, 0, 0]],
    [0.25, [0, 50, 150]],
    [0.5, [0, 100, 300]],
    [1, [0, 200, 600]],
  ])('has full jitter: with random %f the attempts start at %j ms', async (random, expected) => {
    const at = await triesOf(failure('unavailable'), 60_000, () => random);
    expect(at.map((ms, index) => Math.abs(ms - (expected[index] ?? -99)) <= 2)).toEqual([true, true, true]);
  });

  it('is the Retry-After of the upstream, if given', async () => {
    expect(await triesOf(failure('rateLimited', { retryAfterSeconds: 3 }))).toEqual([0, 3000, 6000]);
  });

  it.each([
    [2, 1000, [0]], // already past the deadline
    [2, 2000, [0]],
    [2, 2500, [0, 2000]],
    [3600, 17_000, [0]],
  ])('of %i s is refused if it passes the deadline of %i ms', async (retryAfterSeconds, deadlineMs, at) => {
    expect(await triesOf(failure('rateLimited', { retryAfterSeconds }), deadlineMs)).toEqual(at);
  });

  it('ends at the deadline after any other failure', async () => {
    expect(await triesOf(failure('timeout'), 250)).toEqual([0, 100]);
  });
});
