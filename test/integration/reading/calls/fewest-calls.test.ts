import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ask } from '../../../support/clients/ask.js';
import { estimateOf } from '../../../support/operations/estimate.js';
import { type GatewayUnderTest, startGatewayOn } from '../../../support/gateway/gateway-under-test.js';
import { type ListingUpstream, startListingUpstream } from '../../../support/upstream/listing-upstream.js';
import { runsOf } from '../../../support/property-runs.js';

const start = Date.parse('2026-05-01T10:00:00Z');
const total = 250;
const window = 50;
let now = start;
let upstream: ListingUpstream;
const gateways: Partial<Record<Cache, GatewayUnderTest>> = {};
type Cache = 'on' | 'off';
const caches: readonly Cache[] = ['on', 'off'];

const sid = (index: number): string => `c${String(index)}`;

const all = Array.from({ length: total }, (_, index) => ({
  sid: sid(index),
  at: new Date(start - index * 60_000).toISOString(),
}));

beforeAll(async () => {
  upstream = await startListingUpstream();
  upstream.rows = all;
  for (const cache of caches)
    gateways[cache] = await startGatewayOn(
      upstream.baseUrl,
      { CACHE: cache, MAX_UPSTREAM_CALLS: '1000' },
      () => now,
    );
});
afterAll(async () => {
  await Promise.all(Object.values(gateways).map((gateway) => gateway.close()));
  await upstream.close();
});

/** Everything that was read before is too old to be served, and unknown. */
function forget(): void {
  now += 2 * 3_600_000;
}

/** Calls of a query, and its data. */
async function run(cache: Cache, query: string, variables = {}) {
  const gateway = gateways[cache];
  if (!gateway) throw new Error('there is no gateway');
  upstream.forgetCalls();
  const { data, errors } = await ask<Readonly<Record<string, unknown>>>(gateway, query, { variables });
  expect(errors).toBeUndefined();
  return { data, calls: [...upstream.calls] };
}

describe.each(caches)('with CACHE=%s a query costs the fewest calls', (cache) => {
  it.each<[query: string, calls: number]>([
    ['{ campaigns(first: 200) { totalCount } }', 1],
    ['{ campaigns(first: 200) { pageInfo { hasNextPage } } }', 1],
    ['{ campaigns(first: 200) { totalCount pageInfo { hasNextPage hasPreviousPage } } }', 1],
    ['{ campaigns(first: 200) { pageInfo { startCursor } } }', 1],
    ['{ campaigns(first: 200) { pageInfo { endCursor } } }', 2],
    ['{ campaigns(first: 200) { nodes { sid } } }', 4],
    ['{ campaigns(first: 200) { ...P } } fragment P on CampaignConnection { ... { totalCount } }', 1],
    ['{ campaigns(first: 200) { totalCount nodes @skip(if: true) { sid } } }', 1],
    ['{ campaigns(first: 200) { totalCount } campaigns(first: 200) { nodes { sid } } }', 4],
    ['{ campaigns(last: 20) { totalCount } }', 1],
    ['{ campaigns(last: 20) { pageInfo { hasPreviousPage } } }', 1],
    ['{ campaigns(last: 200) { pageInfo { endCursor } } }', 2],
    ['{ campaigns(last: 20) { nodes { sid } } }', 2],
    ['{ campaigns(first: 0) { nodes { sid } } }', 0],
    ['{ campaigns(first: 0) { edges { cursor } pageInfo { startCursor endCursor } } }', 0],
    ['{ campaigns(last: 0) { nodes { sid messages { totalCount } } } }', 0],
    ['{ campaigns(first: 0) { totalCount } }', 1],
    ['{ campaigns { __typename } }', 0],
    ['{ a: campaigns(first: 200) { totalCount } b: campaigns(first: 20) { nodes { sid } } }', 1],
    ['{ a: campaigns(first: 60) { nodes { sid } } b: campaigns(first: 200) { totalCount } }', 2],
    ['{ a: campaigns(last: 5) { totalCount } b: campaigns(first: 5) { pageInfo { hasNextPage } } }', 1],
    ['{ campaign(sid: "c1") { messages(first: 500) { totalCount } } }', 1],
    ['{ campaign(sid: "c1") { messages(first: 0) { nodes { sid } } } }', 1],
    ['{ campaign(sid: "c1") { messages(last: 500) { pageInfo { hasNextPage } } } }', 1],
    ['{ campaigns(first: 5) { nodes { messages(first: 0) { nodes { sid } } } } }', 1],
    ['{ campaigns(first: 5) { nodes { messages(first: 0) { totalCount } } } }', 6],
    ['{ campaigns(first: 5) { nodes { messages(first: 500) { totalCount } } } }', 6],
    [
      '{ campaign(sid: "c1") { a: messages(first: 500) { totalCount } b: messages(last: 3) { totalCount } } }',
      1,
    ],
  ])('%s: %i', async (query, fewest) => {
    forget();
    const { calls } = await run(cache, query);
    expect(calls).toHaveLength(fewest);
    expect(fewest).toBeLessThanOrEqual(estimateOf(query));
  });
});

