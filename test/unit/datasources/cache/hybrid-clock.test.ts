import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HybridClock } from '../../../../src/datasources/cache/hybrid-clock.js';

describe('the hybrid clock', () => {
  it('always advances, even if the time stands still or goes back', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000)), (times) => {
        let nowMs = 0;
        const clock = new HybridClock(() => nowMs);
        const versions = times.map((time) => ((nowMs = time), clock.next()));
        expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
      }),
    );
  });

  it('moves past the version of another instance, however far ahead that is', () => {
    const clock = new HybridClock(() => 1000);
    const ahead = new HybridClock(() => 9_000_000).next();
    clock.observe(ahead);
    expect(clock.next()).toBeGreaterThan(ahead);
    clock.observe(5);
    expect(clock.next()).toBeGreaterThan(ahead);
  });

  it('follows the time, so that instances without contact agree', () => {
    let nowMs = 1000;
    const [one, other] = [new HybridClock(() => nowMs), new HybridClock(() => nowMs)];
    for (let index = 0; index < 10; index += 1) one.next();
    nowMs += 1;
    expect(other.next()).toBe(one.next());
  });
});
