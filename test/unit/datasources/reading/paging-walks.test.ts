import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { markOf } from '../../../../src/datasources/reading/neighbour-marks.js';
import { maximumSearchCalls } from '../../../../src/datasources/reading/search-allowance.js';
import { neededRows, type Slicing, wholeWindows } from '../../../../src/datasources/reading/slicing.js';
import { anyBlocks, anyChanges, runs } from './changes.js';
import { type Change, ChangingList } from './changing-list.js';
import { keyOf, type PlainRow, type PlainUpstream, read, sids } from './plain-lists.js';

/** What happens between two pages. */
interface Between {
  readonly changes: readonly Change[];
  /** A new page maximum of the upstream; never a larger one. */
  readonly cap: number;
}

interface Walk {
  readonly blocks: readonly number[];
  readonly betweens: readonly Between[];
  /** Rows of the first page, and of the others. */
  readonly sizes: readonly [first: number, others: number];
  readonly way: 'forwards' | 'backwards';
  readonly saysSo: boolean;
}

interface Kind {
  readonly slicing: Slicing;
  readonly isOrdered: boolean;
  readonly keyOfBlock: (block: number, made: number) => string | null;
  readonly unreadableEvery?: number;
}

/** How far a row may have moved among equal rows to be found again. */
const reach = 500;
const manyPages = 2000;

/** A cursor's row and what the page it ends shows before it (backwards: behind it). */
interface End {
  readonly cursor: string | null;
  readonly row: PlainRow | undefined;
  /** Those that tell the place should the row be gone. */
  readonly neighbours: readonly PlainRow[];
  readonly index: number;
  readonly place: number;
}

const isOf = (rows: readonly PlainRow[], row: PlainRow | undefined): boolean =>
  row !== undefined && rows.some(({ sid, key }) => sid === row.sid && key === row.key);

const isEqual = (one: PlainRow, other: PlainRow | undefined): boolean =>
  one.key?.toLowerCase() === other?.key?.toLowerCase();

/** How many rows with its sort key are before a row; backwards: behind it. */
function placeOf(
  rows: readonly PlainRow[],
  sid: string | undefined,
  { way }: Walk,
  { isOrdered }: Kind,
): number {
  const list = way === 'forwards' ? rows : [...rows].reverse();
  const index = list.findIndex((row) => row.sid === sid);
  const start = isOrdered ? list.findIndex((row) => isEqual(row, list[index])) : 0;
  return index - start;
}

/** True where the cursor does not tell the exact place any more, so that rows may be shown again. */
function isPlaceLost(rows: readonly PlainRow[], end: End, cap: number, walk: Walk, kind: Kind): boolean {
  if (!isOf(rows, end.row) || end.row?.isUnreadable === true)
    return !end.neighbours.some((row) => isOf(rows, row));
  const moved = Math.abs(placeOf(rows, end.row?.sid, walk, kind) - end.place);
  return moved > (cap < 50 ? 8 * cap : reach);
}

async function check(walk: Walk, kind: Kind): Promise<void> {
  const list = new ChangingList(walk.blocks, kind.keyOfBlock, kind.unreadableEvery);
  const seen = new Map<string, number>();
  let end: End = { cursor: null, row: undefined, neighbours: [], index: 0, place: 0 };
  let cap = 50;
  let [mayRepeat, hasChanged] = [false, false];
  for (let page = 0; ; page += 1) {
    expect(page).toBeLessThan(manyPages);
    const { rows } = list;
    const size = walk.sizes[page === 0 ? 0 : 1];
    const { slicing, isOrdered } = kind;
    const upstream: PlainUpstream = { cap, saysSo: walk.saysSo, isKnown: true, slicing, isOrdered };
    const { connection, calls } = await read(
      rows,
      walk.way === 'forwards' ? { first: size, after: end.cursor } : { last: size, before: end.cursor },
      upstream,
    );
    const windows = Math.ceil((size + 1) / cap) + 2;
    expect(calls).toBeLessThanOrEqual(windows + (hasChanged ? maximumSearchCalls : 0));
    for (const sid of sids(connection.nodes)) seen.set(sid, (seen.get(sid) ?? 0) + 1);
    const { pageInfo, nodes } = connection;
    if (!(walk.way === 'forwards' ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) break;
    expect(nodes.length).toBeGreaterThan(0);
    end = endOf(connection, rows, walk, kind);
    const between = walk.betweens[page];
    for (const change of between?.changes ?? []) list.apply(change, end.index);
    hasChanged = between !== undefined;
    cap = Math.min(cap, between?.cap ?? cap);
    mayRepeat ||= hasChanged && isPlaceLost(list.rows, end, cap, walk, kind);
  }
  const wrong = [...list.stayed].filter((sid) => {
    const times = seen.get(sid) ?? 0;
    return times === 0 || (times > 1 && !mayRepeat);
  });
  expect(wrong.map((sid) => [sid, seen.get(sid) ?? 0])).toEqual([]);
}

function endOf(
  { nodes, pageInfo }: Awaited<ReturnType<typeof read>>['connection'],
  rows: readonly PlainRow[],
  walk: Walk,
  kind: Kind,
): End {
  const isForwards = walk.way === 'forwards';
  const cursor = isForwards ? pageInfo.endCursor : pageInfo.startCursor;
  const [start, count] = [indexOf(cursor), nodes.length];
  const shown = isForwards
    ? rows.slice(start - count + 1, start).reverse()
    : rows.slice(start + 1, start + count);
  const row = rows[start];
  // A row without a sid is known by the one right beside it alone.
  const adjacent = shown.slice(0, row?.isUnreadable === true ? 1 : 5);
  const neighbours = adjacent.filter(
    (one) => one.isUnreadable !== true && (!kind.isOrdered || !row || isEqual(one, row)),
  );
  return { cursor, row, neighbours, index: start, place: placeOf(rows, row?.sid, walk, kind) };
}

/** Where a cursor says that its row is. */
function indexOf(cursor: string | null): number {
  const [, , offset] = JSON.parse(Buffer.from(cursor ?? '', 'base64url').toString()) as [
    number,
    string,
    number,
  ];
  return offset;
}

const anyWalk = (kinds: readonly Change['kind'][]): fc.Arbitrary<Walk> =>
  fc.record({
    blocks: anyBlocks,
    betweens: fc.array(
      fc.record({
        changes: anyChanges(kinds),
        cap: fc.oneof(
          { weight: 6, arbitrary: fc.constant(50) },
          { weight: 1, arbitrary: fc.integer({ min: 20, max: 49 }) },
        ),
      }),
      { maxLength: 8 },
    ),
    sizes: fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 60 })),
    way: fc.constantFrom('forwards', 'backwards'),
    saysSo: fc.boolean(),
  });

