import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describeWithRedis, type RunningRedis, startRedis } from '../../../../support/programs/redis.js';
import { request, closeWindows, windowOf, minuteMs } from './shared-window-under-test.js';

let redis: RunningRedis;

describeWithRedis('the shared window of three gateways', () => {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(() => {
    closeWindows();
  });
  afterAll(() => redis.stop());

  const step = fc.record({
    gateway: fc.nat(2),
    afterMs: fc.nat(40),
    latencyMs: fc.nat(90),
    isUnused: fc.integer({ min: 0, max: 9 }).map((digit) => digit === 0),
  });

  it('allows no more calls in any minute than the limit', async () => {
    const runs = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.array(step, { minLength: 10, maxLength: 50 }));
    await fc.assert(
      fc.asyncProperty(runs, async ([limit, steps]) => {
        const prefix = randomUUID();
        const windows = await Promise.all([0, 1, 2].map(() => windowOf(redis, prefix)));
        const sent: { fromMs: number; toMs: number }[] = [];
        let granted = 0;
        const run = async (one: (typeof steps)[number], id: string): Promise<void> => {
          const window = windows[one.gateway]?.window;
          if ((await window?.take(request(id, limit))) !== 'granted') return;
          granted += 1;
          if (one.isUnused) {
            window?.end(id, false, undefined);
            return;
          }
          const call = { fromMs: performance.now(), toMs: Infinity };
          sent.push(call);
          await sleep(one.latencyMs);
          call.toMs = performance.now();
          window?.end(id, true, undefined);
        };
        const all: Promise<void>[] = [];
        for (const [index, one] of steps.entries()) {
          await sleep(one.afterMs);
          all.push(run(one, String(index)));
        }
        await Promise.all(all);
        const touching = sent.map(
          ({ fromMs }) =>
            sent.filter((other) => other.fromMs <= fromMs && other.toMs > fromMs - minuteMs).length,
        );
        expect(Math.max(0, ...touching)).toBeLessThanOrEqual(limit);
        expect(granted).toBeGreaterThan(0);
        closeWindows();
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });
});
