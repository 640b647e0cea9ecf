import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { neededRows, wholeWindows } from '../../../../../src/datasources/paging/slicing.js';
import { keyOf, plainList, type PlainRow, read, sids } from '../plain-lists.js';
import { runsOf } from '../../../../support/property-runs.js';

const anyWalk = fc.record({
  length: fc.integer({ min: 1, max: 130 }),
  blocks: fc.array(fc.record({ start: fc.nat(129), count: fc.integer({ min: 1, max: 70 }) }), {
    maxLength: 3,
  }),
  size: fc.integer({ min: 1, max: 25 }),
  isForwards: fc.boolean(),
  isOrdered: fc.boolean(),
  isCached: fc.boolean(),
  showsSids: fc.boolean(),
  becomesReadable: fc.boolean(),
});

it('a walk of a list that stands still shows each row once, also between blocks of unreadable rows (property)', () =>
  fc.assert(
    fc.asyncProperty(anyWalk, async (walk) => {
      const { length, blocks, size, isForwards, isOrdered, isCached, showsSids } = walk;
      const rows = plainList(length).map((row, index): PlainRow => {
        const isUnreadable = blocks.some(({ start, count }) => index >= start && index < start + count);
        return { ...row, isUnreadable, showsSid: showsSids };
      });
      const expected = rows.map(({ sid, isUnreadable }) => (isUnreadable ? 'unreadable' : sid));
      const upstream = { isOrdered, slicing: isCached ? wholeWindows : neededRows() };
      const walked: string[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < Math.ceil(length / size); page += 1) {
        const arguments_ = isForwards ? { first: size, after: cursor } : { last: size, before: cursor };
        // Rows whose sids are known are recognised when they become readable, once the walk has shown them.
        const isShown = (index: number): boolean =>
          isForwards ? index < walked.length : index >= length - walked.length;
        const now =
          showsSids && walk.becomesReadable
            ? rows.map((row, index) => (isShown(index) ? { ...row, isUnreadable: false } : row))
            : rows;
        const { connection } = await read(now, arguments_, upstream);
        const shown = sids(connection.edges.map(({ node }) => node));
        if (isForwards) walked.push(...shown);
        else walked.unshift(...shown);
        const { startCursor, endCursor } = connection.pageInfo;
        cursor = (isForwards ? endCursor : startCursor) ?? null;
      }
      expect(walked).toEqual(expected);
    }),
    { numRuns: runsOf(200) },
  ));

describe.each([
  ['whole windows', wholeWindows],
  ['only the needed rows', neededRows()],
])(
  'a page with the cursor of an unreadable row without a readable neighbour, with %s per call',
  (_how, slicing) => {
    type Side = 'after' | 'before';
    const at = (side: Side, rows: readonly PlainRow[]): readonly PlainRow[] =>
      side === 'after' ? rows : [...rows].reverse();
    /** The page beside the first rows, or the last ones, after the list has changed. */
    async function pageBeside(old: readonly PlainRow[], count: number, now: readonly PlainRow[], side: Side) {
      const size = side === 'after' ? 'first' : 'last';
      const upstream = { slicing, isOrdered: false, cap: count, isKnown: true };
      const { pageInfo } = (await read(at(side, old), { [size]: count }, upstream)).connection;
      const cursor = side === 'after' ? pageInfo.endCursor : pageInfo.startCursor;
      const page = await read(at(side, now), { [size]: 40, [side]: cursor }, upstream);
      return { shown: at(side, page.connection.nodes as PlainRow[]).map((row) => sids([row])[0]), ...page };
    }
    const row = (sid: string): PlainRow => ({ sid, key: keyOf(0) });
    const unreadable = (sid: string, showsSid: boolean): PlainRow => ({
      ...row(sid),
      isUnreadable: true,
      showsSid,
    });
    const each = [true, false].flatMap((showsSid) =>
      (['after', 'before'] as const).map((side) => [showsSid, side] as const),
    );

    it.each(each)(
      'skips no row that is in its place now (its sid is known: %s), %s it',
      async (showsSid, side) => {
        const x = unreadable('x', showsSid);
        const [b, c, d, e] = [row('b'), row('c'), row('d'), row('e')];
        expect((await pageBeside([x, b, c], 1, [b, d, e], side)).shown).toEqual(['b', 'd', 'e']);
        expect((await pageBeside([x, b, c], 1, [b, c, d, e], side)).shown).toEqual(['b', 'c', 'd', 'e']);
      },
    );

    it.each(each)(
      'skips no row if the row left with others (its sid is known: %s), %s it',
      async (showsSid, side) => {
        const old = Array.from({ length: 20 }, (_, index) =>
          index >= 4 && index < 10 ? unreadable(`r${index}`, showsSid) : row(`r${index}`),
        );
        const now = [...old.slice(0, 7), ...old.slice(10), row('new'), row('newer'), row('newest')];
        const { shown } = await pageBeside(old, 10, now, side);
        expect(shown).toEqual(expect.arrayContaining(sids(old.slice(10))));
      },
    );

    it.each(['after', 'before'] as const)('knows the row by its sid, %s it', async (side) => {
      const [x, y, z] = [unreadable('x', true), unreadable('y', true), unreadable('z', true)];
      const [b, c] = [row('b'), row('c')];
      expect((await pageBeside([x, y, b, c], 2, [b, z, c, x], side)).shown).toContain('b');
      const nowReadable = { ...x, isUnreadable: false };
      expect((await pageBeside([x, b, c], 1, [nowReadable, b, c], side)).shown).toEqual(['b', 'c']);
      expect((await pageBeside([x, b, c], 1, [row('new'), nowReadable, b, c], side)).shown).toEqual([
        'b',
        'c',
      ]);
    });
  },
);
