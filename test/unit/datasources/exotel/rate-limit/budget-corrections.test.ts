import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Permit } from '../../../../../src/datasources/exotel/rate-limit/priority-queue.js';
import {
  claimOf,
  minuteMs,
  newBudget,
  pass,
  placesFor,
  rate,
  startMs,
  tried,
  use,
} from './budget-under-test.js';

beforeEach(() => {
  jest.useFakeTimers({ now: startMs });
});
afterEach(() => {
  jest.useRealTimers();
});

const resetAtMs = startMs + 40_000;

async function send(budget: ReturnType<typeof newBudget>, count: number): Promise<Permit[]> {
  return Promise.all(Array.from({ length: count }, async () => budget.acquire(claimOf('read'))));
}

describe('what the upstream says of its own count is believed', () => {
  it('fewer remaining than we think: no more than that until it counts anew, the reserve included', async () => {
    const budget = newBudget(30);
    (await budget.acquire(claimOf('read'))).answered(rate({ remaining: 5, resetAtMs }));
    expect(budget.left).toBe(5);
    expect(await placesFor(budget, 'write')).toBe(5);
    expect(await placesFor(budget, 'read')).toBe(2);
    await pass(40_000);
    expect(await placesFor(budget, 'read')).toBe(26);
  });

  it('none remaining: nothing is sent before the reset', async () => {
    const budget = newBudget(30);
    (await budget.acquire(claimOf('read'))).answered(rate({ remaining: 0, resetAtMs }));
    expect(await tried(budget, claimOf('write', { waitMs: 5000 }))).toBe(40);
    await pass(39_999);
    expect(await tried(budget, claimOf('write'))).toBe(1);
    await pass(1);
    expect(await placesFor(budget, 'write')).toBe(29);
  });

  it('more remaining than we think: our own count holds', async () => {
    const budget = newBudget(3);
    await use(budget, 2);
    (await budget.acquire(claimOf('write'))).answered(rate({ remaining: 500, resetAtMs }));
    expect(budget.left).toBe(0);
  });

  it('answers of one minute in any order: the least', async () => {
    const budget = newBudget(30);
    const [first, second, third] = await send(budget, 3);
    third?.answered(rate({ remaining: 6, resetAtMs }));
    first?.answered(rate({ remaining: 8, resetAtMs }));
    second?.answered(rate({ remaining: 7, resetAtMs }));
    expect(budget.left).toBe(6);
  });

  it('calls that it had counted already are not taken off twice', async () => {
    const budget = newBudget(30);
    const permits = await send(budget, 15);
    permits.reverse().forEach((permit, index) => {
      permit.answered(rate({ remaining: 15 + index, resetAtMs }));
    });
    expect(budget.left).toBe(15);
    expect(await placesFor(budget, 'read')).toBe(12);
  });

  it('calls in flight that it may not have counted leave no place before they are answered', async () => {
    const budget = newBudget(30);
    const [first, ...others] = await send(budget, 5);
    first?.answered(rate({ remaining: 4, resetAtMs }));
    expect(await tried(budget, claimOf('write'))).toBe(1); // and not 40: their answers will tell
    for (const other of others) other.answered(rate({ remaining: 4, resetAtMs }));
    expect(await placesFor(budget, 'write')).toBe(4);
  });

  it('a call without an answer may have been counted', async () => {
    const budget = newBudget(30);
    const [first, second] = await send(budget, 2);
    first?.answered(rate({ remaining: 4, resetAtMs }));
    second?.answered();
    expect(budget.left).toBe(3);
  });

  it('a call that was not sent was not counted', async () => {
    const budget = newBudget(30);
    const [first, second] = await send(budget, 2);
    first?.answered(rate({ remaining: 4, resetAtMs }));
    second?.unused();
    expect(budget.left).toBe(4);
  });

  it('a late answer of a minute that is over tells nothing of this one', async () => {
    const budget = newBudget(30);
    const [late, first] = await send(budget, 2);
    await pass(40_000);
    first?.answered(rate({ remaining: 3, resetAtMs: resetAtMs + minuteMs }));
    late?.answered(rate({ remaining: 25, resetAtMs }));
    expect(budget.left).toBe(3);
  });

  it('a reset in the far future, or none: a minute at most', async () => {
    for (const told of [startMs + 3_600_000, undefined]) {
      jest.setSystemTime(startMs);
      const budget = newBudget(30);
      (await budget.acquire(claimOf('read'))).answered(rate({ remaining: 0, resetAtMs: told }));
      expect(await tried(budget, claimOf('read'))).toBe(60);
      await pass(minuteMs);
      expect(await placesFor(budget, 'read')).toBe(27);
    }
  });

  it.each([
    [10, 10],
    [100, 30],
    [0, 30],
  ])('a limit of %i where ours is 30: %i', async (told, holds) => {
    const budget = newBudget(30);
    (await budget.acquire(claimOf('read'))).answered(rate({ limit: told }));
    await pass(minuteMs);
    expect(await placesFor(budget, 'write')).toBe(holds);
  });
});

describe('a pause that the upstream asked for', () => {
  it.each([0, 30])('holds for everybody, also with a limit of %i', async (limit) => {
    const budget = newBudget(limit);
    budget.pause(startMs + 7000);
    budget.pause(startMs + 1000); // a shorter one takes nothing back
    expect(budget.left).toBe(0);
    expect(await tried(budget, claimOf('write', { waitMs: 5000 }))).toBe(7);
    const waiting = budget.acquire(claimOf('read', { waitMs: 8000 }));
    await pass(7100);
    await expect(waiting).resolves.toBeDefined();
  });

  it('of years lets who waits give up in their own time, and does not spin', async () => {
    const budget = newBudget(1);
    await use(budget, 1);
    const waiting = tried(budget, claimOf('read', { waitMs: minuteMs }));
    budget.pause(startMs + 1e12);
    await pass(minuteMs + 100);
    expect(await waiting).toBe(1e9 - 60);
    expect(jest.getTimerCount()).toBeLessThanOrEqual(1);
    budget.close();
    expect(jest.getTimerCount()).toBe(0);
  });
});
