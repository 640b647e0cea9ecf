import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describeWithRedis, type RunningRedis, startRedis } from '../../../support/redis.js';
import { claim, closeLedgers, ledgerOf, minuteMs } from '../exotel/rate-limit/ledger-under-test.js';

let redis: RunningRedis;

describeWithRedis('the ledger of three gateways', () => {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(() => {
    closeLedgers();
  });
  afterAll(() => redis.stop());

  const step = fc.record({
    gateway: fc.nat(2),
    afterMs: fc.nat(40),
    latencyMs: fc.nat(90),
    isUnused: fc.integer({ min: 0, max: 9 }).map((digit) => digit === 0),
  });

  it('never lets a minute touch more calls than the limit, whatever three gateways ask when', async () => {
    const runs = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.array(step, { minLength: 10, maxLength: 50 }));
    await fc.assert(
      fc.asyncProperty(runs, async ([limit, steps]) => {
        const prefix = randomUUID();
        const ledgers = await Promise.all([0, 1, 2].map(() => ledgerOf(redis, prefix)));
        const sent: { fromMs: number; toMs: number }[] = [];
        let granted = 0;
        const run = async (one: (typeof steps)[number], id: string): Promise<void> => {
          const ledger = ledgers[one.gateway]?.ledger;
          if ((await ledger?.take(claim(id, limit))) !== 'granted') return;
          granted += 1;
          if (one.isUnused) {
            ledger?.end(id, false, undefined);
            return;
          }
          const call = { fromMs: performance.now(), toMs: Infinity };
          sent.push(call);
          await sleep(one.latencyMs);
          call.toMs = performance.now();
          ledger?.end(id, true, undefined);
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
        closeLedgers();
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });
});
