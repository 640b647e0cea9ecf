import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maximumSearchCalls } from '../../../../../src/datasources/paging/cursors/position.js';
import { neededRows, type Slicing, wholeWindows } from '../../../../../src/datasources/paging/slicing.js';
import { type Change, ChangingList } from '../changing-list.js';
import { anyBlocks, anyChanges, runs } from '../changes.js';
import { type PlainRow, type PlainUpstream, read, sids } from '../plain-lists.js';

/** A cursor of any row of any page, used in either direction after the list has changed. */
interface Use {
  readonly blocks: readonly number[];
  /** The page with the cursor: its size, the end that it is counted from, and the rows skipped from there. */
  readonly page: { readonly size: number; readonly from: 'start' | 'end'; readonly skipped: number };
  /** The edge of the page that the cursor is from. */
  readonly edge: number;
  readonly changes: readonly Change[];
  readonly use: 'after' | 'before';
  readonly count: number;
  /** Every n-th row is unreadable; 0 for none. */
  readonly unreadableEvery: number;
}

const anyUse: fc.Arbitrary<Use> = fc.record({
  blocks: anyBlocks,
  page: fc.record({
    size: fc.integer({ min: 1, max: 120 }),
    from: fc.constantFrom('start', 'end'),
    skipped: fc.oneof(fc.constant(0), fc.nat(400)),
  }),
  edge: fc.nat(119),
  changes: anyChanges(['insert', 'insertOther', 'remove', 'leave', 'enter', 'move']),
  use: fc.constantFrom('after', 'before'),
  count: fc.integer({ min: 1, max: 120 }),
  unreadableEvery: fc.constantFrom(0, 0, 2, 3, 7),
});

/** Position of a cursor's row according to the cursor. */
const offsetOf = (cursor: string): number =>
  (JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [number, string, number])[2];

const asShown = (rows: readonly PlainRow[]): string[] =>
  rows.map(({ sid, isUnreadable }) => (isUnreadable === true ? 'unreadable' : sid));

async function check(
  { blocks, page, edge, changes, use, count, unreadableEvery }: Use,
  upstream: PlainUpstream,
): Promise<void> {
  const list = new ChangingList(blocks, undefined, unreadableEvery);
  const { rows: old } = list;
  const side = page.from === 'start' ? 'first' : 'last';
  const begin =
    page.skipped > 0 ? (await read(old, { [side]: page.skipped }, upstream)).connection.pageInfo : null;
  const from =
    page.from === 'start' ? { after: begin?.endCursor ?? null } : { before: begin?.startCursor ?? null };
  const { edges } = (await read(old, { [side]: page.size, ...from }, upstream)).connection;
  const chosen = edges[edge % Math.max(1, edges.length)];
  if (!chosen) return;
  const at = offsetOf(chosen.cursor);
  const row = old[at];
  for (const change of changes) list.apply(change, at);

  const { rows } = list;
  const size = use === 'after' ? { first: count } : { last: count };
  const { connection, calls } = await read(rows, { ...size, [use]: chosen.cursor }, upstream);
  const shown = sids(connection.nodes);
  const stayed = (some: readonly PlainRow[]): string[] => sids(some).filter((one) => list.stayed.has(one));
  const [before, behind] = [stayed(old.slice(0, at)), stayed(old.slice(at + 1))];
  const due = use === 'after' ? behind : [...before].reverse();
  const isDue = new Set(due);
  const dueShown = (use === 'after' ? shown : [...shown].reverse()).filter((one) => isDue.has(one));
  // No row is skipped: the shown rows are the nearest ones, and all of them if there is no other page.
  expect(dueShown).toEqual(due.slice(0, dueShown.length));
  const isLast = use === 'after' ? !connection.pageInfo.hasNextPage : !connection.pageInfo.hasPreviousPage;
  if (isLast) expect(dueShown).toEqual(due);
  // No row is repeated while the cursor's row exists.
  const now = rows.findIndex(({ sid, key }) => sid === row?.sid && key === row.key);
  if (row?.isUnreadable === false && now >= 0 && Math.abs(now - at) <= 500)
    expect(shown).toEqual(
      asShown(
        use === 'after' ? rows.slice(now + 1, now + 1 + count) : rows.slice(Math.max(0, now - count), now),
      ),
    );
  expect(calls).toBeLessThanOrEqual(Math.ceil((count + 1) / 50) + 2 + maximumSearchCalls);
}

describe.each<[string, Slicing]>([
  ['whole windows', wholeWindows],
  ['only the needed rows', neededRows()],
])('a cursor of any row of any page, with %s per call, in either direction', (_how, slicing) => {
  it.each([
    ['in the order of times', true],
    ["in the upstream's own order", false],
  ])("skips no row that stays, and repeats none while its cursor's row exists, %s", (_order, isOrdered) =>
    fc.assert(
      fc.asyncProperty(anyUse, (use) =>
        check(isOrdered ? use : { ...use, changes: use.changes.filter(({ kind }) => kind !== 'move') }, {
          slicing,
          isOrdered,
        }),
      ),
      { ...runs, numRuns: 5 * runs.numRuns },
    ),
  );
});
