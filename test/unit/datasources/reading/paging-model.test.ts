import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type PageArguments } from '../../../../src/domain/page.js';
import { ListReader, type WindowFetch } from '../../../../src/datasources/reading/list-reader.js';
import { type ListSource } from '../../../../src/datasources/reading/list-source.js';
import { readPage } from '../../../../src/datasources/reading/page.js';
import { PageMaximum } from '../../../../src/datasources/reading/page-maximum.js';

interface PlainRow {
  readonly sid: string;
  readonly key: string;
}

const source: ListSource<PlainRow> = { key: 'plain', direction: 'ASC', sortKeyOf: ({ key }) => key };
const limits = { defaultSize: 20, maximum: 500 };
const keyOf = (index: number): string => new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString();
const plainList = (length: number): PlainRow[] =>
  Array.from({ length }, (_, index) => ({ sid: `s${String(index)}`, key: keyOf(Math.floor(index / 3)) }));

/** An upstream as a plain list: it caps its pages, and says so or not. */
function read(rows: readonly PlainRow[], page: PageArguments, cap = 50, saysSo = true) {
  let calls = 0;
  const fetch: WindowFetch<PlainRow> = ({ offset, limit }) => {
    calls += 1;
    const given = Math.min(limit, cap);
    const value = {
      offset,
      limit: saysSo ? given : limit,
      total: rows.length,
      rows: rows.slice(offset, offset + given),
    };
    return Promise.resolve({ value, readAtMs: 0, order: calls });
  };
  const open = () => new ListReader(fetch, new PageMaximum());
  return readPage(open, source, page, limits).then((connection) => ({ connection, calls }));
}

const sids = (rows: readonly (PlainRow | Error)[]): string[] =>
  rows.map((row) => (row instanceof Error ? 'unreadable' : row.sid));

describe('a page of any list equals the same page of a plain list', () => {
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
        const after = (await cursorAt(rows, at)) ?? null;
        const { connection } = await read(rows, { first: count, after }, Math.max(cap, 20), saysSo);
        expect(sids(connection.nodes)).toEqual(sids(rows.slice(at + 1, at + 1 + count)));
        expect(connection.pageInfo.hasNextPage).toBe(at + 1 + count < rows.length);
      }),
      { numRuns: 100 },
    ));

  it('before any row', () =>
    fc.assert(
      fc.asyncProperty(anyPage, async ({ length, at, count }) => {
        const rows = plainList(length + at + 1);
        const before = (await cursorAt(rows, at)) ?? null;
        const { connection } = await read(rows, { last: count, before });
        expect(sids(connection.nodes)).toEqual(sids(rows.slice(Math.max(0, at - count), at)));
        expect(connection.pageInfo.hasPreviousPage).toBe(at - count > 0);
      }),
      { numRuns: 100 },
    ));
});

describe('a cursor holds while the list moves', () => {
  it('rows that were there all along are neither repeated nor skipped by insertions and removals', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 30, maxLength: 300 }),
        fc.array(fc.nat(300), { maxLength: 60 }),
        fc.nat(299),
        async (isRemoved, insertions, seed) => {
          const old = isRemoved.map((_, index) => ({ sid: `s${String(index)}`, key: keyOf(index * 2) }));
          const at = seed % old.length;
          const after = (await cursorAt(old, at)) ?? null;
          const moved = [
            ...old.filter((_, index) => !(isRemoved[index] ?? false)),
            ...insertions.map((place, index) => ({ sid: `new${String(index)}`, key: keyOf(place * 2 + 1) })),
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
      { numRuns: 200 },
    ));
});

describe('rows that share a sort key', () => {
  it('are neither repeated nor skipped where the row of the cursor is gone', () =>
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
          const after = (await cursorAt(old, at)) ?? null;
          const fresh = Array.from({ length: insertedBefore }, (_, index) => ({
            sid: `new-${String(index).padStart(8, '0')}`,
            key: keyOf(-1),
          }));
          const moved = [...fresh, ...old.filter((_, index) => index !== at)];
          const { connection } = await read(moved, { first: 500, after });
          expect(sids(connection.nodes)).toEqual(sids(old.slice(at + 1)));
        },
      ),
      { numRuns: 200 },
    ));
});

it('an order by name that counts capitals first is not taken for one that does not', async () => {
  const names = [...plainNames('Name'), ...plainNames('bame')];
  const old = names.map((key, index) => ({ sid: `s${String(index)}`, key }));
  const after = (await cursorAt(old, 19)) ?? null;
  const { connection } = await read(
    old.filter((_, index) => index !== 19),
    { first: 20, after },
  );
  expect(sids(connection.nodes)).toEqual(sids(old.slice(20, 40)));
});

const plainNames = (word: string): string[] =>
  Array.from({ length: 60 }, (_, index) => `${word} ${String(index).padStart(3, '0')}`);

async function cursorAt(rows: readonly PlainRow[], index: number): Promise<string | undefined> {
  const { connection } = await read(rows, { last: 1, first: null, before: null });
  if (index === rows.length - 1) return connection.edges.at(-1)?.cursor;
  const { connection: page } = await read(rows, { first: Math.min(500, index + 1) });
  return page.edges.at(index)?.cursor ?? connection.edges.at(-1)?.cursor;
}
