import { describe, expect, it } from '@jest/globals';
import { PageMaximum } from '../../../../src/datasources/paging/page-maximum.js';

describe('the page maximum of the upstream', () => {
  it.each<[string, number[], number]>([
    ['is the documented one at first', [], 50],
    ['is not learned from a single differing response', [1], 50],
    ['is not learned from two responses that differ', [20, 10], 50],
    ['is learned from two equal responses', [20, 20], 20],
    ['is learned again if it shrinks', [20, 20, 10, 10], 10],
    ['is never zero', [0, 0], 50],
  ])('%s', (_what, limits, rows) => {
    const maximum = new PageMaximum(() => 1_000_000_000);
    for (const limit of limits) maximum.learn(limit);
    expect(maximum.rows).toBe(rows);
  });

  it('returns to the documented one after ten minutes', () => {
    let now = 1_000_000_000;
    const maximum = new PageMaximum(() => now);
    maximum.learn(20);
    maximum.learn(20);
    now += 10 * 60_000 + 1;
    expect(maximum.rows).toBe(50);
  });
});
