import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { type Permit, priorities } from '../../../../../src/datasources/exotel/rate-limit/priority-queue.js';
import { requestOf, minuteMs, newRateLimiter, pass, startMs, tried } from './rate-limiter-under-test.js';
import { runsOf } from '../../../../support/property-runs.js';

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

/** Maximum number of calls that overlap any 60 seconds; the maximum is where a call begins. */
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
  const limiter = newRateLimiter(limit);
  const sent: Sent[] = [];
  const run = async (one: Arrival): Promise<void> => {
    const permit: Permit | number = await tried(limiter, requestOf(one.priority, one));
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

describe('the rate limit, for any arrivals and latencies', () => {
  it('allows no more calls in any 60 seconds than the limit, and a third for background calls', async () => {
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
      { numRuns: runsOf(150) },
    );
  });

  it('grants or refuses each call within its maximum wait', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { minLength: 5, maxLength: 30 }), async (arrivals) => {
        const limiter = newRateLimiter(3);
        const late: number[] = [];
        for (const { afterMs, latencyMs, ...request } of arrivals) {
          await pass(afterMs);
          const atMs = Date.now();
          void tried(limiter, requestOf(request.priority, request)).then((permit) => {
            if (Date.now() - atMs > request.waitMs) late.push(Date.now() - atMs);
            if (typeof permit !== 'number')
              setTimeout(() => {
                permit.answered();
              }, latencyMs);
          });
        }
        await pass(3 * minuteMs);
        expect(late).toEqual([]);
      }),
      { numRuns: runsOf(50) },
    );
  });
});

describe('a call counts from before it is sent until a minute after its response', () => {
  it('counts for longer if it is slow', async () => {
    const limiter = newRateLimiter(1);
    const permit = await limiter.acquire(requestOf('read'));
    await pass(2 * minuteMs);
    expect(await tried(limiter, requestOf('read'))).toBe(60);
    permit.answered();
    await pass(minuteMs - 1);
    expect(await tried(limiter, requestOf('read'))).toBe(1);
    await pass(1);
    expect(await tried(limiter, requestOf('read'))).toMatchObject({});
  });

  it('does not count once it is known to be unsent', async () => {
    const limiter = newRateLimiter(1);
    (await limiter.acquire(requestOf('read'))).unused();
    expect(limiter.left).toBe(1);
    await expect(limiter.acquire(requestOf('read'))).resolves.toBeDefined();
  });

  it('does not count without a limit', async () => {
    const limiter = newRateLimiter(0);
    for (let index = 0; index < 1000; index += 1) await limiter.acquire(requestOf('background'));
    expect(limiter.left).toBeNull();
  });
});
