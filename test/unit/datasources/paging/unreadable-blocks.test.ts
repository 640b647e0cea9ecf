import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { neededRows, wholeWindows } from '../../../../src/datasources/paging/slicing.js';
import { plainList, type PlainRow, read, sids } from './plain-lists.js';

const anyWalk = fc.record({
  length: fc.integer({ min: 1, max: 130 }),
  blocks: fc.array(fc.record({ start: fc.nat(129), count: fc.integer({ min: 1, max: 70 }) }), {
    maxLength: 3,
  }),
  size: fc.integer({ min: 1, max: 25 }),
  isForwards: fc.boolean(),
  isOrdered: fc.boolean(),
  isCached: fc.boolean(),
});

it('a walk of a list that stands still shows each row once, also between blocks of unreadable rows (property)', () =>
  fc.assert(
    fc.asyncProperty(anyWalk, async ({ length, blocks, size, isForwards, isOrdered, isCached }) => {
      const rows = plainList(length).map((row, index): PlainRow => {
        const isUnreadable = blocks.some(({ start, count }) => index >= start && index < start + count);
        return { ...row, isUnreadable };
      });
      const expected = rows.map(({ sid, isUnreadable }) => (isUnreadable ? 'unreadable' : sid));
      const upstream = { isOrdered, slicing: isCached ? wholeWindows : neededRows() };
      const walked: string[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < Math.ceil(length / size); page += 1) {
        const arguments_ = isForwards ? { first: size, after: cursor } : { last: size, before: cursor };
        const { connection } = await read(rows, arguments_, upstream);
        const shown = sids(connection.edges.map(({ node }) => node));
        if (isForwards) walked.push(...shown);
        else walked.unshift(...shown);
        const { startCursor, endCursor } = connection.pageInfo;
        cursor = (isForwards ? endCursor : startCursor) ?? null;
      }
      expect(walked).toEqual(expected);
    }),
    { numRuns: 200 },
  ));
