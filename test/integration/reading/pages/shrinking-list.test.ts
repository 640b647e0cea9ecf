import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maximumSearchCalls } from '../../../../src/datasources/paging/cursors/position.js';
import { CampaignPageDocument } from '../../../operations/generated.js';
import { startGatewayOn } from '../../../support/gateway/gateway-under-test.js';
import {
  everywhere,
  listsByTime,
  type ReadPage,
  setUpListedPages,
} from '../../../support/operations/listed-pages.js';
import { type WalkedPage, walkBackwards, walkForwards } from '../../../support/operations/page-walk.js';
import { runsOf, seedOf } from '../../../support/property-runs.js';
import { type ListingRow } from '../../../support/upstream/listing-upstream.js';

const listed = setUpListedPages();
beforeEach(() => {
  listed.forget();
  listed.upstream.forgetCalls();
});

const newestMs = Date.parse('2026-12-01T00:00:00Z');
const hourMs = 3_600_000;
let made = 0;
function rowAt(atMs: number): ListingRow {
  made += 1;
  const sid = `${String((made * 7919) % 99_991)}-${String(made)}`;
  return { sid, at: new Date(atMs).toISOString() };
}
/** Rows in the default order, the latest first. */
const rowsOf = (count: number, isTied = false): ListingRow[] =>
  Array.from({ length: count }, (_, index) => rowAt(newestMs - (isTied ? 0 : index * hourMs)));
const sidsOf = (rows: readonly ListingRow[]): string[] => rows.map(({ sid }) => sid);
const shown = ({ edges }: WalkedPage): string[] => edges.map(({ node }) => node?.sid ?? 'unreadable');

