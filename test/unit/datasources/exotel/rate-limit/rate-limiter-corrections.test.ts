import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Permit } from '../../../../../src/datasources/exotel/rate-limit/priority-queue.js';
import {
  requestOf,
  minuteMs,
  newRateLimiter,
  pass,
  placesFor,
  rate,
  startMs,
  tried,
  use,
} from './rate-limiter-under-test.js';

beforeEach(() => {
  jest.useFakeTimers({ now: startMs });
});
afterEach(() => {
  jest.useRealTimers();
});

const resetAtMs = startMs + 40_000;

async function send(limiter: ReturnType<typeof newRateLimiter>, count: number): Promise<Permit[]> {
  return Promise.all(Array.from({ length: count }, async () => limiter.acquire(requestOf('read'))));
}

describe('the rate limiter is corrected by the rate limit headers', () => {
  it('with fewer remaining calls than counted, it sends nothing until the reset, reserved calls included', async () => {
    const limiter = newRateLimiter(30);
    (await limiter.acquire(requestOf('read'))).answered(rate({ remaining: 5, resetAtMs }));
    expect(limiter.left).toBe(5);
    expect(await placesFor(limiter, 'write')).toBe(5);
    expect(await placesFor(limiter, 'read')).toBe(2);
    await pass(40_000);
    expect(await placesFor(limiter, 'read')).toBe(26);
  });

  it('with no remaining calls, it sends nothing before the reset', async () => {
    const limiter = newRateLimiter(30);
    (await limiter.acquire(requestOf('read'))).answered(rate({ remaining: 0, resetAtMs }));
    expect(await tried(limiter, requestOf('write', { waitMs: 5000 }))).toBe(40);
    await pass(39_999);
    expect(await tried(limiter, requestOf('write'))).toBe(1);
    await pass(1);
    expect(await placesFor(limiter, 'write')).toBe(29);
  });

  it('with more remaining calls than counted, its own count applies', async () => {
    const limiter = newRateLimiter(3);
    await use(limiter, 2);
    (await limiter.acquire(requestOf('write'))).answered(rate({ remaining: 500, resetAtMs }));
    expect(limiter.left).toBe(0);
  });

  it('from responses of one minute in any order, the smallest remainder applies', async () => {
    const limiter = newRateLimiter(30);
    const [first, second, third] = await send(limiter, 3);
    third?.answered(rate({ remaining: 6, resetAtMs }));
    first?.answered(rate({ remaining: 8, resetAtMs }));
    second?.answered(rate({ remaining: 7, resetAtMs }));
    expect(limiter.left).toBe(6);
  });

  it('calls that the upstream has counted are not subtracted twice', async () => {
    const limiter = newRateLimiter(30);
    const permits = await send(limiter, 15);
    permits.reverse().forEach((permit, index) => {
      permit.answered(rate({ remaining: 15 + index, resetAtMs }));
    });
    expect(limiter.left).toBe(15);
    expect(await placesFor(limiter, 'read')).toBe(12);
  });

  it('calls in flight, which may not be counted yet, leave no permits before their responses', async () => {
    const limiter = newRateLimiter(30);
    const [first, ...others] = await send(limiter, 5);
    first?.answered(rate({ remaining: 4, resetAtMs }));
    expect(await tried(limiter, requestOf('write'))).toBe(1); // and not 40: their responses will correct it
    for (const other of others) other.answered(rate({ remaining: 4, resetAtMs }));
    expect(await placesFor(limiter, 'write')).toBe(4);
  });

  it('a call without a response may have been counted', async () => {
    const limiter = newRateLimiter(30);
    const [first, second] = await send(limiter, 2);
    first?.answered(rate({ remaining: 4, resetAtMs }));
    second?.answered();
    expect(limiter.left).toBe(3);
  });

  it('a call that was not sent has not been counted', async () => {
    const limiter = newRateLimiter(30);
    const [first, second] = await send(limiter, 2);
    first?.answered(rate({ remaining: 4, resetAtMs }));
    second?.unused();
    expect(limiter.left).toBe(4);
  });

  it('a late response of the previous minute changes nothing', async () => {
    const limiter = newRateLimiter(30);
    const [late, first] = await send(limiter, 2);
    await pass(40_000);
    first?.answered(rate({ remaining: 3, resetAtMs: resetAtMs + minuteMs }));
    late?.answered(rate({ remaining: 25, resetAtMs }));
    expect(limiter.left).toBe(3);
  });

  it('with a reset in the far future or none, it waits a minute at most', async () => {
    for (const received of [startMs + 3_600_000, undefined]) {
      jest.setSystemTime(startMs);
      const limiter = newRateLimiter(30);
      (await limiter.acquire(requestOf('read'))).answered(rate({ remaining: 0, resetAtMs: received }));
      expect(await tried(limiter, requestOf('read'))).toBe(60);
      await pass(minuteMs);
      expect(await placesFor(limiter, 'read')).toBe(27);
    }
  });

  it.each([
    [10, 10],
    [100, 30],
    [0, 30],
  ])('with a limit of %i instead of 30, it allows %i', async (received, holds) => {
    const limiter = newRateLimiter(30);
    (await limiter.acquire(requestOf('read'))).answered(rate({ limit: received }));
    await pass(minuteMs);
    expect(await placesFor(limiter, 'write')).toBe(holds);
  });
});

describe('a pause demanded by the upstream', () => {
  it.each([0, 30])('applies to all calls, also with a limit of %i', async (limit) => {
    const limiter = newRateLimiter(limit);
    limiter.pause(startMs + 7000);
    limiter.pause(startMs + 1000); // a shorter pause does not shorten the current one
    expect(limiter.left).toBe(0);
    expect(await tried(limiter, requestOf('write', { waitMs: 5000 }))).toBe(7);
    const waiting = limiter.acquire(requestOf('read', { waitMs: 8000 }));
    await pass(7100);
    await expect(waiting).resolves.toBeDefined();
  });

  it('of years makes queued calls time out, without a busy loop', async () => {
    const limiter = newRateLimiter(1);
    await use(limiter, 1);
    const waiting = tried(limiter, requestOf('read', { waitMs: minuteMs }));
    limiter.pause(startMs + 1e12);
    await pass(minuteMs + 100);
    expect(await waiting).toBe(1e9 - 60);
    expect(jest.getTimerCount()).toBeLessThanOrEqual(1);
    limiter.close();
    expect(jest.getTimerCount()).toBe(0);
  });
});