const kinds = ['insert', 'insertOther', 'remove', 'leave', 'enter', 'move'] as const;
const inItsOwnOrder = ['insert', 'remove', 'leave', 'enter'] as const;
/** Names of one block differ in case alone. */
const nameOf = (block: number, made: number): string => {
  const name = `name ${String(block).padStart(6, '0')}`;
  return made % 3 === 0 ? name.toUpperCase() : name;
};

/** The first rows do not say when they start. */
const timeOrNone = (block: number): string | null => (block === 10 ? null : keyOf(block));

describe.each([
  ['whole windows', wholeWindows],
  ['the rows needed', neededRows()],
])(
  'a walk in %s shows every row that was there all along, and once where its place is known',
  (_how, slicing) => {
    it('in the order of times', () =>
      fc.assert(
        fc.asyncProperty(anyWalk(kinds), (walk) =>
          check(walk, { slicing, isOrdered: true, keyOfBlock: keyOf }),
        ),
        runs,
      ));

    it('in the order of names, whatever their case', () =>
      fc.assert(
        fc.asyncProperty(anyWalk(kinds), (walk) =>
          check(walk, { slicing, isOrdered: true, keyOfBlock: nameOf }),
        ),
        runs,
      ));

    it('in an order that some rows say nothing of', () =>
      fc.assert(
        fc.asyncProperty(anyWalk(inItsOwnOrder), (walk) =>
          check(walk, { slicing, isOrdered: true, keyOfBlock: timeOrNone }),
        ),
        runs,
      ));

    it('among rows that cannot be read', () =>
      fc.assert(
        fc.asyncProperty(anyWalk(kinds), fc.integer({ min: 2, max: 20 }), (walk, unreadableEvery) =>
          check(walk, { slicing, isOrdered: true, keyOfBlock: keyOf, unreadableEvery }),
        ),
        runs,
      ));

    it("in the upstream's own order", () =>
      fc.assert(
        fc.asyncProperty(anyWalk(inItsOwnOrder), (walk) =>
          check(walk, { slicing, isOrdered: false, keyOfBlock: keyOf }),
        ),
        runs,
      ));
  },
);

describe('a walk whose cursor is a row that cannot be read', () => {
  it('passes over no row where that row left with all of its neighbours', () =>
    check(
      {
        blocks: [13, 409, 2],
        betweens: [
          { changes: [], cap: 50 },
          {
            changes: [
              { kind: 'insert', place: { from: 'start', by: 0 }, count: 73 },
              { kind: 'remove', place: { from: 'cursor', by: 0 }, count: 300 },
              { kind: 'insert', place: { from: 'start', by: 0 }, count: 93 },
            ],
            cap: 50,
          },
        ],
        sizes: [1, 22],
        way: 'backwards',
        saysSo: false,
      },
      { slicing: neededRows(), isOrdered: true, keyOfBlock: keyOf, unreadableEvery: 2 },
    ));

  it('ends where two such rows are beside each other', () =>
    check(
      { blocks: [121, 524, 473, 13, 6], betweens: [], sizes: [20, 1], way: 'backwards', saysSo: false },
      { slicing: wholeWindows, isOrdered: true, keyOfBlock: keyOf, unreadableEvery: 17 },
    ));
});

describe('an upstream that gives rows with one sort key in another order each time', () => {
  it('gives every page, and an end', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 300 }),
        fc.integer({ min: 5, max: 60 }),
        fc.nat(),
        async (length, size, seed) => {
          const rows = Array.from({ length }, (_, index) => ({ sid: `s${String(index)}`, key: keyOf(0) }));
          let cursor: string | null = null;
          for (let page = 0, hasNext = true; hasNext; page += 1) {
            expect(page).toBeLessThan(manyPages);
            const given = [...rows].sort(
              (a, b) => markOf(`${a.sid} ${String(page * seed)}`) - markOf(`${b.sid} ${String(page * seed)}`),
            );
            const { connection, calls } = await read(given, { first: size, after: cursor });
            expect(calls).toBeLessThanOrEqual(3 + maximumSearchCalls);
            cursor = connection.pageInfo.endCursor;
            hasNext = connection.pageInfo.hasNextPage;
          }
        },
      ),
      runs,
    ));
});