describe.each(everywhere(listsByTime))('%s that are left of a list, with CACHE=%s', (list, cache) => {
  const read = listed.of(list, cache);

  /** Reads on with the cursor of the last page; returns the page and the number of its upstream calls. */
  async function next(first: number, after: string | null | undefined) {
    listed.upstream.forgetCalls();
    const page = await read({ first, after: after ?? null });
    return { page, calls: listed.upstream.calls.length };
  }

  it.each([
    [60, false, 1, 0],
    [60, true, 3, 0],
    [60, true, 1, 1900],
    [60, false, 3, 4000],
    [110, false, 1, 0],
    [110, true, 3, 1900],
    [110, true, 50, 4000],
    [110, false, 10, 4000],
  ] as const)(
    'of %i rows (equal times: %s) are shown if all but %i leave after a page that ended with a window, %i ms later',
    async (length, isTied, kept, pauseMs) => {
      const rows = rowsOf(length, isTied);
      listed.upstream.rows = rows;
      const { pageInfo } = await read({ first: 50 });
      listed.pass(pauseMs);
      listed.upstream.rows = rows.slice(-kept);
      const { page, calls } = await next(50, pageInfo.endCursor);
      expect(shown(page)).toEqual(sidsOf(listed.upstream.rows));
      expect(page.totalCount).toBe(kept);
      expect(page.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
      // With a cache: the next window, which contradicts the cached one, and both again, of messages in one call; or at once
      // in the call for the next window. Without: the next rows, and the rest.
      const isOneCall = cache === 'on' && list !== 'campaigns' && pauseMs > 2000;
      expect(calls).toBe(cache === 'on' && list === 'campaigns' ? 3 : isOneCall ? 1 : 2);
    },
  );

  it('are shown if the list shrinks to as many rows as the walk has shown', async () => {
    const rows = rowsOf(210);
    listed.upstream.rows = rows;
    const first = await read({ first: 50 });
    const second = await read({ first: 50, after: first.pageInfo.endCursor ?? null });
    listed.upstream.rows = rows.slice(-100);
    const third = await next(50, second.pageInfo.endCursor);
    expect(shown(third.page)).toEqual(sidsOf(rows.slice(-100, -50)));
    expect(third.page.pageInfo.hasNextPage).toBe(true);
    expect(third.calls).toBeLessThanOrEqual(4);
    const fourth = await next(50, third.page.pageInfo.endCursor);
    expect(shown(fourth.page)).toEqual(sidsOf(rows.slice(-50)));
    expect(fourth.page.pageInfo.hasNextPage).toBe(false);
    expect(fourth.calls).toBe(cache === 'on' ? 0 : 2);
  });

  it('are shown between two cursors that are both beyond the new end', async () => {
    const rows = rowsOf(160);
    listed.upstream.rows = rows;
    const after = (await read({ first: 30 })).pageInfo.endCursor ?? null;
    const before = (await read({ first: 121 })).pageInfo.endCursor ?? null;
    listed.pass(6000);
    await read({ first: 30 }); // the first window is cached, the others are old
    listed.upstream.rows = rows.slice(100, 103);
    listed.upstream.forgetCalls();
    const page = await read({ first: 10, after, before });
    expect(shown(page)).toEqual(sidsOf(listed.upstream.rows));
    expect(page.totalCount).toBe(3);
    expect(listed.upstream.calls.length).toBeLessThanOrEqual(4);
  });

  it('are shown before a page that began with a window', async () => {
    const rows = rowsOf(100);
    listed.upstream.rows = rows;
    const { pageInfo } = await read({ last: 50 });
    listed.pass(6000);
    listed.upstream.rows = rows.slice(0, 3);
    listed.upstream.forgetCalls();
    const page = await read({ last: 10, before: pageInfo.startCursor ?? null });
    expect(shown(page)).toEqual(sidsOf(listed.upstream.rows));
    expect(page.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
    expect(listed.upstream.calls.length).toBeLessThanOrEqual(3);
  });
});

it('messages that are left are shown before a page of several windows that all lie after the new end', async () => {
  const read = listed.of('messages by their time', 'on');
  const rows = rowsOf(150);
  listed.upstream.rows = rows;
  const { pageInfo } = await read({ last: 30 });
  listed.pass(4000);
  listed.upstream.rows = rows.slice(0, 9);
  listed.upstream.forgetCalls();
  const page = await read({ last: 30, before: pageInfo.startCursor ?? null });
  expect(shown(page)).toEqual(sidsOf(listed.upstream.rows));
  expect(listed.upstream.calls.length).toBeLessThanOrEqual(4);
});

it('a page that would be empty only by a stale window is refused if the rate limit has no room', async () => {
  const limited = await startGatewayOn(listed.upstream.baseUrl, { EXOTEL_RATE_LIMIT: '3' }, listed.now);
  try {
    const rows = rowsOf(110);
    listed.upstream.rows = rows;
    const { campaigns } = await limited.data(CampaignPageDocument, { first: 50 });
    listed.upstream.rows = rows.slice(-3);
    const next = { first: 50, after: campaigns.pageInfo.endCursor ?? null };
    const { errors } = await limited.execute(CampaignPageDocument, next);
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['UPSTREAM_RATE_LIMITED']);
    listed.pass(61_000);
    expect(shown((await limited.data(CampaignPageDocument, next)).campaigns)).toEqual(
      sidsOf(listed.upstream.rows),
    );
  } finally {
    await limited.close();
  }
});

/** A change between two pages; positions are taken modulo the length of the list. */
interface Change {
  readonly kind: 'keepFirst' | 'keepLast' | 'remove' | 'insert';
  readonly at: number;
  readonly count: number;
}

interface Walk {
  readonly length: number;
  readonly isTied: boolean;
  readonly size: number;
  /** Time and changes between two pages. */
  readonly betweens: readonly { readonly pauseMs: number; readonly changes: readonly Change[] }[];
}

const atBorders = fc.constantFrom(49, 50, 51, 60, 99, 100, 101, 110, 150, 200, 210);
const anyCount = fc.oneof(atBorders, fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 120 }));
const anyChange = (kinds: readonly Change['kind'][]): fc.Arbitrary<Change> =>
  fc.record({ kind: fc.constantFrom(...kinds), at: fc.nat(300), count: anyCount });
