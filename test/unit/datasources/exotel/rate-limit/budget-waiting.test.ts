import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RateLimited } from '../../../../../src/datasources/exotel/rate-limit/rate-limiter.js';
import { UpstreamFailure } from '../../../../../src/domain/upstream-failure.js';
import { claimOf, minuteMs, newBudget, pass, startMs, tried, use } from './budget-under-test.js';

beforeEach(() => {
  jest.useFakeTimers({ now: startMs });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('what can not be served in time is refused at once', () => {
  it.each([
    [0, 60],
    [1, 60],
    [1000, 59],
    [54_999, 6],
  ])('%i ms after the limit was reached: come back in %i s', async (laterMs, seconds) => {
    const budget = newBudget(2);
    await use(budget, 2);
    await pass(laterMs);
    const refused = budget.acquire(claimOf('read', { waitMs: 5000 }));
    await expect(refused).rejects.toBeInstanceOf(RateLimited);
    await expect(refused).rejects.toMatchObject({
      reason: 'rateLimited',
      facts: { retryAfterSeconds: seconds },
    });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is told when those before it have had their turn', async () => {
    const budget = newBudget(2);
    await use(budget, 1);
    await pass(10_000);
    await use(budget, 1);
    void budget.acquire(claimOf('read', { waitMs: minuteMs }));
    expect(await tried(budget, claimOf('read'))).toBe(60);
    expect(await tried(budget, claimOf('write'))).toBe(50); // goes before the one that waits
  });
});

describe('what can be served in time waits for it', () => {
  it('and is told that it does, once', async () => {
    const budget = newBudget(1);
    await use(budget, 1);
    await pass(minuteMs - 4000);
    const onQueued = jest.fn();
    const waiting = budget.acquire(claimOf('read', { waitMs: 5000, onQueued }));
    expect(onQueued).toHaveBeenCalledTimes(1);
    await pass(4100);
    await expect(waiting).resolves.toBeDefined();
    expect(onQueued).toHaveBeenCalledTimes(1);
  });

  it('but not where there is a place at once', async () => {
    const onQueued = jest.fn();
    await newBudget(1).acquire(claimOf('read', { waitMs: 5000, onQueued }));
    expect(onQueued).not.toHaveBeenCalled();
  });

  it('gives up when its time is over, because others went first', async () => {
    const budget = newBudget(1);
    await use(budget, 1);
    await pass(minuteMs - 1000);
    const read = tried(budget, claimOf('read', { waitMs: 5000 }));
    const write = budget.acquire(claimOf('write', { waitMs: 5000 }));
    await pass(5000);
    (await write).answered();
    expect(await read).toBe(60);
    await pass(minuteMs);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('takes the place of a call that was not sent after all', async () => {
    const budget = newBudget(1);
    const first = await budget.acquire(claimOf('read'));
    const waiting = budget.acquire(claimOf('read', { waitMs: minuteMs }));
    first.unused();
    await expect(waiting).resolves.toBeDefined();
  });
});

describe('closing', () => {
  it('refuses who waits and who comes later, and leaves no timer', async () => {
    const budget = newBudget(1);
    await use(budget, 1);
    const waiting = [1, 2, 3].map(() => budget.acquire(claimOf('read', { waitMs: 2 * minuteMs })));
    const ends = Promise.allSettled([...waiting]);
    budget.close();
    for (const end of await ends) expect(end).toMatchObject({ reason: { reason: 'unreachable' } });
    await expect(budget.acquire(claimOf('read', { waitMs: minuteMs }))).rejects.toBeInstanceOf(
      UpstreamFailure,
    );
    expect(jest.getTimerCount()).toBe(0);
  });
});
