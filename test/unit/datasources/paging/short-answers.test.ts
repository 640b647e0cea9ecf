import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maximumSearchCalls } from '../../../../src/datasources/paging/cursors/position.js';
import { neededRows, wholeWindows } from '../../../../src/datasources/paging/slicing.js';
import { ListReader, type WindowFetch } from '../../../../src/datasources/paging/list-reader.js';
import { readPage } from '../../../../src/datasources/paging/page.js';
import { PageMaximum } from '../../../../src/datasources/paging/page-maximum.js';
import { runs } from './changes.js';
import { cursorAt, ordered, plainList, type PlainRow, read, sids } from './plain-lists.js';

const limits = { defaultSize: 20, maximum: 500 };

it('two rows after row 35, from an upstream that returns 27, 3 and 2 rows, are rows 36 and 37, in two calls', async () => {
  const rows = plainList(100);
  const after = await cursorAt(rows, 35);
  const upstream = { caps: [27, 3], cap: 2, slicing: neededRows() };
  const { connection, calls } = await read(rows, { first: 2, after }, upstream);
  expect(sids(connection.nodes)).toEqual(['s36', 's37']);
  expect(calls).toBe(2);
});

it.each([
  ['with a cache, and a metadata.limit that says so', { slicing: wholeWindows, saysSo: true }],
  ['with a cache', { slicing: wholeWindows, saysSo: false }],
  ['without a cache, and a metadata.limit that says so', { slicing: neededRows(), saysSo: true }],
  ['without a cache', { slicing: neededRows(), saysSo: false }],
])('one response with a single row costs one further call, %s', async (_how, upstream) => {
  const rows = plainList(100);
  const { connection, calls } = await read(rows, { first: 50 }, { ...upstream, caps: [1], cap: 50 });
  expect(sids(connection.nodes)).toEqual(sids(rows.slice(0, 50)));
  expect(calls).toBe(2);
});

it.each([
  ['the second window, with a cache', { first: 100 }, { slicing: wholeWindows, caps: [50, 0] }, 100],
  ['the end of the list, without one', { last: 20 }, { slicing: neededRows(), caps: [50, 0] }, 20],
  ['three rows of the end, without one', { last: 20 }, { slicing: neededRows(), caps: [50, 3] }, 20],
])(
  'a response without rows that are there costs one further call: %s',
  async (_what, page, upstream, count) => {
    const rows = plainList(99);
    const { connection, calls } = await read(rows, page, { ...upstream, cap: 50, saysSo: false });
    expect(sids(connection.nodes)).toEqual(sids(rows.slice(-count)));
    expect(calls).toBe(3);
  },
);

it.each([50, 100, 200])(
  'a page maximum that no response mentions is learned from one page of %i rows',
  async (first) => {
    const { maximum, calls } = await read(plainList(400), { first }, { cap: 20, saysSo: false });
    expect(maximum.rows).toBe(20);
    expect(calls).toBeLessThanOrEqual(Math.ceil(first / 50) + Math.ceil(first / 20));
  },
);

it('a response that is short once teaches no page maximum', async () => {
  const { maximum } = await read(plainList(400), { first: 100 }, { caps: [20], saysSo: false });
  expect(maximum.rows).toBe(50);
});

it('responses that leave out rows which others have teach no page maximum', async () => {
  const rows = plainList(400);
  const maximum = new PageMaximum();
  const fetch: WindowFetch<PlainRow> = ({ offset, limit }) => {
    const shown = rows.slice(offset, offset + limit).filter((_, index) => index !== 7);
    return Promise.resolve({ value: { offset, limit, total: rows.length, rows: shown }, readAtMs: 0 });
  };
  const page = readPage(() => new ListReader(fetch, maximum), ordered, { first: 100 }, limits);
  await page.catch(() => undefined);
  expect(maximum.rows).toBe(50);
});

const anyPage = fc.record({
  length: fc.integer({ min: 1, max: 300 }),
  at: fc.nat(299),
  count: fc.integer({ min: 1, max: 60 }),
  isForwards: fc.boolean(),
  caps: fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 8 }).map((caps) => caps.sort((a, b) => b - a)),
  cap: fc.integer({ min: 1, max: 4 }),
  saysSo: fc.boolean(),
  isCached: fc.boolean(),
});

it('a page of a list that stands still begins at its cursor, however few rows each response has (property)', () =>
  fc.assert(
    fc.asyncProperty(anyPage, async ({ length, at, count, isForwards, isCached, ...answers }) => {
      const rows = plainList(length);
      const index = at % length;
      const cursor = await cursorAt(rows, index);
      const upstream = { ...answers, slicing: isCached ? wholeWindows : neededRows() };
      const page = isForwards ? { first: count, after: cursor } : { last: count, before: cursor };
      const { connection, calls } = await read(rows, page, upstream);
      const expected = sids(
        isForwards ? rows.slice(index + 1, index + 1 + count) : rows.slice(Math.max(0, index - count), index),
      );
      // Rows that five rounds of calls did not return are errors.
      const shown = sids(connection.nodes).map((sid, place) =>
        sid === 'unreadable' ? expected[place] : sid,
      );
      expect(shown).toEqual(expected);
      expect(calls).toBeLessThanOrEqual(count + 5 + maximumSearchCalls);
    }),
    { ...runs, numRuns: 20 * runs.numRuns },
  ));
