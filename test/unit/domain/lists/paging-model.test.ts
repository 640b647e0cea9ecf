import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type PageArguments } from '../../../../src/domain/lists/page.js';
import { neededRows, wholeWindows } from '../../../../src/datasources/paging/slicing.js';
import {
  cursorAt,
  keyOf,
  plainList,
  type PlainRow,
  type PlainUpstream,
  read as readAny,
  sids,
} from '../../datasources/paging/plain-lists.js';
import { runsOf } from '../../../support/property-runs.js';

describe.each([
  ['whole windows', wholeWindows],
  ['only the needed rows', neededRows()],
])('with %s per call', (_how, slicing) => {
  const read = (rows: readonly PlainRow[], page: PageArguments, upstream: PlainUpstream = {}) =>
    readAny(rows, page, { ...upstream, slicing });

  describe('a page of a list equals the same page of an array', () => {
    const anyPage = fc.record({
      length: fc.nat(400),
      at: fc.nat(399),
      count: fc.nat(120),
      cap: fc.integer({ min: 1, max: 60 }),
      saysSo: fc.boolean(),
    });

    it('after any row', () =>
      fc.assert(
        fc.asyncProperty(anyPage, async ({ length, at, count, cap, saysSo }) => {
          const rows = plainList(length + at + 1);
          const { connection: whole } = await read(rows, { first: 1, after: undefined });
          expect(whole.totalCount).toBe(rows.length);
          const after = await cursorAt(rows, at);
          const { connection } = await read(
            rows,
            { first: count, after },
            { cap: Math.max(cap, 20), saysSo },
          );
          expect(sids(connection.nodes)).toEqual(sids(rows.slice(at + 1, at + 1 + count)));
          expect(connection.pageInfo.hasNextPage).toBe(at + 1 + count < rows.length);
        }),
        { numRuns: runsOf(100) },
      ));

    it('before any row', () =>
      fc.assert(
        fc.asyncProperty(anyPage, async ({ length, at, count }) => {
          const rows = plainList(length + at + 1);
          const before = await cursorAt(rows, at);
          const { connection } = await read(rows, { last: count, before });
          expect(sids(connection.nodes)).toEqual(sids(rows.slice(Math.max(0, at - count), at)));
          expect(connection.pageInfo.hasPreviousPage).toBe(at - count > 0);
        }),
        { numRuns: runsOf(100) },
      ));
  });

  describe('a cursor stays valid while the list changes', () => {
    it('insertions and removals neither repeat nor skip rows that stay in the list', () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.boolean(), { minLength: 30, maxLength: 300 }),
          fc.array(fc.nat(300), { maxLength: 60 }),
          fc.nat(299),
          async (isRemoved, insertions, seed) => {
            const old = isRemoved.map((_, index) => ({ sid: `s${String(index)}`, key: keyOf(index * 2) }));
            const at = seed % old.length;
            const after = await cursorAt(old, at);
            const moved = [
              ...old.filter((_, index) => !(isRemoved[index] ?? false)),
              ...insertions.map((place, index) => ({
                sid: `new${String(index)}`,
                key: keyOf(place * 2 + 1),
              })),
            ].sort((a, b) => (a.key < b.key ? -1 : 1));
            const { connection, calls } = await read(moved, { first: 500, after });
            const stayed = old.filter((_, index) => index > at && !(isRemoved[index] ?? false));
            const seen = sids(connection.nodes).filter((sid) => !sid.startsWith('new'));
            expect(seen).toEqual(sids(stayed));
            expect(calls).toBeLessThanOrEqual(
              2 + Math.ceil(moved.length / 50) + 2 * Math.ceil(Math.log2(moved.length + 1)),
            );
          },
        ),
        { numRuns: runsOf(200) },
      ));
  });

  describe('rows with the same sort key', () => {
    it('are neither repeated nor skipped if the row of the cursor is removed', () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.nat(12), { minLength: 5, maxLength: 200 }),
          fc.nat(199),
          fc.nat(40),
          async (groups, seed, insertedBefore) => {
            const old = [...groups]
              .sort((a, b) => a - b)
              .map((group, index) => ({ sid: `sid-${String(index).padStart(8, '0')}`, key: keyOf(group) }));
            const at = seed % old.length;
            const after = await cursorAt(old, at);
            const fresh = Array.from({ length: insertedBefore }, (_, index) => ({
              sid: `new-${String(index).padStart(8, '0')}`,
              key: keyOf(-1),
            }));
            const moved = [...fresh, ...old.filter((_, index) => index !== at)];
            const { connection } = await read(moved, { first: 500, after });
            expect(sids(connection.nodes)).toEqual(sids(old.slice(at + 1)));
          },
        ),
        { numRuns: runsOf(200) },
      ));
  });

  it('a case-sensitive order by name is not mistaken for a case-insensitive one', async () => {
    const names = [...plainNames('Name'), ...plainNames('bame')];
    const old = names.map((key, index) => ({ sid: `s${String(index)}`, key }));
    const after = await cursorAt(old, 19);
    const { connection } = await read(
      old.filter((_, index) => index !== 19),
      { first: 20, after },
    );
    expect(sids(connection.nodes)).toEqual(sids(old.slice(20, 40)));
  });
});

const plainNames = (word: string): string[] =>
  Array.from({ length: 60 }, (_, index) => `${word} ${String(index).padStart(3, '0')}`);
