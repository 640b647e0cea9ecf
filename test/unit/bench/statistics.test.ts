import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { median, percentile, quietest, rotated } from '../../../bench/statistics.mjs';

describe('percentile', () => {
  it.each([
    { share: 0, is: 1 },
    { share: 0.5, is: 50 },
    { share: 0.99, is: 99 },
    { share: 0.991, is: 100 },
    { share: 1, is: 100 },
  ])('$share of 1 to 100 is $is', ({ share, is }) => {
    const sorted = Float64Array.from({ length: 100 }, (_, index) => index + 1);
    expect(percentile(sorted, share)).toBe(is);
  });

  it('of one value is that value, and of no values is NaN', () => {
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe('median', () => {
  it.each([
    { values: [3], is: 3 },
    { values: [9, 1, 5], is: 5 },
    { values: [10, 9, 1, 2], is: 5.5 },
    { values: [100, 20, 3], is: 20 }, // numeric order, not alphabetical
    { values: [], is: Number.NaN },
  ])('of $values is $is', ({ values, is }) => {
    expect(median(values)).toBe(is);
  });

  it('has as many values below as above, and leaves its input unchanged', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const before = [...values];
        const middle = median(values);
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(values.length / 2);
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(values.length / 2);
        expect(values).toEqual(before);
      }),
    );
  });
});

describe('quietest', () => {
  it('is the complete round with the least CPU time, with the highest error count of all rounds', () => {
    const rounds = [
      { perSecond: 30, cpuUs: 100, errors: 6 },
      { perSecond: 20, cpuUs: 90, errors: 0 },
      { perSecond: 10, cpuUs: 200, errors: 1 },
    ];
    expect(quietest(rounds)).toEqual({ perSecond: 20, cpuUs: 90, errors: 6 });
  });
});

describe('rotated', () => {
  it('puts each item first, second and last in turn', () => {
    const rounds = [0, 1, 2, 3].map((round) => rotated(['a', 'b', 'c'], round).join(''));
    expect(rounds).toEqual(['abc', 'bca', 'cab', 'abc']);
  });
});
