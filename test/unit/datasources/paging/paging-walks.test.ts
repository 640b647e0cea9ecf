import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { markOf } from '../../../../src/datasources/paging/cursors/cursor.js';
import { maximumSearchCalls } from '../../../../src/datasources/paging/cursors/position.js';
import { neededRows, type Slicing, wholeWindows } from '../../../../src/datasources/paging/slicing.js';
import { anyBlocks, anyChanges, runs } from './changes.js';
import { type Change, ChangingList } from './changing-list.js';
import { keyOf, type PlainRow, type PlainUpstream, read, sids } from './plain-lists.js';

/** A change between two pages. */
interface Between {
  readonly changes: readonly Change[];
  /** The new page maximum of the upstream, never larger than before. */
  readonly cap: number;
}

interface Walk {
  readonly blocks: readonly number[];
  readonly betweens: readonly Between[];
  /** Number of rows of the first page, and of later ones. */
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

const manyPages = 2000;

/** A cursor, and the rows that locate it. */
interface End {
  readonly cursor: string | null;
  readonly row: PlainRow | undefined;
  /** Rows that locate the cursor if its own row is removed: the nearest ones on the page. */
  readonly neighbours: readonly PlainRow[];
  readonly index: number;
}

const isOf = (rows: readonly PlainRow[], row: PlainRow | undefined): boolean =>
  row !== undefined && rows.some(({ sid, key }) => sid === row.sid && key === row.key);

const isEqual = (one: PlainRow, other: PlainRow | undefined): boolean =>
  one.key?.toLowerCase() === other?.key?.toLowerCase();

/** Expected position of a cursor's row, and its distance from there. */
interface Expected {
  readonly place: number;
  readonly reach: number;
}

/** The search range for a cursor's row according to docs/reading.md. */
function expectedPlaces(rows: readonly PlainRow[], cursor: string, cap: number, kind: Kind): Expected[] {
  const { offset, total, sortKey, tiedBefore, tiedAfter } = contentOf(cursor);
  const moved = rows.length - total;
  const byTotal = [offset, offset + moved];
  if (!kind.isOrdered || sortKey === null || (tiedBefore === null && tiedAfter === null)) {
    const windows = Math.abs(moved) <= 14 * cap ? 10 : 8;
    // Without a sort key, a block has no ends to search for.
    return byTotal.map((place) => ({ place, reach: (sortKey === null ? windows : 5) * cap }));
  }
  const isTied = ({ key }: PlainRow): boolean => key?.toLowerCase() === sortKey.toLowerCase();
  const counted =
    tiedBefore === null ? rows.findLastIndex(isTied) - (tiedAfter ?? 0) : rows.findIndex(isTied) + tiedBefore;
  return [{ place: counted, reach: 10 * cap }, ...byTotal.map((place) => ({ place, reach: cap }))];
}

/** True if the cursor no longer locates its exact position, so that rows may be repeated. */
function isPlaceLost(rows: readonly PlainRow[], end: End, cap: number, kind: Kind): boolean {
  if (end.cursor === null) return false;
  const isThere = isOf(rows, end.row) && end.row?.isUnreadable !== true;
  const telling = isThere && end.row ? [end.row] : end.neighbours;
  const places = expectedPlaces(rows, end.cursor, cap, kind);
  return !telling.some((one) => {
    const index = rows.findIndex(({ sid, key }) => sid === one.sid && key === one.key);
    return index >= 0 && places.some(({ place, reach }) => Math.abs(index - place) <= reach);
  });
}

/** What is true of each page is not expected of it: that took longer than to read it. */
async function check(walk: Walk, kind: Kind): Promise<void> {
  const list = new ChangingList(walk.blocks, kind.keyOfBlock, kind.unreadableEvery);
  const seen = new Map<string, number>();
  let end: End = { cursor: null, row: undefined, neighbours: [], index: 0 };
  let cap = 50;
  let [mayRepeat, hasChanged] = [false, false];
  for (let page = 0; ; page += 1) {
    if (page >= manyPages) throw new Error('the walk does not end');
    const { rows } = list;
    const size = walk.sizes[page === 0 ? 0 : 1];
    const { slicing, isOrdered } = kind;
    const upstream: PlainUpstream = { cap, saysSo: walk.saysSo, isKnown: true, slicing, isOrdered };
    const { connection, calls } = await read(
      rows,
      walk.way === 'forwards' ? { first: size, after: end.cursor } : { last: size, before: end.cursor },
      upstream,
    );
    const mostCalls = Math.ceil((size + 1) / cap) + 2 + (hasChanged ? maximumSearchCalls : 0);
    if (calls > mostCalls) throw new Error(`page ${page} takes ${calls} calls, more than ${mostCalls}`);
    for (const sid of sids(connection.nodes)) seen.set(sid, (seen.get(sid) ?? 0) + 1);
    const { pageInfo, nodes } = connection;
    if (!(walk.way === 'forwards' ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) break;
    if (nodes.length === 0) throw new Error(`page ${page} is empty, though there are more`);
    end = endOf(connection, rows, walk, kind);
    const between = walk.betweens[page];
    for (const change of between?.changes ?? []) list.apply(change, end.index);
    hasChanged = between !== undefined;
    cap = Math.min(cap, between?.cap ?? cap);
    mayRepeat ||= hasChanged && isPlaceLost(list.rows, end, cap, kind);
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
  const [start, count] = [contentOf(cursor).offset, nodes.length];
  const shown = isForwards
    ? rows.slice(start - count + 1, start).reverse()
    : rows.slice(start + 1, start + count);
  const row = rows[start];
  // A row without a sid is only located by its direct neighbour.
  const adjacent = shown.slice(0, row?.isUnreadable === true ? 1 : 5);
  const neighbours = adjacent.filter(
    (one) => one.isUnreadable !== true && (!kind.isOrdered || !row || isEqual(one, row)),
  );
  return { cursor, row, neighbours, index: start };
}

/** Content of a cursor: the position of its row, and the counted rows with its sort key on both sides. */
function contentOf(cursor: string | null) {
  const content = JSON.parse(Buffer.from(cursor ?? '', 'base64url').toString()) as unknown[];
  const [, , offset, total, , sortKey, tiedBefore, , tiedAfter] = content as [
    number,
    string,
    number,
    number,
    string,
    string | null,
    number | null,
    string,
    number | null,
  ];
  return { offset, total, sortKey, tiedBefore, tiedAfter };
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
/** Names within a block differ only in case. */
const nameOf = (block: number, made: number): string => {
  const name = `name ${String(block).padStart(6, '0')}`;
  return made % 3 === 0 ? name.toUpperCase() : name;
};

/** The first rows have no start time. */
const timeOrNone = (block: number): string | null => (block === 10 ? null : keyOf(block));

describe.each([
  ['whole windows', wholeWindows],
  ['only the needed rows', neededRows()],
])(
  'a walk with %s per call shows every row that stays, and only once if its position is known',
  (_how, slicing) => {
    it('in the order of times', () =>
      fc.assert(
        fc.asyncProperty(anyWalk(kinds), (walk) =>
          check(walk, { slicing, isOrdered: true, keyOfBlock: keyOf }),
        ),
        runs,
      ));

    it('in a case-insensitive order of names', () =>
      fc.assert(
        fc.asyncProperty(anyWalk(kinds), (walk) =>
          check(walk, { slicing, isOrdered: true, keyOfBlock: nameOf }),
        ),
        runs,
      ));

    it('in an order in which some rows have no key', () =>
      fc.assert(
        fc.asyncProperty(anyWalk(inItsOwnOrder), (walk) =>
          check(walk, { slicing, isOrdered: true, keyOfBlock: timeOrNone }),
        ),
        runs,
      ));

    it('with unreadable rows', () =>
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

describe('a walk with the cursor of an unreadable row', () => {
  it('skips no row if that row is removed with all of its neighbours', () =>
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

  it('ends if two such rows are adjacent', () =>
    check(
      { blocks: [121, 524, 473, 13, 6], betweens: [], sizes: [20, 1], way: 'backwards', saysSo: false },
      { slicing: wholeWindows, isOrdered: true, keyOfBlock: keyOf, unreadableEvery: 17 },
    ));
});

it('a row is found though its neighbours have taken another name, and case leaves open which of the two comes first', () =>
  check(
    {
      blocks: [179, 1, 21, 1, 1, 15, 1, 3],
      betweens: [
        {
          changes: [
            { kind: 'move', place: { from: 'cursor', by: 1 }, count: 300 },
            { kind: 'move', place: { from: 'start', by: 0 }, count: 51 },
          ],
          cap: 50,
        },
      ],
      sizes: [167, 1],
      way: 'backwards',
      saysSo: false,
    },
    { slicing: wholeWindows, isOrdered: true, keyOfBlock: nameOf },
  ));

const walkBack = (blocks: number[], betweens: Between[], sizes: [number, number]) =>
  check(
    { blocks, betweens, sizes, way: 'backwards', saysSo: false },
    { slicing: wholeWindows, isOrdered: true, keyOfBlock: timeOrNone },
  );

it('a row near its old position is found, even with an outdated count of rows with its sort key', () =>
  walkBack(
    [121, 422, 13, 5],
    [
      { changes: [{ kind: 'insert', place: { from: 'cursor', by: 1 }, count: 300 }], cap: 50 },
      { changes: [], cap: 20 },
      {
        changes: [
          { kind: 'insert', place: { from: 'cursor', by: 0 }, count: 40 },
          { kind: 'insert', place: { from: 'end', by: -19 }, count: 37 },
        ],
        cap: 20,
      },
    ],
    [395, 3],
  ));

it("rows without a sort key are shown if all but one are removed together with the cursor's row", () =>
  walkBack(
    [121, 13, 2],
    [
      { changes: [], cap: 50 },
      { changes: [], cap: 50 },
      { changes: [{ kind: 'remove', place: { from: 'end', by: -15 }, count: 300 }], cap: 50 },
    ],
    [1, 5],
  ));

describe('an upstream that changes the order of rows with equal sort keys', () => {
  it('still provides every page, and an end of the list', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 300 }),
        fc.integer({ min: 5, max: 60 }),
        fc.nat(),
        async (length, size, seed) => {
          const rows = Array.from({ length }, (_, index) => ({ sid: `s${String(index)}`, key: keyOf(0) }));
          let cursor: string | null = null;
          for (let page = 0, hasNext = true; hasNext; page += 1) {
            if (page >= manyPages) throw new Error('the walk does not end');
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
