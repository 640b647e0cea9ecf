import { describe, expect, it } from '@jest/globals';
import {
  type Likeness,
  likenessOf,
  searchable,
} from '../../../../../src/datasources/writing/look-up/text-likeness.js';

describe('a stored name is like the one that was sent', () => {
  const long = 'Summer campaign for the north of India';
  it.each<[string, string, Likeness]>([
    ['Big Sale', 'Big Sale', 'same'],
    ['Big  Sale', ' Big Sale\n', 'same'],
    ['Big_Sale', 'Big Sale', 'rewritten'],
    ['🎉🎉🎉🎉', '????', 'near'],
    [long, long.slice(0, 25), 'cut'],
    [long, long.slice(0, 25).toUpperCase(), 'cut'],
    [long, long.slice(0, 12), 'near'],
    [long, `${long} again`, 'near'],
    [long, long.slice(10), 'near'],
    ['R&D', 'R&X', 'different'],
    ['AT&T offer', 'AT&amp;T offer', 'rewritten'],
    ['दिवाली 2026', 'होली 2026', 'different'],
    ['दिवाली', 'दवल', 'different'],
    ['दिवाली 2026', '?????? 2026', 'rewritten'],
    ['Café 2026', 'Caf? 2026', 'rewritten'],
    ['Café 2026', 'Cafe 2026', 'rewritten'],
    ['Sale &copy; 2026', 'Sale © 2026', 'rewritten'],
    ['Diwali offer 1', 'Diwali offer 2', 'different'],
    ['Diwali offer', '', 'near'],
    ['100% off now', '100%25%20off%20now', 'rewritten'],
  ])('%j, %j: %s', (sent, stored, expected) => {
    expect(likenessOf(sent, stored)).toBe(expected);
  });

  it.each(['a', ' ', '&', '&a', '&amp;', '&#', '%', '%4', '\\u', '\u0301', '🎉', '<b', '&#x1', 'क्'])(
    'in a time that grows with its length: %j',
    (piece) => {
      const text = piece.repeat(100_000 / piece.length);
      const startedAtMs = performance.now();
      likenessOf(text, `${text}x`);
      likenessOf('Big Sale', text);
      likenessOf(text, 'Big Sale');
      searchable(text);
      expect(performance.now() - startedAtMs).toBeLessThan(3000);
    },
  );
});

describe('what is searched for', () => {
  it.each<[string, string | null]>([
    ['Diwali offer', 'Diwali'],
    ['A big 2026-sale', '2026'],
    ['Ben & Jerry', 'Jerry'],
    ['Café', 'Caf'],
    ['दिवाली', null],
    ['a b c d', null],
    ['ab\tcd', null],
    [`${'- '.repeat(30)}Diwali`, null],
    [`${'🎉'.repeat(38)}Diwali`, null],
    [`${'🎉'.repeat(36)}Diwali`, 'Diwa'],
    ['acme 2026-05-01 10:00:00 k3j2h1g0', 'k3j2h1g0'],
    ['x'.repeat(100_000), 'x'.repeat(40)],
  ])('of %j: %j', (name, expected) => {
    expect(searchable(name)).toBe(expected);
  });
});