describe('a warm cache', () => {
  const ask = (query: string) => run('on', query).then(({ calls }) => calls);

  it('has the total in any window, fresh ones without a call', async () => {
    forget();
    expect(await ask('{ campaigns(last: 20) { nodes { sid } } }')).toEqual(['0+50', '200+50']);
    expect(await ask('{ campaigns(first: 200) { totalCount } }')).toEqual([]);
  });

  it('shows where the list ends: polling its end costs one call, not two', async () => {
    forget();
    await ask('{ campaigns(last: 20) { nodes { sid } } }');
    now += 60_000;
    expect(await ask('{ campaigns(last: 20) { nodes { sid } } }')).toEqual(['200+50']);
    now += 60_000;
    upstream.rows = upstream.rows.slice(0, 120);
    try {
      const { data, calls } = await run('on', '{ campaigns(last: 2) { totalCount nodes { sid } } }');
      expect(data).toEqual({ campaigns: { totalCount: 120, nodes: [{ sid: 'c118' }, { sid: 'c119' }] } });
      expect(calls).toEqual(['200+50', '100+50']);
    } finally {
      upstream.rows = all;
    }
  });
});

describe('a batch of entities', () => {
  const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Campaign { sid name } } }`;
  const entities = async (indexes: readonly number[], cache: Cache = 'on') => {
    const of = indexes.map((index) => ({ __typename: 'Campaign', sid: sid(index) }));
    const { data, calls } = await run(cache, query, { of });
    expect(data).toEqual({ _entities: indexes.map((index) => ({ sid: sid(index), name: 'new camp' })) });
    return calls;
  };
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

  it.each<[what: string, indexes: readonly number[], calls: number]>([
    ['60 in rows 0 to 59: a window that showed many promises the next', range(0, 60), 2],
    ['150 in rows 0 to 149', range(0, 150), 3],
    ['30 in rows 0 to 149', range(0, 30).map((index) => index * 5), 3],
    ['12 in rows 40 to 51', range(40, 52), 2],
    ['two in row 0 and row 200: the next window promises nothing', [0, 200], 2],
    ['one', [77], 1],
  ])('%s', async (_what, indexes, calls) => {
    for (const cache of caches) {
      forget();
      expect(await entities(indexes, cache)).toHaveLength(calls);
    }
  });

  it('is read from the windows that its campaigns were last seen in', async () => {
    forget();
    await run('on', '{ campaigns(first: 200) { nodes { sid } } }');
    now += 60_000; // the windows are stale, and still show where the campaigns are
    expect((await entities([110, 111, 3, 160])).sort()).toEqual(['100+50', 'c160', 'c3']);
  });

  it('costs one call for each window that shows some of it (property)', () =>
    fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(199), { minLength: 1, maxLength: 30 }), async (indexes) => {
        forget();
        await run('on', '{ campaigns(first: 200) { nodes { sid } } }');
        now += 60_000;
        const windows = new Set(indexes.map((index) => Math.floor(index / window)));
        expect(await entities(indexes)).toHaveLength(windows.size);
      }),
      { numRuns: runsOf(25) },
    ));

  it('that has moved since is found all the same, and costs at most one call more for each window', async () => {
    forget();
    await run('on', '{ campaigns(first: 200) { nodes { sid } } }');
    now += 60_000;
    upstream.rows = [...all.slice(200), ...all.slice(0, 200)];
    try {
      expect((await entities([49, 48, 100, 101])).length).toBeLessThanOrEqual(6);
    } finally {
      upstream.rows = all;
    }
  });
});

/** A page of the list that a field asks for. */
interface Asked {
  readonly from: 'first' | 'last';
  readonly count: number;
  /** Row of the cursor that the page begins or ends beside. */
  readonly cursor: number | null;
  readonly parts: readonly string[];
}

const asked: fc.Arbitrary<Asked> = fc.record({
  from: fc.constantFrom('first', 'last'),
  count: fc.oneof(fc.constantFrom(0, 1, 20, 50), fc.nat(200)),
  cursor: fc.option(fc.nat(total - 1), { nil: null, freq: 2 }),
  parts: fc.uniqueArray(
    fc.constantFrom('totalCount', 'hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor', 'nodes'),
    { minLength: 1, maxLength: 3 },
  ),
});

function textOf({ from, count, cursor, parts }: Asked, cursors: readonly string[], alias: number): string {
  const beside = from === 'first' ? 'after' : 'before';
  const at = cursor === null ? '' : `, ${beside}: "${cursors[cursor] ?? ''}"`;
  const fields = parts.map((part) =>
    part === 'totalCount' ? part : part === 'nodes' ? 'nodes { sid }' : `pageInfo { ${part} }`,
  );
  return `a${alias}: campaigns(${from}: ${count}${at}) { ${fields.join(' ')} }`;
}

/** Rows that a page shows, and its cursor's row; undefined if any row would do, since the total alone matters. */
function rowsOf({ from, count, cursor, parts }: Asked): number[] | undefined {
  const start = from === 'first' ? (cursor ?? -1) + 1 : Math.max(0, (cursor ?? total) - count);
  const end = from === 'first' ? Math.min(total, start + count) : (cursor ?? total);
  const page = Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index);
  const shown = parts.includes('nodes')
    ? page
    : [
        ...(parts.includes('startCursor') ? page.slice(0, 1) : []),
        ...(parts.includes('endCursor') ? page.slice(-1) : []),
      ];
  const hasPlace = parts.some((part) => part.startsWith('has'));
  const isLocated =
    cursor !== null &&
    ((count > 0 && (shown.length > 0 || parts.some((part) => /Cursor|nodes/.test(part)))) || hasPlace);
  if (shown.length > 0 || isLocated) return isLocated ? [...shown, cursor] : shown;
  return parts.includes('totalCount') || hasPlace ? undefined : [];
}

/** The fewest windows to read: solved by hand from the rows, without the gateway's code. */
function fewestWindows(pages: readonly Asked[], fresh: ReadonlySet<number>): number {
  const needed = new Set<number>();
  let needsTotal = false;
  for (const page of pages) {
    const rows = rowsOf(page);
    if (rows === undefined) needsTotal = true;
    const windows = (rows ?? []).map((row) => Math.floor(row / window));
    // Nobody knows where a list ends that was never read: its start is read first.
    const isOpenEnded = page.from === 'last' || !page.parts.includes('nodes');
    if (windows.length > 0 && page.cursor === null && fresh.size === 0 && isOpenEnded) needed.add(0);
    for (const one of windows) needed.add(one);
  }
  const calls = [...needed].filter((one) => !fresh.has(one)).length;
  return calls === 0 && needed.size === 0 && needsTotal && fresh.size === 0 ? 1 : calls;
}

/** The same without a cache, where a call may begin at any row. */
function fewestSlices(page: Asked): number {
  const rows = rowsOf(page);
  if (rows === undefined) return 1;
  const left = new Set(rows);
  let calls = 0;
  if (left.size > 0 && page.cursor === null) {
    calls += 1;
    for (let row = 0; row < window; row += 1) left.delete(row);
  }
  for (const row of [...left].sort((a, b) => a - b)) {
    if (!left.has(row)) continue;
    calls += 1;
    for (let one = row; one < row + window; one += 1) left.delete(one);
  }
  return calls;
}

describe('upstream calls equal the minimum that a solver finds (property)', () => {
  let cursors: readonly string[];
  beforeAll(async () => {
    cursors = [];
    for (const page of ['first: 130', 'last: 120']) {
      const { data } = await run('off', `{ campaigns(${page}) { edges { cursor } } }`);
      const { edges } = data?.['campaigns'] as { edges: { cursor: string }[] };
      cursors = [...cursors, ...edges.map(({ cursor }) => cursor)];
    }
    expect(cursors).toHaveLength(total);
  });

  const queryOf = (pages: readonly Asked[]): string =>
    `{ __typename ${pages.map((page, index) => textOf(page, cursors, index)).join(' ')} }`;

  it('with a cache, for up to three pages of one list, after any other query', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(asked, { minLength: 1, maxLength: 3 }),
        fc.array(asked, { maxLength: 1 }),
        async (pages, before) => {
          forget();
          const { calls: known } = await run('on', queryOf(before));
          const fresh = new Set(known.map((call) => Number.parseInt(call) / window));
          const { calls } = await run('on', queryOf(pages));
          expect(calls).toHaveLength(fewestWindows(pages, fresh));
          if (fresh.size === 0) expect(calls.length).toBeLessThanOrEqual(estimateOf(queryOf(pages)));
        },
      ),
      { numRuns: runsOf(30) },
    ));

  it('without a cache, for a page', () =>
    fc.assert(
      fc.asyncProperty(asked, async (page) => {
        const { calls } = await run('off', queryOf([page]));
        expect(calls).toHaveLength(fewestSlices(page));
        expect(calls.length).toBeLessThanOrEqual(estimateOf(queryOf([page])));
      }),
      { numRuns: runsOf(30) },
    ));
});
