import { expect, it } from '@jest/globals';
import { LRUCache } from 'lru-cache';
import { entryLimit } from '../../../src/domain/entry-size.js';

it('the entry limit evicts the least recently used entries', () => {
  const kept = new LRUCache<number, string>(entryLimit(3));
  for (const number of [1, 2, 3]) kept.set(number, 'a');
  kept.get(1);
  kept.set(4, 'a');
  expect([...kept.keys()]).toEqual([4, 1, 3]);
});

it('an entry that is evicted for another is reported as evicted', () => {
  const evicted: number[] = [];
  const kept = new LRUCache<number, string>({
    ...entryLimit(1),
    dispose: (_text, number, reason) => {
      if (reason === 'evict') evicted.push(number);
    },
  });
  kept.set(1, 'a').set(1, 'b').set(2, 'a').delete(2);
  expect(evicted).toEqual([1]);
});

it('the entry limit allocates no memory in advance', () => {
  const bytesBefore = process.memoryUsage().arrayBuffers;
  const kept = Array.from({ length: 20 }, () => new LRUCache<number, string>(entryLimit(1_000_000)));
  expect(process.memoryUsage().arrayBuffers - bytesBefore).toBeLessThan(1_000_000); // 20 times 12 MB with the option `max`
  expect(kept.every(({ max }) => max === 0)).toBe(true);
});
