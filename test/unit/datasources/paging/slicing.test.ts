import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type PageArguments } from '../../../../src/domain/page.js';
import { neededRows, slicingOf, wholeWindows } from '../../../../src/datasources/paging/slicing.js';
import { cursorAt, plainList, read, sids } from './plain-lists.js';

const slicing = neededRows();
const rows = plainList(130);
const limits = { defaultSize: 20, maximum: 50 };

describe('only the rows that a page needs are requested', () => {
  it.each<[what: string, page: PageArguments, asked: readonly (readonly [offset: number, limit: number])[]]>([
    ['the first five', { first: 5 }, [[0, 5]]],
    ['the default page', {}, [[0, 20]]],
    ['the total alone', { first: 0 }, [[0, 1]]],
    [
      'more than one call gives',
      { first: 120 },
      [
        [0, 50],
        [50, 50],
        [100, 20],
      ],
    ],
    [
      'the last ten, after a first window that may have had them, with what their cursors know',
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
    ['before one', 55, { last: 20 }],
  ])('one call for a page %s that lies in two windows', async (_what, at, size) => {
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
    ['one alone are its own rows', [{ first: 5 }], 5],
    ['from the start are the rows of the longest', [{ first: 5 }, {}, { first: 40 }], 40],
    ['of which one is longer than a call gives are windows', [{ first: 5 }, { first: 51 }], 50],
    ['of which one is from a cursor are windows', [{ first: 5 }, { first: 5, after: 'x' }], 50],
    ['of which one is from the end are windows', [{ first: 5 }, { last: 5 }], 50],
    ['that are not known are windows', undefined, 50],
  ])('%s', async (_what, pages, limit) => {
    const { asked } = await read(rows, { first: 5 }, { slicing: slicingOf(pages, limits) });
    expect(asked).toEqual([{ offset: 0, limit }]);
  });
});

describe('of a list that does not change', () => {
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

  it('every page is the same, in no more calls, whatever the upstream is known to give at once', () =>
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
        // What is cut off for the first time may be what the call was for.
        const surprises = cap < 50 && !isKnown ? 1 : 0;
        expect(needed.calls).toBeLessThanOrEqual(windows.calls + surprises);
      }),
      { numRuns: 500 },
    ));
});
