import { describe, expect, it } from '@jest/globals';
import { ListReader, type WindowFetch } from '../../../../src/datasources/paging/list-reader.js';
import { type ListSource } from '../../../../src/datasources/paging/list-source.js';
import { readPage } from '../../../../src/datasources/paging/page.js';
import { PageMaximum } from '../../../../src/datasources/paging/page-maximum.js';
import { cursorAt, ordered, plainList, type PlainRow, sids, unordered } from './plain-lists.js';

const rows = plainList(130);

/** Reads a page whose windows were read a while ago, except one; returns the windows that were read again. */
async function rereadOf(
  page: { first: number; before?: string | null; after?: string | null },
  newest: number,
) {
  const asked: string[] = [];
  const open = (attempt: number) => {
    const fetch: WindowFetch<PlainRow> = ({ offset, limit }) => {
      if (attempt > 0) asked.push(`${offset}+${limit}`);
      const readAtMs = attempt > 0 || offset === newest ? 10_000 : 7000;
      const value = { offset, limit, total: rows.length, rows: rows.slice(offset, offset + limit) };
      return Promise.resolve({ value, readAtMs });
    };
    return new ListReader(fetch, new PageMaximum());
  };
  const { nodes } = await readPage(open, ordered, page, { defaultSize: 20, maximum: 500 });
  return { asked, first: nodes[0], count: nodes.length };
}

it('windows read too long apart: only the older ones are read again', async () => {
  const before = await cursorAt(rows, 104);
  expect(await rereadOf({ first: 104, before }, 100)).toEqual({
    asked: ['0+50', '50+50'],
    first: rows[0],
    count: 104,
  });
  expect(await rereadOf({ first: 104, before }, 50)).toEqual({
    asked: ['0+50', '100+50'],
    first: rows[0],
    count: 104,
  });
  const after = await cursorAt(rows, 42);
  expect(await rereadOf({ first: 30, after }, 0)).toEqual({ asked: ['50+50'], first: rows[43], count: 30 });
  expect(await rereadOf({ first: 30, after }, 50)).toEqual({ asked: ['0+50'], first: rows[43], count: 30 });
});

/** Reads a page whose windows were read at the same moment as far as times show, each of another state of the list. */
async function readTorn(
  states: readonly (readonly PlainRow[])[],
  now: readonly PlainRow[],
  after: string | null,
) {
  const asked: number[] = [];
  const open = (attempt: number) => {
    const fetch: WindowFetch<PlainRow> = ({ offset, limit }) => {
      asked.push(offset);
      const state = attempt > 0 ? now : (states[offset / limit] ?? now);
      const value = { offset, limit, total: state.length, rows: state.slice(offset, offset + limit) };
      return Promise.resolve({ value, readAtMs: 0 });
    };
    return new ListReader(fetch, new PageMaximum());
  };
  const { nodes } = await readPage(open, ordered, { first: 30, after }, { defaultSize: 20, maximum: 500 });
  return { asked, nodes };
}

it('windows without a common row, but out of order: both are read again, although times and totals agree', async () => {
  const before = plainList(300);
  const inserted = before
    .slice(0, 100)
    .map(({ sid }) => ({ sid: `new-${sid}`, key: '2025-01-01T00:00:00.000Z' }));
  const now = [...inserted, ...before.slice(0, 200)]; // 100 rows came at the start, and 100 left at the end
  const { asked, nodes } = await readTorn([before, now], now, await cursorAt(before, 42));
  expect(sids(nodes)).toEqual(sids(before.slice(43, 73)));
  expect(asked.slice(0, 4)).toEqual([0, 50, 0, 50]);
  expect(asked.length).toBeLessThanOrEqual(8);
});

it('windows of a list that an upstream orders in another way are read once', async () => {
  const shuffled = rows.map((_row, index) => rows[(index * 37) % rows.length] ?? (rows[0] as PlainRow));
  const { asked } = await readTorn([], shuffled, await cursorAt(shuffled, 42));
  expect(asked).toEqual([0, 50]);
});

it('a page of the last rows begins after its cursor, also where only one window of a moving list is shown', async () => {
  const after = await cursorAt(rows.slice(0, 112), 98);
  let calls = 0;
  const open = () => {
    // The total changes with every call, and calls from row 100 on return one or two rows.
    const fetch: WindowFetch<PlainRow> = ({ offset, limit }) => {
      calls += 1;
      const total = 112 + (calls % 2);
      const count = offset >= 100 ? 1 + (calls % 2) : limit;
      const value = { offset, limit, total, rows: rows.slice(offset, Math.min(offset + count, total)) };
      return Promise.resolve({ value, readAtMs: 0 });
    };
    return new ListReader(fetch, new PageMaximum());
  };
  const { nodes } = await readPage(open, ordered, { last: 20, after }, { defaultSize: 20, maximum: 500 });
  expect(sids(nodes).slice(0, 2)).toEqual(['s99', 's100']);
});

/** Reads a page of a list to which rows are added in front with each call. */
async function readGrowing(growth: number, page: { first?: number; last?: number }, index: number) {
  const old = plainList(1000);
  const cursor = await cursorAt(old, index);
  let now: readonly PlainRow[] = old;
  const open = () => {
    const fetch: WindowFetch<PlainRow> = ({ offset, limit }) => {
      const added = Array.from({ length: growth }, (_, at) => ({
        sid: `new-${now.length + at}`,
        key: '2025',
      }));
      now = [...added, ...now];
      const value = { offset, limit, total: now.length, rows: now.slice(offset, offset + limit) };
      return Promise.resolve({ value, readAtMs: 0 });
    };
    return new ListReader(fetch, new PageMaximum());
  };
  const beside = page.first === undefined ? { before: cursor } : { after: cursor };
  const { nodes } = await readPage(open, ordered, { ...page, ...beside }, { defaultSize: 20, maximum: 500 });
  return sids(nodes);
}

