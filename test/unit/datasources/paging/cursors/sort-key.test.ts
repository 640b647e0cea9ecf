import { describe, expect, it } from '@jest/globals';
import { explainOrder, mayBeEqual } from '../../../../../src/datasources/paging/cursors/sort-key.js';
import { OrderDirection } from '../../../../../src/domain/lists/list-query.js';

const { ASC, DESC } = OrderDirection;

describe('the order of names', () => {
  it.each<[what: string, keys: string[], a: string, b: string, expected: number]>([
    ['letters that every order agrees on', ['apple', 'berry'], 'cherry', 'date', -1],
    ['capitals, as long as no row shows where they go', ['apple', 'berry'], 'Zoo', 'apple', 0],
    ['capitals, where a row shows that they come first', ['Zoo', 'apple'], 'Yak', 'berry', -1],
    [
      'capitals, where a row shows that they count as letters',
      ['apple', 'Berry', 'cherry'],
      'Zoo',
      'date',
      1,
    ],
    ['wide letters and emoji, which UTF-8 and UTF-16 order differently', ['a', 'b'], '\uff46', '😀', 0],
    ['them, where rows show the order of UTF-8', ['a', '\uff46', '😀'], '\uff47', '🎉', -1],
    ['them, where rows show the order of UTF-16', ['a', '😀', '\uff46'], '\uff47', '🎉', 1],
    ['an underscore, as long as no row shows where it goes', ['a', 'b'], '_x', 'a', 0],
  ])('is known for %s', (_what, keys, a, b, expected) => {
    expect(Math.sign(explainOrder(keys, ASC)?.(a, b) ?? NaN)).toBe(expected);
    expect(Math.sign(explainOrder(keys.toReversed(), DESC)?.(b, a) ?? NaN)).toBe(expected);
  });

  it('is unknown where the rows are in no order', () => {
    expect(explainOrder(['b', 'a', 'c'], ASC)).toBeUndefined();
  });

  it('may take names as equal that differ in case or accents, and never two times', () => {
    expect(mayBeEqual('Café', 'cafe')).toBe(true);
    expect(mayBeEqual('Café', 'cake')).toBe(false);
    expect(mayBeEqual('2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.001Z')).toBe(false);
  });
});
