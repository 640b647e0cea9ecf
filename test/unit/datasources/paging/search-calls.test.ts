import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maximumSearchCalls, SearchAllowance } from '../../../../src/datasources/paging/cursors/position.js';
import { cursorAt, keyOf, type PlainRow, read, sids } from './plain-lists.js';
import { runsOf } from '../../../support/property-runs.js';

let made = 0;
const rowsOf = (key: number, count: number): PlainRow[] =>
  Array.from({ length: count }, () => {
    made += 1;
    return { sid: `s${String(made)}`, key: keyOf(key) };
  });

const insert = (rows: readonly PlainRow[], at: number, fresh: readonly PlainRow[]): PlainRow[] => [
  ...rows.slice(0, at),
  ...fresh,
  ...rows.slice(at),
];
const remove = (rows: readonly PlainRow[], at: number, count: number): PlainRow[] => [
  ...rows.slice(0, at),
  ...rows.slice(at + count),
];

/** Sixty rows, 1,500 with one sort key, and 1,500 in groups of three with one sort key each. */
const list = [
  ...rowsOf(-1, 60),
  ...rowsOf(0, 1500),
  ...Array.from({ length: 500 }, (_, block) => rowsOf(block + 1, 3)).flat(),
];
/** Number of windows of the list: at most 2^6. */
const halvings = 7;

describe('a search costs no more calls than the table in docs/reading.md says', () => {
  it.each<[what: string, at: number, moved: (rows: PlainRow[]) => PlainRow[], more: number]>([
    ['an unmoved row', 319, (rows) => rows, 0],
    ['a removed row, with few rows of its sort key', 2019, (rows) => remove(rows, 2019, 1), 0],
    ['a removed row, with all rows of its sort key', 2019, (rows) => remove(rows, 2016, 6), 0],
    ['a removed row, with many rows of its sort key', 319, (rows) => remove(rows, 319, 1), 0],
    ['a removed row, with the four before it', 319, (rows) => remove(rows, 315, 5), 0],
    ['a row moved by newer ones', 319, (rows) => [...rowsOf(-2, 400), ...rows], 1],
    [
      'a row moved by newer ones, while older ones were removed',
      319,
      (rows) => [...rowsOf(-2, 40), ...rows].slice(0, -40),
      3,
    ],
    [
      'a row whose block has moved far',
      319,
      (rows) => [...rowsOf(-2, 1000), ...rows].slice(0, -1000),
      2 + halvings + 1,
    ],
    [
      'a row moved by 500 places in its block',
      819,
      (rows) => remove(insert(rows, 300, rowsOf(0, 500)), 1400, 500),
      2 + halvings + 20,
    ],
    [
      'a row moved back by 500 places',
      1019,
      (rows) => insert(remove(rows, 300, 500), 700, rowsOf(0, 500)),
      2 + halvings + 20,
    ],
    ['a removed row without a neighbour', 819, (rows) => remove(rows, 480, 700), 3 + halvings + 20],
  ])('%s', async (_what, at, move, more) => {
    const after = await walkedTo(at);
    const still = await read(list, { first: 20, after });
    const rows = move(list);
    const { connection, calls } = await read(rows, { first: 20, after });
    expect(calls).toBeLessThanOrEqual(still.calls + more + (more > 0 ? 1 : 0)); // the window of the old position
    const due = sids(list.slice(at + 1)).filter((sid) => rows.some((row) => row.sid === sid));
    const isThere = rows.some(({ sid }) => sid === list[at]?.sid);
    if (isThere || more === 0) expect(sids(connection.nodes)).toEqual(due.slice(0, 20));
  });

  /** Cursor of a row in a walk with pages of 20. */
  async function walkedTo(at: number): Promise<string | null> {
    let after: string | null = null;
    for (let last = -1; last < at;) {
      const first = Math.min(20, at - last);
      after = (await read(list, { first, after })).connection.pageInfo.endCursor;
      last += first;
    }
    return after;
  }
});

describe('any cursor, valid or forged', () => {
  const made_up = fc.record({
    offset: fc.nat(4000),
    total: fc.option(fc.nat(1_000_000_000)),
    sid: fc.constantFrom('', 'nowhere'),
    sortKey: fc.option(fc.oneof(fc.nat(600).map(keyOf), fc.string({ maxLength: 30 }))),
    tied: fc.tuple(fc.option(fc.nat(1_000_000_000)), fc.option(fc.nat(2000))),
    marks: fc
      .array(fc.constantFrom('AAAAA', '.....', '_____'), { maxLength: 11 })
      .map((marks) => marks.join('')),
    side: fc.constantFrom('after', 'before'),
  });

  it('is searched within the bound, and provides a page', () =>
    fc.assert(
      fc.asyncProperty(made_up, async ({ offset, total, sid, sortKey, tied, marks, side }) => {
        const cursor = await cursorAt(list, 0);
        const [, fingerprint] = JSON.parse(Buffer.from(cursor ?? '', 'base64url').toString()) as [
          number,
          string,
        ];
        const text = JSON.stringify([
          2,
          fingerprint,
          offset,
          total,
          sid,
          sortKey,
          tied[0],
          marks,
          tied[1],
          marks,
        ]);
        const { connection, calls } = await read(list, {
          [side === 'after' ? 'first' : 'last']: 10,
          [side]: Buffer.from(text).toString('base64url'),
        });
        expect(connection.totalCount).toBe(list.length);
        expect(calls).toBeLessThanOrEqual(3 + maximumSearchCalls);
      }),
      { numRuns: runsOf(100) },
    ));
});

describe('the search allowance of an operation', () => {
  it('counts a window once', () => {
    const allowance = new SearchAllowance(2);
    expect(['a', 'a', 'b', 'c', 'a', 'b'].map((window) => allowance.take(window))).toEqual([
      true,
      true,
      true,
      false,
      true,
      true,
    ]);
  });
});
