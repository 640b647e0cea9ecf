import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type PageArguments } from '../../../../src/domain/lists/page.js';
import { neededRows, slicingOf, wholeWindows } from '../../../../src/datasources/paging/slicing.js';
import { cursorAt, plainList, read, sids } from './plain-lists.js';
import { runsOf } from '../../../support/property-runs.js';

const slicing = neededRows();
const rows = plainList(130);
const limits = { defaultSize: 20, maximum: 50 };

describe('only the rows that a page needs are requested', () => {
  it.each<[what: string, page: PageArguments, asked: readonly (readonly [offset: number, limit: number])[]]>([
    ['the first five', { first: 5 }, [[0, 5]]],
    ['the default page', {}, [[0, 20]]],
    ['only the total', { first: 0 }, [[0, 1]]],
    [
      'more rows than one call returns',
      { first: 120 },
      [
        [0, 50],
        [50, 50],
        [100, 20],
      ],
    ],
    [
      'the last ten rows, with a first window that may contain them and known cursors',
      { last: 10 },
      [
        [0, 50],
        [115, 15],
      ],
    ],
  ])('%s', async (_what, page, asked) => {
    const { asked: slices } = await read(rows, page, { slicing });
    expect(slices.map(({ offset, limit }) => [offset, limit])).toEqual(asked);
  });

  it.each([
    ['after a cursor', 45, { first: 20 }],
    ['before a cursor', 55, { last: 20 }],
  ])('a page %s that spans two windows takes one call', async (_what, at, size) => {
    const cursor = await cursorAt(rows, at);
    const page = 'first' in size ? { ...size, after: cursor } : { ...size, before: cursor };
    const { connection, calls } = await read(rows, page, { slicing });
    expect(sids(connection.nodes)).toEqual(
      sids('first' in size ? rows.slice(at + 1, at + 21) : rows.slice(at - 20, at)),
    );
    expect(calls).toBe(1);
    expect((await read(rows, page)).calls).toBe(2);
  });
});

describe('several pages of a list', () => {
  it.each<[string, readonly PageArguments[] | undefined, number]>([
    ['a single page requests its own rows', [{ first: 5 }], 5],
    ['pages from the start request the rows of the longest', [{ first: 5 }, {}, { first: 40 }], 40],
    ['a page longer than one call returns requests windows', [{ first: 5 }, { first: 51 }], 50],
    ['a page from a cursor requests windows', [{ first: 5 }, { first: 5, after: 'x' }], 50],
    ['a page from the end requests windows', [{ first: 5 }, { last: 5 }], 50],
    ['unknown pages request windows', undefined, 50],
  ])('%s', async (_what, pages, limit) => {
    const { asked } = await read(rows, { first: 5 }, { slicing: slicingOf(pages, limits) });
    expect(asked).toEqual([{ offset: 0, limit }]);
  });
});

describe('an unchanged list', () => {
  const anyPage = fc.record({
    length: fc.integer({ min: 1, max: 300 }),
    a: fc.nat(299),
    b: fc.nat(299),
    count: fc.nat(160),
    cursors: fc.constantFrom('none', 'after', 'before', 'both'),
    size: fc.constantFrom('first', 'last'),
    cap: fc.integer({ min: 6, max: 60 }),
    saysSo: fc.boolean(),
    isKnown: fc.boolean(),
  });

  it('has the same pages in no more calls, whatever page maximum is known', () =>
    fc.assert(
      fc.asyncProperty(anyPage, async ({ length, a, b, count, cursors, size, cap, saysSo, isKnown }) => {
        const list = plainList(length);
        const [low, high] = [Math.min(a, b) % length, Math.max(a, b) % length];
        const page = {
          [size]: count,
          ...(cursors !== 'none' && cursors !== 'before' && { after: await cursorAt(list, low) }),
          ...(cursors !== 'none' && cursors !== 'after' && { before: await cursorAt(list, high) }),
        };
        const upstream = { cap, saysSo, isKnown };
        const windows = await read(list, page, { ...upstream, slicing: wholeWindows });
        const needed = await read(list, page, { ...upstream, slicing });
        expect(sids(needed.connection.nodes)).toEqual(sids(windows.connection.nodes));
        expect(needed.connection.pageInfo).toMatchObject({
          hasNextPage: windows.connection.pageInfo.hasNextPage,
          hasPreviousPage: windows.connection.pageInfo.hasPreviousPage,
        });
        // Rows that are cut off the first time may be the reason for the call.
        const surprises = cap < 50 && !isKnown ? 1 : 0;
        expect(needed.calls).toBeLessThanOrEqual(windows.calls + surprises);
      }),
      { numRuns: runsOf(250) },
    ));
});
