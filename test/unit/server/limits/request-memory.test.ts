import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parsedBytes, RequestMemory, smallJsonBytes } from '../../../../src/server/limits/request-memory.js';

describe('RequestMemory', () => {
  it('reserves up to its maximum, and releases each reservation once', () => {
    const memory = new RequestMemory(30_000);
    const release = memory.hold(20_000);
    expect(() => memory.hold(10_001)).toThrow(
      expect.objectContaining({ code: 'OVERLOADED', details: { retryAfter: 1 } }),
    );
    memory.hold(10_000);
    release();
    release();
    expect(memory.heldBytes).toBe(10_000);
  });

  it('does not count small requests', () => {
    const memory = new RequestMemory(0);
    memory.hold(8192);
    expect(memory.heldBytes).toBe(0);
    expect(() => memory.hold(8193)).toThrow();
  });

  it('never exceeds the sum of its reservations and is never negative', () => {
    const step = fc.record({ bytes: fc.integer({ min: 8193, max: 40_000 }), releases: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const memory = new RequestMemory(100_000);
        const held: { bytes: number; release: () => void }[] = [];
        for (const { bytes, releases } of steps) {
          try {
            held.push({ bytes, release: memory.hold(bytes) });
          } catch {
            // there is no room
          }
          for (const { release } of held.splice(0, releases)) release();
          expect(memory.heldBytes).toBe(held.reduce((sum, one) => sum + one.bytes, 0));
          expect(memory.heldBytes).toBeLessThanOrEqual(100_000);
        }
      }),
    );
  });
});

describe('the memory of parsed JSON', () => {
  it.each([
    ['{"a":[1,2]}', 2 * 11 + 2 * 64 + 80 + 24],
    ['"text"', 12],
    ['[[[]]]', 12 + 3 * 64],
  ])('is estimated for %s', (json, bytes) => {
    expect(parsedBytes(Buffer.from(json))).toBe(bytes);
  });

  it('of uncounted text is small', () => {
    for (const all of ['[', '{', ':', ',', '{},', '[],'])
      expect(parsedBytes(Buffer.from(all.repeat(smallJsonBytes).slice(0, smallJsonBytes)))).toBeLessThan(
        4 * 8192,
      );
    const brackets = '{},'.repeat(smallJsonBytes / 3);
    expect(parsedBytes(Buffer.from(brackets))).toBeLessThan(1.5 * 8192); // parsed it takes 22 times its length
  });
});
