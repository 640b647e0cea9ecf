import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { type Permit } from '../../../../../src/datasources/exotel/rate-limit/priority-queue.js';
import { priorities } from '../../../../../src/datasources/exotel/rate-limit/priority.js';
import { claimOf, minuteMs, newBudget, pass, startMs, tried } from './budget-under-test.js';

beforeEach(() => {
  jest.useFakeTimers({ now: startMs });
});
afterEach(() => {
  jest.useRealTimers();
});

interface Sent {
  readonly fromMs: number;
  toMs: number;
  readonly isBackground: boolean;
  readonly isRead: boolean;
}

/** The most calls that touch any window of a minute; such a maximum is found where a call begins. */
function mostInAMinute(calls: readonly Sent[]): number {
  const touching = ({ fromMs }: Sent): number =>
    calls.filter((other) => other.fromMs <= fromMs && other.toMs > fromMs - minuteMs).length;
  return Math.max(0, ...calls.map(touching));
}

const arrival = fc.record({
  afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 40_000 })),
  latencyMs: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 30_000 })),
  priority: fc.constantFrom(...priorities),
  staleMs: fc.integer({ min: 0, max: 9 }),
  waitMs: fc.constantFrom(0, 5000, 60_000),
  isUnused: fc.integer({ min: 0, max: 9 }).map((digit) => digit === 0),
});
type Arrival = typeof arrival extends fc.Arbitrary<infer Value> ? Value : never;

async function sentOf(limit: number, arrivals: readonly Arrival[]): Promise<Sent[]> {
  jest.setSystemTime(startMs);
  const budget = newBudget(limit);
  const sent: Sent[] = [];
  const run = async (one: Arrival): Promise<void> => {
    const permit: Permit | number = await tried(budget, claimOf(one.priority, one));
    if (typeof permit === 'number') return;
    if (one.isUnused) {
      permit.unused();
      return;
    }
    const isBackground = one.priority === 'background';
    const call = { fromMs: Date.now(), toMs: Infinity, isBackground, isRead: one.priority !== 'write' };
    sent.push(call);
    setTimeout(() => {
      call.toMs = Date.now();
      permit.answered();
    }, one.latencyMs);
  };
  const all: Promise<void>[] = [];
  for (const one of arrivals) {
    await pass(one.afterMs);
    all.push(run(one));
  }
  await pass(3 * minuteMs);
  await Promise.all(all);
  expect(jest.getTimerCount()).toBe(0);
  return sent;
}

describe('whatever arrives when, and however long answers take', () => {
  it('no minute touches more calls than the limit, nor more in the background than a third', async () => {
    const schedules = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.array(arrival, { maxLength: 60 }));
    await fc.assert(
      fc.asyncProperty(schedules, async ([limit, arrivals]) => {
        const sent = await sentOf(limit, arrivals);
        expect(mostInAMinute(sent)).toBeLessThanOrEqual(limit);
        const background = sent.filter(({ isBackground }) => isBackground);
        expect(mostInAMinute(background)).toBeLessThanOrEqual(Math.max(1, Math.floor(limit / 3)));
        const reads = sent.filter(({ isRead }) => isRead);
        expect(mostInAMinute(reads)).toBeLessThanOrEqual(limit > 2 ? limit - 1 : limit);
      }),
      { numRuns: 150 },
    );
  });

  it('nobody waits past their time for an answer, be it yes or no', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { minLength: 5, maxLength: 30 }), async (arrivals) => {
        const budget = newBudget(3);
        const late: number[] = [];
        for (const { afterMs, latencyMs, ...claim } of arrivals) {
          await pass(afterMs);
          const atMs = Date.now();
          void tried(budget, claimOf(claim.priority, claim)).then((permit) => {
            if (Date.now() - atMs > claim.waitMs) late.push(Date.now() - atMs);
            if (typeof permit !== 'number')
              setTimeout(() => {
                permit.answered();
              }, latencyMs);
          });
        }
        await pass(3 * minuteMs);
        expect(late).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a call counts from before it is sent until a minute after its answer', () => {
  it('so a slow one holds its place all the longer', async () => {
    const budget = newBudget(1);
    const permit = await budget.acquire(claimOf('read'));
    await pass(2 * minuteMs);
    expect(await tried(budget, claimOf('read'))).toBe(60);
    permit.answered();
    await pass(minuteMs - 1);
    expect(await tried(budget, claimOf('read'))).toBe(1);
    await pass(1);
    expect(await tried(budget, claimOf('read'))).toMatchObject({});
  });

  it('and one that was not sent counts no more', async () => {
    const budget = newBudget(1);
    (await budget.acquire(claimOf('read'))).unused();
    expect(budget.left).toBe(1);
    await expect(budget.acquire(claimOf('read'))).resolves.toBeDefined();
  });

  it('without a limit everything is sent', async () => {
    const budget = newBudget(0);
    for (let index = 0; index < 1000; index += 1) await budget.acquire(claimOf('background'));
    expect(budget.left).toBeNull();
  });
});