const shrinking = anyChange(['keepFirst', 'keepLast', 'remove']);
/**
 * Windows read within two seconds show no change that leaves the total as it was (docs/reading.md, "What this can't see"),
 * so that rows come and go only in longer pauses.
 */
const anyBetween = fc.oneof(
  fc.record({ pauseMs: fc.constantFrom(0, 1000, 1900), changes: fc.array(shrinking, { maxLength: 1 }) }),
  fc.record({
    pauseMs: fc.constantFrom(2500, 4000, 6000),
    changes: fc.array(anyChange(['keepFirst', 'keepLast', 'remove', 'insert']), { maxLength: 3 }),
  }),
);
const anyWalk: fc.Arbitrary<Walk> = fc.record({
  length: fc.oneof(atBorders, fc.integer({ min: 1, max: 260 })),
  isTied: fc.boolean(),
  size: fc.oneof(fc.constantFrom(10, 25, 50, 51, 100), fc.integer({ min: 10, max: 60 })),
  betweens: fc.array(anyBetween, { maxLength: 6 }),
});

function changed(rows: readonly ListingRow[], { kind, at, count }: Change, isTied: boolean): ListingRow[] {
  if (kind === 'keepFirst') return rows.slice(0, count);
  if (kind === 'keepLast') return rows.slice(-count);
  const place = at % (rows.length + 1);
  if (kind === 'remove') return [...rows.slice(0, place), ...rows.slice(place + count)];
  const [earlier, later] = [rows[place - 1], rows[place]].map((row) => row && Date.parse(row.at));
  const [highest, lowest] = [earlier ?? newestMs + hourMs * 1000, later ?? newestMs - hourMs * 1000];
  const fresh = Array.from({ length: count }, (_, index) =>
    rowAt(isTied ? newestMs : highest - Math.round(((highest - lowest) * (index + 1)) / (count + 1))),
  );
  return [...rows.slice(0, place), ...fresh, ...rows.slice(place)];
}

async function check({ length, isTied, size, betweens }: Walk, way: typeof walkForwards, read: ReadPage) {
  listed.forget();
  listed.upstream.rows = rowsOf(length, isTied);
  const stayed = new Set(sidsOf(listed.upstream.rows));
  let page = 0;
  const seen = await way(size, async (step) => {
    listed.upstream.forgetCalls();
    const result = await read(step);
    const windows = Math.ceil((size + 1) / 50) + 1;
    // A page that its windows contradict is read again, at most twice.
    expect(listed.upstream.calls.length).toBeLessThanOrEqual(
      page === 0 ? windows + 1 : 3 * windows + maximumSearchCalls,
    );
    const { pauseMs, changes } = betweens[page] ?? { pauseMs: 0, changes: [] };
    page += 1;
    listed.pass(pauseMs);
    for (const change of changes) listed.upstream.rows = changed(listed.upstream.rows, change, isTied);
    const sids = new Set(sidsOf(listed.upstream.rows));
    for (const sid of stayed) if (!sids.has(sid)) stayed.delete(sid);
    return result;
  });
  const times = new Map<string, number>();
  for (const sid of seen) times.set(sid, (times.get(sid) ?? 0) + 1);
  const isWrong = (shownTimes = 0): boolean => (isTied ? shownTimes === 0 : shownTimes !== 1);
  expect([...stayed].filter((sid) => isWrong(times.get(sid)))).toEqual([]);
}

describe.each(everywhere(listsByTime))(
  'a walk over %s that shrink, grow and move, with CACHE=%s',
  (list, cache) => {
    it.each([
      ['forwards', walkForwards],
      ['backwards', walkBackwards],
    ] as const)('shows each row that stays, and only once if times differ, %s', (_way, way) =>
      fc.assert(
        fc.asyncProperty(anyWalk, (walk) => check(walk, way, listed.of(list, cache))),
        { numRuns: runsOf(20), seed: seedOf(20_261_128) },
      ),
    );
  },
);