it.each([99, 120, 149, 310])(
  'however many rows come with each call, a page after row %i begins right after it and leaves none out',
  async (index) => {
    const rest = sids(plainList(1000)).slice(index + 1);
    for (let growth = 1; growth <= 60; growth += 1) {
      const page = await readGrowing(growth, { first: 200 }, index);
      expect([growth, page.length > 0, page]).toEqual([growth, true, rest.slice(0, page.length)]);
    }
  },
);

it.each([99, 120, 150, 310])(
  'however many rows come with each call, a page before row %i ends right before it and leaves none out',
  async (index) => {
    for (let growth = 1; growth <= 60; growth += 1) {
      const page = await readGrowing(growth, { last: 200 }, index);
      const rest = sids(plainList(1000)).slice(0, index);
      const kept = page.filter((sid) => !sid.startsWith('new-'));
      expect([growth, kept.length > 0, kept]).toEqual([growth, true, rest.slice(-kept.length)]);
    }
  },
);

/** A list that changes once before a page of it is read, and to which rows are added at one end with each call. */
interface GrowingList {
  readonly old: readonly PlainRow[];
  readonly source: ListSource<PlainRow>;
  /** The list after the change. */
  readonly changed: readonly PlainRow[];
  readonly growth: number;
  readonly isInFront: boolean;
}

/**
 * Reads a page beside a row.
 * @returns the former places of its rows.
 */
async function readBeside(
  { old, source, changed, growth, isInFront }: GrowingList,
  index: number,
  page: { first?: number; last?: number },
) {
  const cursor = await cursorAt(old, index, source === ordered);
  let now = changed;
  const key = isInFront ? '2025' : '2027';
  const open = () => {
    const fetch: WindowFetch<PlainRow> = ({ offset, limit }) => {
      const added = Array.from({ length: growth }, (_, at) => ({ sid: `new-${now.length + at}`, key }));
      now = isInFront ? [...added, ...now] : [...now, ...added];
      const value = { offset, limit, total: now.length, rows: now.slice(offset, offset + limit) };
      return Promise.resolve({ value, readAtMs: 0 });
    };
    return new ListReader(fetch, new PageMaximum());
  };
  const beside = page.first === undefined ? { before: cursor } : { after: cursor };
  const { nodes } = await readPage(open, source, { ...page, ...beside }, { defaultSize: 20, maximum: 500 });
  return sids(nodes)
    .map((sid) => old.findIndex((row) => row.sid === sid))
    .filter((at) => at >= 0);
}

const uniqueKeys = plainList(3 * 200).filter((_, index) => index % 3 === 0);
describe.each<[keys: string, old: readonly PlainRow[], source: ListSource<PlainRow>]>([
  ['a sort key each', uniqueKeys, ordered],
  ['three of each sort key', plainList(200), ordered],
  ["the upstream's own order", plainList(200), unordered],
])('a row of a list with %s that is gone with its neighbours while the list grows', (_keys, old, source) => {
  const places = [6, 10, 60, 120, 150];
  it.each(places.flatMap((index) => [true, false].map((isInFront) => [index, isInFront] as const)))(
    'leaves out no row of the page after it, or before it: row %i, growing in front: %s',
    async (index, isInFront) => {
      const changed = old.filter((_, at) => Math.abs(at - index) > 5);
      for (const growth of [1, 2, 5, 11, 20]) {
        const list = { old, source, changed, growth, isInFront };
        const [first = 0] = await readBeside(list, index, { first: 120 });
        expect([growth, first <= index + 6]).toEqual([growth, true]);
        const last = (await readBeside(list, index, { last: 120 })).at(-1) ?? Infinity;
        expect([growth, last >= index - 6]).toEqual([growth, true]);
      }
    },
  );
});

it.each([24, 60, 99])(
  'a neighbour whose sort key has changed does not take along the page next to a row (%i) that is gone',
  async (index) => {
    const old = plainList(200);
    for (const side of ['after', 'before'] as const) {
      const way = side === 'after' ? 1 : -1;
      const neighbour = old[index - way];
      const place = index + 12 * way;
      const moved = { sid: neighbour?.sid ?? '', key: old[place]?.key ?? null };
      const rest = old.flatMap((row, at) =>
        at === index || row === neighbour ? [] : at === place ? [row, moved] : [row],
      );
      const list = { old, source: ordered, changed: [...plainRows(3), ...rest], growth: 1, isInFront: true };
      const shown = await readBeside(list, index, side === 'after' ? { first: 120 } : { last: 120 });
      expect([side, shown.includes(index + way)]).toEqual([side, true]);
    }
  },
);

/** Rows in front of all others. */
const plainRows = (count: number): PlainRow[] =>
  Array.from({ length: count }, (_, at) => ({ sid: `in front-${at}`, key: '2025' }));

it.each([20, 40, 60])(
  'the last rows of a list that loses %i rows with each call are not an empty page',
  async (lost) => {
    let length = 1000;
    const open = () => {
      const fetch: WindowFetch<PlainRow> = ({ offset, limit }) => {
        length -= lost;
        const rows = plainList(length).slice(offset, offset + limit);
        return Promise.resolve({ value: { offset, limit, total: length, rows }, readAtMs: 0 });
      };
      return new ListReader(fetch, new PageMaximum());
    };
    const read = readPage(open, ordered, { last: 10 }, { defaultSize: 20, maximum: 500 });
    const shown = await read.then(
      ({ nodes }) => nodes.length,
      (error: unknown) => String(error),
    );
    expect(shown).not.toBe(0);
  },
);
