import { describe, expect, it } from '@jest/globals';
import { ask } from '../../../support/clients/ask.js';
import { closesAfterwards } from '../../../support/closing.js';
import { type GatewayUnderTest, startGatewayOn } from '../../../support/gateway/gateway-under-test.js';
import { startBarrier } from '../../../support/upstream/barrier.js';
import { type ListingUpstream, startListingUpstream } from '../../../support/upstream/listing-upstream.js';

interface Page {
  readonly nodes: readonly { readonly sid: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const start = Date.parse('2026-05-01T10:00:00Z');
const owner = 'campaign-of-messages';
const fields = '{ nodes { sid } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }';

/** Two hundred rows in the order of the default sort. */
async function startListing(): Promise<ListingUpstream> {
  const upstream = closesAfterwards(await startListingUpstream());
  upstream.rows = Array.from({ length: 200 }, (_, index) => ({
    sid: `row-${String(index)}`,
    at: new Date(start + 86_400_000 - index * 60_000).toISOString(),
  }));
  return upstream;
}

/** Reads pages of the gateway; a minute passes before each. */
async function startReading(baseUrl: string, environment: Readonly<Record<string, string>> = {}) {
  const clock = { now: start };
  const gateway = closesAfterwards(
    // Not executed twice and compared: the list moves in between.
    await startGatewayOn(baseUrl, { MAX_UPSTREAM_CALLS: '100', ...environment }, () => clock.now, undefined, {
      compare: undefined,
    }),
  );
  return (kind: 'campaigns' | 'messages', args: string, headers: Record<string, string> = {}) => {
    clock.now += 60_000;
    return pageOf(gateway, kind, args, headers);
  };
}

async function pageOf(
  gateway: GatewayUnderTest,
  kind: 'campaigns' | 'messages',
  args: string,
  headers: Record<string, string>,
): Promise<Page> {
  const query =
    kind === 'campaigns'
      ? `{ campaigns(${args}) ${fields} }`
      : `{ campaign(sid: "${owner}") { messages(${args}) ${fields} } }`;
  const { data, errors } = await ask<{ campaigns?: Page; campaign?: { messages: Page } }>(gateway, query, {
    headers,
  });
  expect(errors).toBeUndefined();
  const page = data?.campaigns ?? data?.campaign?.messages;
  if (!page) throw new Error('there is no page');
  return page;
}

describe.each([
  ['campaigns', 'on'],
  ['campaigns', 'off'],
  ['messages', 'on'],
  ['messages', 'off'],
] as const)('of %s that lose a row with each response, CACHE=%s', (kind, cache) => {
  it.each([
    ['forwards', 49],
    ['backwards', 49],
    ['forwards', 120],
    ['backwards', 120],
  ] as const)('a walk %s in pages of %i shows every row that stays, once', async (way, size) => {
    const upstream = await startListing();
    const read = await startReading(upstream.baseUrl, { CACHE: cache, MAX_PAGE_ROWS: '50' });
    const seen: string[] = [];
    let cursor: string | null = null;
    // The row that the walk has just passed stays: a row that is gone is the subject of other tests.
    upstream.afterList = () => {
      const gone = upstream.rows.findIndex(({ sid }) => sid !== seen.at(-1) && sid !== seen[0]);
      upstream.rows = upstream.rows.filter((_, index) => index !== (way === 'forwards' ? gone : gone + 3));
    };
    for (let pages = 0; ; pages += 1) {
      expect(pages).toBeLessThan(60);
      const beside: string =
        cursor === null ? '' : `, ${way === 'forwards' ? 'after' : 'before'}: "${cursor}"`;
      const page = await read(kind, `${way === 'forwards' ? 'first' : 'last'}: ${String(size)}${beside}`);
      const sids = page.nodes.map(({ sid }) => sid);
      if (way === 'forwards') seen.push(...sids);
      else seen.unshift(...sids);
      cursor = way === 'forwards' ? page.pageInfo.endCursor : page.pageInfo.startCursor;
      if (!(way === 'forwards' ? page.pageInfo.hasNextPage : page.pageInfo.hasPreviousPage)) break;
    }
    expect(upstream.rows.map(({ sid }) => sid).filter((sid) => !seen.includes(sid))).toEqual([]);
    expect(seen).toHaveLength(new Set(seen).size);
  });
});

describe.each([
  ['campaigns', 'on'],
  ['campaigns', 'off'],
  ['messages', 'on'],
  ['messages', 'off'],
] as const)('a page of %s that change in front with each response, CACHE=%s', (kind, cache) => {
  it.each(
    (['after', 'before', 'first', 'last'] as const).flatMap((place) =>
      (['stays', 'is gone'] as const).flatMap((row) =>
        [1, -1, 5, -5].map((change) => ({ place, row, change })),
      ),
    ),
  )(
    'has every row once from its first to its last: $place, $change rows a call, the row of the cursor $row',
    async ({ place, row, change }) => {
      const upstream = await startListing();
      const before = upstream.rows.map(({ sid }) => sid);
      const read = await startReading(upstream.baseUrl, { CACHE: cache, MAX_PAGE_ROWS: '50' });
      const isForwards = place === 'after' || place === 'first';
      const size = isForwards ? 'first' : 'last';
      let [shown, cursor, kept]: [string[], string, string | undefined] = [[], '', undefined];
      if (place === 'after' || place === 'before') {
        const { nodes, pageInfo } = await read(kind, `${size}: 33`);
        shown = nodes.map(({ sid }) => sid);
        kept = isForwards ? shown.at(-1) : shown[0];
        cursor = `, ${place}: "${String(isForwards ? pageInfo.endCursor : pageInfo.startCursor)}"`;
      }
      if (row === 'is gone') upstream.rows = upstream.rows.filter(({ sid }) => sid !== kept);
      let inserted = 0;
      upstream.afterList = () => {
        if (change < 0) {
          const others = upstream.rows.filter(({ sid }) => sid !== kept);
          const gone = new Set(others.slice(0, -change).map(({ sid }) => sid));
          upstream.rows = upstream.rows.filter(({ sid }) => !gone.has(sid));
          return;
        }
        for (let count = 0; count < change; count += 1) {
          inserted += 1;
          const at = new Date(start + 2 * 86_400_000 + inserted * 1000).toISOString();
          upstream.rows = [{ sid: `new-${String(inserted)}`, at }, ...upstream.rows];
        }
      };
      for (const count of [45, 60, 99]) {
        const { nodes, pageInfo } = await read(kind, `${size}: ${String(count)}${cursor}`);
        const page = nodes.map(({ sid }) => sid);
        expect(page.length).toBe(new Set(page).size);
        const there = new Set(upstream.rows.map(({ sid }) => sid));
        const stayed = before.filter((sid) => there.has(sid));
        const places = page.map((sid) => stayed.indexOf(sid)).filter((at) => at >= 0);
        const hasMore = isForwards ? pageInfo.hasNextPage : pageInfo.hasPreviousPage;
        if (places.length === 0 && hasMore) continue;
        const from = !isForwards && hasMore ? Math.min(...places) : 0;
        const to = isForwards && hasMore ? Math.max(...places) : stayed.length - 1;
        const known = new Set([...shown, ...page]);
        expect(stayed.slice(from, to + 1).filter((sid) => !known.has(sid))).toEqual([]);
      }
    },
  );
});

describe.each([
  ['campaigns', 'on'],
  ['campaigns', 'off'],
  ['messages', 'on'],
  ['messages', 'off'],
] as const)('of %s that gain rows in front with each response, CACHE=%s', (kind, cache) => {
  it.each((['forwards', 'backwards'] as const).flatMap((way) => [24, 48].map((most) => ({ way, most }))))(
    'a walk $way leaves out no row, at most $most rows a call',
    async ({ way, most }) => {
      const upstream = await startListing();
      const stays = upstream.rows.map(({ sid }) => sid);
      const read = await startReading(upstream.baseUrl, { CACHE: cache, MAX_PAGE_ROWS: '50' });
      let [inserted, state] = [0, 7];
      upstream.afterList = () => {
        state = (state * 48_271) % 2_147_483_647;
        // The list comes to rest, so that the walk ends.
        for (let count = inserted > 6000 ? 0 : state % (most + 1); count > 0; count -= 1) {
          inserted += 1;
          const at = new Date(start + 2 * 86_400_000 + inserted * 1000).toISOString();
          upstream.rows = [{ sid: `new-${String(inserted)}`, at }, ...upstream.rows];
        }
      };
      const seen = new Set<string>();
      let [beside, hasMore] = ['', true];
      for (let pages = 0; hasMore; pages += 1) {
        expect(pages).toBeLessThan(300);
        const { nodes, pageInfo } = await read(
          kind,
          `${way === 'forwards' ? 'first' : 'last'}: 150${beside}`,
        );
        for (const { sid } of nodes) seen.add(sid);
        hasMore = way === 'forwards' ? pageInfo.hasNextPage : pageInfo.hasPreviousPage;
        beside =
          way === 'forwards'
            ? `, after: "${String(pageInfo.endCursor)}"`
            : `, before: "${String(pageInfo.startCursor)}"`;
      }
      expect(stays.filter((sid) => !seen.has(sid))).toEqual([]);
    },
  );
});

it.each(['on', 'off'])(
  'a total that goes there and back within a page leaves nothing out, CACHE=%s',
  async (cache) => {
    const upstream = await startListing();
    upstream.rows = upstream.rows.slice(0, 101);
    const all = upstream.rows;
    const newer = (count: number): ListingUpstream['rows'] =>
      Array.from({ length: count }, (_, index) => ({
        sid: `new-${String(index)}`,
        at: new Date(start + 2 * 86_400_000 - index * 1000).toISOString(),
      }));
    const read = await startReading(upstream.baseUrl, { CACHE: cache, MAX_PAGE_ROWS: '50' });
    const { pageInfo } = await read('messages', 'last: 2');
    const shapes = [() => [...newer(1), ...all], () => all.slice(3), () => [...newer(1), ...all]];
    const change = (): void => {
      upstream.rows = shapes.shift()?.() ?? upstream.rows;
    };
    change();
    upstream.afterList = change;
    const page = await read('messages', `last: 49, before: "${String(pageInfo.startCursor)}"`);
    expect(page.nodes.map(({ sid }) => sid)).toEqual(all.slice(50, 99).map(({ sid }) => sid));
  },
);

it('windows that are read again are read at the same moment', async () => {
  const upstream = await startListing();
  const barrier = closesAfterwards(await startBarrier(upstream.baseUrl, [1, 1, 1, 2]));
  const read = await startReading(barrier.baseUrl);
  const { pageInfo } = await read('campaigns', 'first: 49');
  upstream.afterList = () => {
    upstream.rows = upstream.rows.slice(1);
    upstream.afterList = () => undefined;
  };
  upstream.forgetCalls();
  const { nodes } = await read('campaigns', `first: 49, after: "${String(pageInfo.endCursor)}"`);
  expect(nodes.map(({ sid }) => sid)).toEqual(upstream.rows.slice(48, 97).map(({ sid }) => sid));
  expect(upstream.calls.slice(2)).toEqual(['0+50', '50+50']);
});

it('with no-cache all windows of a page with a cursor are read at the same moment', async () => {
  const upstream = await startListing();
  const barrier = closesAfterwards(await startBarrier(upstream.baseUrl, [1, 2]));
  const read = await startReading(barrier.baseUrl);
  const { pageInfo } = await read('campaigns', 'first: 49');
  upstream.forgetCalls();
  const after = `first: 49, after: "${String(pageInfo.endCursor)}"`;
  const { nodes } = await read('campaigns', after, { 'cache-control': 'no-cache' });
  expect(nodes.map(({ sid }) => sid)).toEqual(upstream.rows.slice(49, 98).map(({ sid }) => sid));
  expect(upstream.calls).toEqual(['0+50', '50+50']);
});

it.each([
  ['on', 'last', 'before'],
  ['off', 'last', 'before'],
  ['on', 'first', 'after'],
  ['off', 'first', 'after'],
] as const)(
  'no page has a row twice where rows come everywhere with each response, CACHE=%s, %s',
  async (cache, size, side) => {
    const upstream = await startListing();
    const times = upstream.rows.slice(0, 2).map(({ at }) => at);
    upstream.rows = upstream.rows.map((row, index) => ({ ...row, at: times[index < 100 ? 0 : 1] ?? row.at }));
    const read = await startReading(upstream.baseUrl, { CACHE: cache, MAX_PAGE_ROWS: '50' });
    let [inserted, state] = [0, 7];
    upstream.afterList = () => {
      for (let count = 0; count < 17; count += 1) {
        state = (state * 48_271) % 2_147_483_647;
        const at = state % upstream.rows.length;
        const sid = `new-${String((inserted += 1))}`;
        upstream.rows = upstream.rows.toSpliced(at, 0, { sid, at: upstream.rows[at]?.at ?? '' });
      }
    };
    let beside = '';
    for (let pages = 0; pages < 12; pages += 1) {
      const { nodes, pageInfo } = await read('campaigns', `${size}: 150${beside}`);
      expect(new Set(nodes.map(({ sid }) => sid)).size).toBe(nodes.length);
      const cursor = size === 'last' ? pageInfo.startCursor : pageInfo.endCursor;
      beside = `, ${side}: "${String(cursor)}"`;
    }
  },
);
