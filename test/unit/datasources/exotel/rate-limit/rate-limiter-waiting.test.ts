import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RateLimited } from '../../../../../src/datasources/exotel/resilience/call-refusals.js';
import { UpstreamFailure } from '../../../../../src/domain/upstream-failure.js';
import { requestOf, minuteMs, newRateLimiter, pass, startMs, tried, use } from './rate-limiter-under-test.js';

beforeEach(() => {
  jest.useFakeTimers({ now: startMs });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a call whose wait exceeds its maximum', () => {
  it.each([
    [0, 60],
    [1, 60],
    [1000, 59],
    [54_999, 6],
  ])('is refused at once %i ms after the limit was reached: retry after %i s', async (laterMs, seconds) => {
    const limiter = newRateLimiter(2);
    await use(limiter, 2);
    await pass(laterMs);
    const refused = limiter.acquire(requestOf('read', { waitMs: 5000 }));
    await expect(refused).rejects.toBeInstanceOf(RateLimited);
    await expect(refused).rejects.toMatchObject({
      reason: 'rateLimited',
      facts: { retryAfterSeconds: seconds },
    });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('has a retry delay that includes the calls ahead in the queue', async () => {
    const limiter = newRateLimiter(2);
    await use(limiter, 1);
    await pass(10_000);
    await use(limiter, 1);
    void limiter.acquire(requestOf('read', { waitMs: minuteMs }));
    expect(await tried(limiter, requestOf('read'))).toBe(60);
    expect(await tried(limiter, requestOf('write'))).toBe(50); // goes before the queued read
  });
});

describe('a call whose wait is within its maximum', () => {
  it('is queued, and calls its callback once', async () => {
    const limiter = newRateLimiter(1);
    await use(limiter, 1);
    await pass(minuteMs - 4000);
    const onQueued = jest.fn();
    const waiting = limiter.acquire(requestOf('read', { waitMs: 5000, onQueued }));
    expect(onQueued).toHaveBeenCalledTimes(1);
    await pass(4100);
    await expect(waiting).resolves.toBeDefined();
    expect(onQueued).toHaveBeenCalledTimes(1);
  });

  it('is not queued if a permit is free', async () => {
    const onQueued = jest.fn();
    await newRateLimiter(1).acquire(requestOf('read', { waitMs: 5000, onQueued }));
    expect(onQueued).not.toHaveBeenCalled();
  });

  it('times out in the queue if other calls go first', async () => {
    const limiter = newRateLimiter(1);
    await use(limiter, 1);
    await pass(minuteMs - 1000);
    const read = tried(limiter, requestOf('read', { waitMs: 5000 }));
    const write = limiter.acquire(requestOf('write', { waitMs: 5000 }));
    await pass(5000);
    (await write).answered();
    expect(await read).toBe(60);
    await pass(minuteMs);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('gets the permit of a call that was not sent', async () => {
    const limiter = newRateLimiter(1);
    const first = await limiter.acquire(requestOf('read'));
    const waiting = limiter.acquire(requestOf('read', { waitMs: minuteMs }));
    first.unused();
    await expect(waiting).resolves.toBeDefined();
  });
});

describe('closing the rate limiter', () => {
  it('refuses queued and later calls, and leaves no timer', async () => {
    const limiter = newRateLimiter(1);
    await use(limiter, 1);
    const waiting = [1, 2, 3].map(() => limiter.acquire(requestOf('read', { waitMs: 2 * minuteMs })));
    const ends = Promise.allSettled([...waiting]);
    limiter.close();
    for (const end of await ends) expect(end).toMatchObject({ reason: { reason: 'unreachable' } });
    await expect(limiter.acquire(requestOf('read', { waitMs: minuteMs }))).rejects.toBeInstanceOf(
      UpstreamFailure,
    );
    expect(jest.getTimerCount()).toBe(0);
  });
});
