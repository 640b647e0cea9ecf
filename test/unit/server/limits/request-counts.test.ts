import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RequestCounts } from '../../../../src/server/limits/request-counts.js';

const windowMs = 60_000;
const maximumBytes = 20_000; // about eighty callers

function counting(limit: number) {
  const time = { ms: 0 };
  return { time, counts: new RequestCounts({ limit, windowMs, maximumBytes, now: () => time.ms }) };
}

/** Callers that nobody has seen before. */
function flood(counts: RequestCounts, callers: number, from = 0): number {
  let refused = 0;
  for (let caller = from; caller < from + callers; caller += 1)
    if (counts.take(`address 2001:db8:${caller}`) > 0) refused += 1;
  return refused;
}

describe('requests of callers', () => {
  it('are counted until a minute after the first one', () => {
    const { counts, time } = counting(2);
    expect([counts.take('a'), counts.take('b')]).toEqual([0, 0]);
    time.ms = 20_000;
    expect([counts.take('a'), counts.take('a'), counts.take('b')]).toEqual([0, 40_000, 0]);
    time.ms = windowMs;
    expect(counts.take('a')).toBe(0);
  });

  it('take a bounded memory, however many callers there are', () => {
    const { counts } = counting(100);
    flood(counts, 20_000);
    expect(counts.bytes).toBeLessThanOrEqual(maximumBytes);
    const [one = 0, other = 0] = ['x', '\u0928'].map((letter) => {
      const { counts: long } = counting(100);
      for (let caller = 0; caller < 1000; caller += 1) long.take(letter.repeat(250) + String(caller));
      return long.bytes;
    });
    expect(Math.max(one, other)).toBeLessThanOrEqual(maximumBytes);
  });

  it('take no memory after their minute', () => {
    const { counts, time } = counting(1);
    flood(counts, 20_000);
    time.ms = windowMs;
    expect(flood(counts, 50)).toBe(0);
    expect(counts.bytes).toBeLessThan(maximumBytes);
    expect([counts.take('a'), counts.take('a')]).toEqual([0, windowMs]);
  });

  it('are not forgotten although many others come', () => {
    const { counts } = counting(1);
    counts.take('a');
    flood(counts, 20_000);
    expect(counts.take('a')).toBe(windowMs);
  });

  it('of a caller that comes after many others have the same limit, at most', () => {
    const { counts } = counting(3);
    flood(counts, 100);
    const answers = [1, 2, 3, 4].map(() => counts.take('late'));
    expect(answers.at(-1)).toBe(windowMs);
  });

  it('of a caller that comes after many others are answered', () => {
    const { counts } = counting(100);
    flood(counts, 100_000);
    expect(counts.take('late')).toBe(0);
  });

  it('within a minute are never more than the limit, whatever others do and however time passes', () => {
    const step = fc.record({ passMs: fc.nat(30_000), others: fc.nat(60), requests: fc.nat(4) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { counts, time } = counting(3);
        let [come, begunAtMs, answered] = [0, -Infinity, 0];
        for (const { passMs, others, requests } of steps) {
          time.ms += passMs;
          flood(counts, others, come);
          come += others;
          for (let request = 0; request < requests; request += 1) {
            if (time.ms - begunAtMs >= windowMs) [begunAtMs, answered] = [time.ms, 0];
            if (counts.take('a') === 0) answered += 1;
            expect(answered).toBeLessThanOrEqual(2 * 3); // fixed windows: the end of one, and the next
          }
        }
      }),
    );
  });
});
