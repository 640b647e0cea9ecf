import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type RateLimiter } from '../../../../../src/datasources/exotel/rate-limit/rate-limiter.js';
import { type Priority } from '../../../../../src/datasources/exotel/rate-limit/priority.js';
import { claimOf, minuteMs, newBudget, pass, placesFor, startMs, tried, use } from './budget-under-test.js';

beforeEach(() => {
  jest.useFakeTimers({ now: startMs });
});
afterEach(() => {
  jest.useRealTimers();
});

type Asked = readonly [name: string, priority: Priority, staleMs?: number];

/** Asks for places that there are not, and gives the names in the order in which they were served. */
async function orderOf(budget: RateLimiter, asked: readonly Asked[]): Promise<string[]> {
  const served: string[] = [];
  const all = asked.map(async ([name, priority, staleMs = 0]) => {
    const permit = await budget.acquire(claimOf(priority, { staleMs, waitMs: 10 * minuteMs }));
    served.push(name);
    await pass(0);
    permit.answered();
  });
  await pass(10 * minuteMs);
  await Promise.all(all);
  return served;
}

describe('who is served first where calls are scarce', () => {
  it('writes, then reads, then refreshes, then what nobody asked for', async () => {
    const budget = newBudget(1);
    await use(budget, 1);
    const asked: Asked[] = [
      ['poll', 'background'],
      ['refresh', 'refresh'],
      ['read', 'read'],
      ['write', 'write'],
    ];
    expect(await orderOf(budget, asked)).toEqual(['write', 'read', 'refresh', 'poll']);
  });

  it('among refreshes the stalest', async () => {
    const budget = newBudget(1);
    await use(budget, 1);
    const asked: Asked[] = [
      ['a minute old', 'refresh', 60_000],
      ['a second old', 'refresh', 1000],
      ['an hour old', 'refresh', 3_600_000],
    ];
    expect(await orderOf(budget, asked)).toEqual(['an hour old', 'a minute old', 'a second old']);
  });

  it('among equals who came first', async () => {
    const budget = newBudget(2);
    await use(budget, 2);
    const names = ['a', 'b', 'c', 'd', 'e'];
    expect(
      await orderOf(
        budget,
        names.map((name) => [name, 'read']),
      ),
    ).toEqual(names);
  });

  it('what has waited long goes before what was a little staler when it came', async () => {
    const budget = newBudget(1);
    await use(budget, 1);
    const order: string[] = [];
    const claim = (name: string, staleMs: number) =>
      void Promise.resolve(budget.acquire(claimOf('refresh', { staleMs, waitMs: 10 * minuteMs }))).then(
        (permit) => {
          order.push(name);
          permit.answered();
        },
      );
    claim('waits long', 5000);
    await pass(30_000);
    claim('a little staler', 6000);
    await pass(3 * minuteMs);
    expect(order).toEqual(['waits long', 'a little staler']);
  });

  it('a place that is free goes to who waits, not to who comes along', async () => {
    const budget = newBudget(1);
    await use(budget, 1);
    const waiting = budget.acquire(claimOf('read', { waitMs: 2 * minuteMs }));
    await pass(minuteMs / 2);
    expect(typeof (await tried(budget, claimOf('read', { waitMs: minuteMs / 2 + 100 })))).toBe('number');
    await pass(minuteMs / 2 + 100);
    await expect(waiting).resolves.toBeDefined();
  });
});

describe('a part of the budget is kept', () => {
  it.each([
    // limit, reads, background
    [1, 1, 1],
    [2, 2, 1],
    [3, 2, 1],
    [10, 9, 3],
    [30, 27, 10],
    [31, 27, 10],
  ])('of %i calls %i are for reads, and %i for what nobody asked for', async (limit, reads, background) => {
    const budget = newBudget(limit);
    expect(await placesFor(budget, 'write')).toBe(limit);
    expect(await placesFor(budget, 'read')).toBe(reads);
    expect(await placesFor(budget, 'refresh')).toBe(Math.ceil(reads / 2));
    expect(await placesFor(budget, 'background')).toBe(background);
  });

  it('and once half of a minute is used, refreshes come evenly: a sixth of it in any 10 seconds', async () => {
    const budget = newBudget(30);
    await use(budget, 14, 'read');
    const granted: number[] = [];
    for (let index = 0; index < 13; index += 1)
      void Promise.resolve(budget.acquire(claimOf('refresh', { waitMs: minuteMs }))).then((permit) => {
        granted.push(Date.now());
        permit.answered();
      });
    const begin = Date.now();
    for (let second = 0; second < 40; second += 1) await pass(1000);
    const within = (from: number) =>
      granted.filter((at) => at - begin >= from && at - begin < from + 10_000).length;
    expect([0, 10_000, 20_000, 30_000].map(within)).toEqual([0, 5, 5, 3]);
  });

  it('so a write goes through at once where reads are used up', async () => {
    const budget = newBudget(30);
    await use(budget, 27, 'read');
    expect(await tried(budget, claimOf('read'))).toBe(60);
    expect(await placesFor(budget, 'write')).toBe(3);
  });

  it('and writes that use it up leave reads what is left of the limit', async () => {
    const budget = newBudget(30);
    await use(budget, 29, 'write');
    expect(await placesFor(budget, 'read')).toBe(0);
    expect(await placesFor(budget, 'write')).toBe(1);
  });
});
