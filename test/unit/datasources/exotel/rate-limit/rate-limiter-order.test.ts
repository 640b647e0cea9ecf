import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type RateLimiter } from '../../../../../src/datasources/exotel/rate-limit/rate-limiter.js';
import { type Priority } from '../../../../../src/datasources/exotel/rate-limit/priority-queue.js';
import {
  requestOf,
  minuteMs,
  newRateLimiter,
  pass,
  placesFor,
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

type Asked = readonly [name: string, priority: Priority, staleMs?: number];

/** Acquires permits beyond the limit; resolves to the names in the order of their permits. */
async function orderOf(limiter: RateLimiter, asked: readonly Asked[]): Promise<string[]> {
  const served: string[] = [];
  const all = asked.map(async ([name, priority, staleMs = 0]) => {
    const permit = await limiter.acquire(requestOf(priority, { staleMs, waitMs: 10 * minuteMs }));
    served.push(name);
    await pass(0);
    permit.answered();
  });
  await pass(10 * minuteMs);
  await Promise.all(all);
  return served;
}

describe('the order of waiting calls', () => {
  it('is writes, reads, refreshes, background calls', async () => {
    const limiter = newRateLimiter(1);
    await use(limiter, 1);
    const asked: Asked[] = [
      ['poll', 'background'],
      ['refresh', 'refresh'],
      ['read', 'read'],
      ['write', 'write'],
    ];
    expect(await orderOf(limiter, asked)).toEqual(['write', 'read', 'refresh', 'poll']);
  });

  it('puts the stalest refresh first', async () => {
    const limiter = newRateLimiter(1);
    await use(limiter, 1);
    const asked: Asked[] = [
      ['a minute old', 'refresh', 60_000],
      ['a second old', 'refresh', 1000],
      ['an hour old', 'refresh', 3_600_000],
    ];
    expect(await orderOf(limiter, asked)).toEqual(['an hour old', 'a minute old', 'a second old']);
  });

  it('lets background calls take turns with refreshes by age, and none of them stop a refresh', async () => {
    const limiter = newRateLimiter(1);
    await use(limiter, 1);
    const asked: Asked[] = [
      ['export', 'background', 15_000],
      ['younger', 'refresh', 10_000],
      ['older', 'refresh', 20_000],
    ];
    expect(await orderOf(limiter, asked)).toEqual(['older', 'export', 'younger']);
  });

  it('lets a refresh pass a background call whose share is used up', async () => {
    const limiter = newRateLimiter(30);
    await use(limiter, 10, 'background');
    const order: string[] = [];
    for (const [name, priority, staleMs] of [
      ['export', 'background', 50_000],
      ['refresh', 'refresh', 0],
    ] as const)
      void Promise.resolve(limiter.acquire(requestOf(priority, { staleMs, waitMs: 2 * minuteMs }))).then(
        (permit) => {
          order.push(name);
          permit.answered();
        },
      );
    await pass(1000);
    expect(order).toEqual(['refresh']);
    await pass(minuteMs);
    expect(order).toEqual(['refresh', 'export']);
  });

  it('is first in, first out within a priority', async () => {
    const limiter = newRateLimiter(2);
    await use(limiter, 2);
    const names = ['a', 'b', 'c', 'd', 'e'];
    expect(
      await orderOf(
        limiter,
        names.map((name) => [name, 'read']),
      ),
    ).toEqual(names);
  });

  it('counts the time in the queue as staleness', async () => {
    const limiter = newRateLimiter(1);
    await use(limiter, 1);
    const order: string[] = [];
    const acquire = (name: string, staleMs: number) =>
      void Promise.resolve(limiter.acquire(requestOf('refresh', { staleMs, waitMs: 10 * minuteMs }))).then(
        (permit) => {
          order.push(name);
          permit.answered();
        },
      );
    acquire('waits long', 5000);
    await pass(30_000);
    acquire('a little staler', 6000);
    await pass(3 * minuteMs);
    expect(order).toEqual(['waits long', 'a little staler']);
  });

  it('gives a free permit to a queued call before a new one', async () => {
    const limiter = newRateLimiter(1);
    await use(limiter, 1);
    const waiting = limiter.acquire(requestOf('read', { waitMs: 2 * minuteMs }));
    await pass(minuteMs / 2);
    expect(typeof (await tried(limiter, requestOf('read', { waitMs: minuteMs / 2 + 100 })))).toBe('number');
    await pass(minuteMs / 2 + 100);
    await expect(waiting).resolves.toBeDefined();
  });
});

describe('part of the limit is reserved', () => {
  it.each([
    // limit, reads, background
    [1, 1, 1],
    [2, 2, 1],
    [3, 2, 1],
    [10, 9, 3],
    [30, 27, 10],
    [31, 27, 10],
  ])('of %i calls, reads may use %i and background calls %i', async (limit, reads, background) => {
    const limiter = newRateLimiter(limit);
    expect(await placesFor(limiter, 'write')).toBe(limit);
    expect(await placesFor(limiter, 'read')).toBe(reads);
    expect(await placesFor(limiter, 'refresh')).toBe(Math.ceil(reads / 2));
    expect(await placesFor(limiter, 'background')).toBe(background);
  });

  it('spreads refreshes once half of the limit is used: a sixth of it in any 10 seconds', async () => {
    const limiter = newRateLimiter(30);
    await use(limiter, 14, 'read');
    const granted: number[] = [];
    for (let index = 0; index < 13; index += 1)
      void Promise.resolve(limiter.acquire(requestOf('refresh', { waitMs: minuteMs }))).then((permit) => {
        granted.push(Date.now());
        permit.answered();
      });
    const begin = Date.now();
    for (let second = 0; second < 40; second += 1) await pass(1000);
    const within = (from: number) =>
      granted.filter((at) => at - begin >= from && at - begin < from + 10_000).length;
    expect([0, 10_000, 20_000, 30_000].map(within)).toEqual([0, 5, 5, 3]);
  });

  it('writes are sent at once after reads have used their share', async () => {
    const limiter = newRateLimiter(30);
    await use(limiter, 27, 'read');
    expect(await tried(limiter, requestOf('read'))).toBe(60);
    expect(await placesFor(limiter, 'write')).toBe(3);
  });

  it('reads are refused after writes have used all calls but one', async () => {
    const limiter = newRateLimiter(30);
    await use(limiter, 29, 'write');
    expect(await placesFor(limiter, 'read')).toBe(0);
    expect(await placesFor(limiter, 'write')).toBe(1);
  });
});
