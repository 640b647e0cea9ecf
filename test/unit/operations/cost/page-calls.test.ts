import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { neededRows, wholeWindows } from '../../../../src/datasources/paging/slicing.js';
import { type PageArguments } from '../../../../src/domain/lists/page.js';
import { pageCalls } from '../../../../src/operations/cost/page-calls.js';
import { cursorAt, plainList, read, sids } from '../../datasources/paging/plain-lists.js';
import { runsOf } from '../../../support/property-runs.js';

const limits = { defaultSize: 20, maximum: 500 };

type Shape = (size: number, after: string | null, before: string | null) => PageArguments;
const shapes: readonly (readonly [what: string, shape: Shape])[] = [
  ['first', (first) => ({ first })],
  ['last', (last) => ({ last })],
  ['first, after', (first, after) => ({ first, after })],
  ['last, after', (last, after) => ({ last, after })],
  ['first, before', (first, _after, before) => ({ first, before })],
  ['last, before', (last, _after, before) => ({ last, before })],
  ['first, after, before', (first, after, before) => ({ first, after, before })],
  ['last, after, before', (last, after, before) => ({ last, after, before })],
];
/** Positions around the ends of windows. */
const sizes = [0, 1, 2, 10, 11, 12, 21];
const windowRows = 10;
const windows = { cap: windowRows, isKnown: true };

const lengths = [0, 1, 10, 11, 35, 41, 52];
/** Lists of several lengths, with the cursors of all their rows. */
const lists = Promise.all(
  lengths.map(async (length) => {
    const rows = plainList(length);
    const { connection } = await read(rows, { first: 500 });
    return { rows, cursors: length === 0 ? [null] : connection.edges.map(({ cursor }) => cursor) };
  }),
);

/** Maximum number of calls for a page of one size, with cursors at every position. */
async function worst(shape: Shape, size: number, slicing = wholeWindows): Promise<number> {
  let most = 0;
  for (const { rows, cursors } of await lists) {
    const ends = [cursors[0] ?? null, cursors.at(-1) ?? null];
    const pages = cursors.flatMap((cursor) =>
      ends.flatMap((end) => [shape(size, cursor, end), shape(size, end, cursor)]),
    );
    const different = new Map(pages.map((page) => [JSON.stringify(page), page]));
    for (const page of different.values())
      most = Math.max(most, (await read(rows, page, { ...windows, slicing })).calls);
  }
  return most;
}

describe.each(shapes)('a page by %s', (_what, shape) => {
  it.each(sizes)('of %i rows takes at most the estimated calls, and reaches the estimate', async (size) => {
    expect(await worst(shape, size)).toBe(pageCalls(shape(size, 'a', 'b'), limits, { rows: windowRows }));
  });

  it.each(sizes)('of %i rows takes no more calls if only the needed rows are requested', async (size) => {
    const estimate = pageCalls(shape(size, 'a', 'b'), limits, { rows: windowRows });
    expect(await worst(shape, size, neededRows())).toBeLessThanOrEqual(estimate);
  });
});

const anyPage = fc.record({
  length: fc.integer({ min: 1, max: 900 }),
  a: fc.nat(899),
  b: fc.nat(899),
  count: fc.nat(500),
  cursors: fc.constantFrom('none', 'after', 'before', 'both'),
  size: fc.constantFrom('first', 'last'),
  cap: fc.integer({ min: 50, max: 600 }),
  saysSo: fc.boolean(),
  isKnown: fc.boolean(),
  isCached: fc.boolean(),
});

it('larger pages show the same rows in at most the estimated calls, whatever the upstream returns (property)', () =>
  fc.assert(
    fc.asyncProperty(
      anyPage,
      async ({ length, a, b, count, cursors, size, cap, saysSo, isKnown, isCached }) => {
        const rows = plainList(length);
        const [low, high] = [Math.min(a, b) % length, Math.max(a, b) % length];
        const page = {
          [size]: count,
          ...(cursors !== 'none' && cursors !== 'before' && { after: await cursorAt(rows, low) }),
          ...(cursors !== 'none' && cursors !== 'after' && { before: await cursorAt(rows, high) }),
        };
        const slicing = isCached ? wholeWindows : neededRows();
        const expected = await read(rows, page);
        const larger = await read(rows, page, { cap, saysSo, isKnown, largest: 1000, slicing });
        expect(sids(larger.connection.nodes)).toEqual(sids(expected.connection.nodes));
        const before = await read(rows, { first: 0 }, { cap, saysSo, isKnown, largest: 1000 });
        // The part of a response that is not used, of which a trial may cut off one.
        const lost = isKnown ? 0 : 1;
        expect(larger.calls).toBeLessThanOrEqual(pageCalls(page, limits, before.maximum) + lost);
      },
    ),
    { numRuns: runsOf(150) },
  ));

it('49 rows from the end, after row 42 of 130, take three calls', async () => {
  const rows = plainList(130);
  const { connection } = await read(rows, { first: 130 });
  const page = { last: 49, after: connection.edges[42]?.cursor ?? null };
  expect((await read(rows, page)).calls).toBe(3);
  expect(pageCalls(page, limits, { rows: 50 })).toBe(3);
});

it('201 rows before row 201, where a call returns 150, take two calls', async () => {
  const rows = plainList(202);
  const page = { last: 201, before: await cursorAt(rows, 201) };
  const upstream = { cap: 150, saysSo: false, isKnown: true, largest: 1000 };
  expect((await read(rows, page, upstream)).calls).toBe(2);
  expect(pageCalls(page, limits, { rows: 50, perCall: 150 })).toBe(2);
});
