import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maximumSearchCalls } from '../../../../src/datasources/reading/search-allowance.js';
import { neededRows, type Slicing, wholeWindows } from '../../../../src/datasources/reading/slicing.js';
import { type Change, ChangingList, type Place } from './changing-list.js';
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
  readonly keyOfBlock: (block: number, made: number) => string;
}

/** How far a row may have moved among equal rows to be found again. */
const reach = 500;
const manyPages = 2000;

/** A cursor's row and what the page it ends shows before it (backwards: behind it). */
interface End {
  readonly cursor: string | null;
  readonly row: PlainRow | undefined;
  readonly neighbours: readonly PlainRow[];
  readonly index: number;
  readonly place: number;
}

const isOf = (rows: readonly PlainRow[], row: PlainRow | undefined): boolean =>
  row !== undefined && rows.some(({ sid, key }) => sid === row.sid && key === row.key);

/** How many rows with its sort key are before a row; backwards: behind it. */
function placeOf(
  rows: readonly PlainRow[],
  sid: string | undefined,
  { way }: Walk,
  { isOrdered }: Kind,
): number {
  const list = way === 'forwards' ? rows : [...rows].reverse();
  const index = list.findIndex((row) => row.sid === sid);
  const key = list[index]?.key.toLowerCase();
  const start = isOrdered ? list.findIndex((row) => row.key.toLowerCase() === key) : 0;
  return index - start;
}

/** True where the cursor does not tell the exact place any more, so that rows may be shown again. */
function isPlaceLost(rows: readonly PlainRow[], end: End, cap: number, walk: Walk, kind: Kind): boolean {
  if (!isOf(rows, end.row)) return !end.neighbours.some((row) => isOf(rows, row));
  const moved = Math.abs(placeOf(rows, end.row?.sid, walk, kind) - end.place);
  return moved > (cap < 50 ? 8 * cap : reach);
}

async function check(walk: Walk, kind: Kind): Promise<void> {
  const list = new ChangingList(walk.blocks, kind.keyOfBlock);
  const seen = new Map<string, number>();
  let end: End = { cursor: null, row: undefined, neighbours: [], index: 0, place: 0 };
  let cap = 50;
  let [mayRepeat, hasChanged] = [false, false];
  for (let page = 0; page < manyPages; page += 1) {
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
  const shown = nodes.flatMap((row) => (row instanceof Error ? [] : row));
  const row = shown.at(isForwards ? -1 : 0);
  const neighbours = (isForwards ? shown.slice(0, -1).slice(-5) : shown.slice(1, 6)).filter(
    ({ key }) => !kind.isOrdered || key.toLowerCase() === row?.key.toLowerCase(),
  );
  return {
    cursor: isForwards ? pageInfo.endCursor : pageInfo.startCursor,
    row,
    neighbours,
    index: rows.findIndex(({ sid }) => sid === row?.sid),
    place: placeOf(rows, row?.sid, walk, kind),
  };
}

const anyBlock = fc.oneof(
  { weight: 3, arbitrary: fc.constant(1) },
  { weight: 3, arbitrary: fc.integer({ min: 2, max: 12 }) },
  { weight: 2, arbitrary: fc.integer({ min: 13, max: 120 }) },
  { weight: 1, arbitrary: fc.integer({ min: 121, max: 600 }) },
);
const anyPlace: fc.Arbitrary<Place> = fc.oneof(
  fc.record({ from: fc.constant('cursor' as const), by: fc.integer({ min: -8, max: 8 }) }),
  fc.record({ from: fc.constant('cursor' as const), by: fc.integer({ min: -300, max: 300 }) }),
  fc.record({
    from: fc.constantFrom('start' as const, 'end' as const),
    by: fc.integer({ min: -200, max: 200 }),
  }),
);
const anyCount = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 120 }), fc.constant(300));
const anyWalk = (kinds: readonly Change['kind'][]): fc.Arbitrary<Walk> =>
  fc.record({
    blocks: fc.array(anyBlock, { minLength: 1, maxLength: 12 }),
    betweens: fc.array(
      fc.record({
        changes: fc.array(fc.record({ kind: fc.constantFrom(...kinds), place: anyPlace, count: anyCount }), {
          maxLength: 3,
        }),
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

/** `WALKS=5000` tries more of them. */
const runs = { numRuns: Number(process.env['WALKS'] ?? 60) };

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

    it("in the upstream's own order", () =>
      fc.assert(
        fc.asyncProperty(anyWalk(inItsOwnOrder), (walk) =>
          check(walk, { slicing, isOrdered: false, keyOfBlock: keyOf }),
        ),
        runs,
      ));
  },
);
