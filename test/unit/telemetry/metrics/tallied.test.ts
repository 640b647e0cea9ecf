import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AggregatorRegistry, Counter, Histogram, Registry } from 'prom-client';
import { talliedCounter, talliedHistogram } from '../../../../src/telemetry/metrics/tallies.js';
import { runsOf } from '../../../support/property-runs.js';

const named = { name: 'things_total', help: 'Things.', labelNames: ['kind', 'end'] } as const;
const buckets = [0.1, 1, 10];
const kind = fc.constantFrom('one', 'other');
const end = fc.constantFrom('good', 'bad');
/** Values at the edges of buckets, and above all of them. */
const seconds = fc.oneof(fc.constantFrom(0, 0.1, 1, 10, 11), fc.double({ min: 0, max: 20, noNaN: true }));

/** The metrics page of a process, and the sum of its figures with those of an equal process. */
async function received(registry: Registry): Promise<readonly string[]> {
  const figures = await registry.getMetricsAsJSON();
  return [await registry.metrics(), await AggregatorRegistry.aggregate([figures, figures]).metrics()];
}

describe('tallied metrics render like the metrics of prom-client', () => {
  it('counters, with scrapes in between', async () => {
    const step = fc.oneof(fc.tuple(kind, end), fc.constant('scrape' as const));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const [ours, theirs] = [new Registry(), new Registry()];
        const count = talliedCounter(named, ours);
        const counter = new Counter({ ...named, registers: [theirs] });
        for (const each of steps) {
          if (each === 'scrape') await ours.metrics();
          else count(...each);
          if (each !== 'scrape') counter.inc({ kind: each[0], end: each[1] });
        }
        expect(await received(ours)).toEqual(await received(theirs));
      }),
      { numRuns: runsOf(50) },
    );
  });

  it('histograms', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(seconds, kind, end), { maxLength: 30 }), async (observations) => {
        const [ours, theirs] = [new Registry(), new Registry()];
        const observe = talliedHistogram({ ...named, buckets }, ours);
        const histogram = new Histogram({ ...named, buckets, registers: [theirs] });
        for (const [value, ofKind, ofEnd] of observations) {
          observe(value, ofKind, ofEnd);
          histogram.observe({ kind: ofKind, end: ofEnd }, value);
        }
        expect(await received(ours)).toEqual(await received(theirs));
      }),
      { numRuns: runsOf(50) },
    );
  });
});

it('a counter with known label values is exported as 0 before its first increment', async () => {
  const registry = new Registry();
  const count = talliedCounter({ ...named, values: [['one'], ['good']] }, registry);
  expect(await registry.metrics()).toContain('things_total{kind="one",end="good"} 0');
  count('one', 'good');
  expect(await registry.metrics()).toContain('things_total{kind="one",end="good"} 1');
});
