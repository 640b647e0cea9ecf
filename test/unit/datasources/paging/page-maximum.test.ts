import { describe, expect, it } from '@jest/globals';
import { PageMaximum } from '../../../../src/datasources/paging/slicing.js';

describe('the page maximum', () => {
  it.each<[string, number[], number]>([
    ['is the documented one', [], 50],
    ['is not learned from one odd answer', [1], 50],
    ['is not learned from two that disagree', [20, 10], 50],
    ['is learned from two that agree', [20, 20], 20],
    ['is learned again where it gets smaller', [20, 20, 10, 10], 10],
    ['is never none', [0, 0], 50],
  ])('%s', (_what, limits, rows) => {
    const maximum = new PageMaximum(() => 1_000_000_000);
    for (const limit of limits) maximum.learn(limit);
    expect(maximum.rows).toBe(rows);
  });

  it('is the documented one again after ten minutes', () => {
    let now = 1_000_000_000;
    const maximum = new PageMaximum(() => now);
    maximum.learn(20);
    maximum.learn(20);
    now += 10 * 60_000 + 1;
    expect(maximum.rows).toBe(50);
  });
});
