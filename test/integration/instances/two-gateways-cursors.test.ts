import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ask } from '../../support/clients/ask.js';
import { type GatewayUnderTest, startGatewayOn } from '../../support/gateway/gateway-under-test.js';
import { describeWithRedis } from '../../support/programs/redis.js';
import { redisOfSuite, startTwoGateways, type TwoGateways } from '../../support/gateway/two-gateways.js';
import { startSlowProxy } from '../../support/upstream/slow-proxy.js';
import {
  type ListingRow,
  type ListingUpstream,
  startListingUpstream,
} from '../../support/upstream/listing-upstream.js';

interface Page {
  readonly nodes: readonly { readonly sid: string }[];
  readonly pageInfo: Readonly<
    Record<'startCursor' | 'endCursor', string | null> & Record<'hasNextPage' | 'hasPreviousPage', boolean>
  >;
}

const start = Date.parse('2026-05-01T10:00:00Z');
const rowOf = (index: number): ListingRow => ({
  sid: `c${index}`,
  at: new Date(start + index * 60_000).toISOString(),
});
/** The latest first, as the API lists campaigns. */
const rowsUpTo = (last: number): ListingRow[] =>
  Array.from({ length: last + 1 }, (_, index) => rowOf(last - index));
const fields = '{ nodes { sid } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } }';

describeWithRedis('a walk whose pages are read by two gateways', () => {
  const redis = redisOfSuite();
  let upstream: ListingUpstream;
  let two: TwoGateways;
  beforeEach(async () => {
    upstream = await startListingUpstream();
    two = await startTwoGateways(upstream.baseUrl, redis, { EXOTEL_RATE_LIMIT: '0' }, () => start);
  });
  afterEach(async () => {
    await two.close();
    await upstream.close();
  });

  async function page(gateway: GatewayUnderTest, size: string, headers = {}): Promise<Page> {
    const { data, errors } = await ask<{ campaigns: Page }>(gateway, `{ campaigns(${size}) ${fields} }`, {
      headers,
    });
    expect(errors).toBeUndefined();
    if (!data) throw new Error('the page has no data');
    return data.campaigns;
  }

  it.each([3, 30, 60])(
    'shows every row once where the other gateway has not seen %i new rows, for no more calls than there are windows',
    async (count) => {
      upstream.rows = rowsUpTo(119);
      await page(two.b, 'first: 50');
      upstream.rows = rowsUpTo(119 + count);
      const first = await page(two.a, 'first: 2', { 'cache-control': 'no-cache' });
      upstream.forgetCalls();

      const shown = first.nodes.map(({ sid }) => sid);
      for (let walked = first, turn = 0; walked.pageInfo.hasNextPage; turn += 1) {
        const gateway = turn % 2 === 0 ? two.b : two.a;
        walked = await page(gateway, `first: 20, after: "${String(walked.pageInfo.endCursor)}"`);
        shown.push(...walked.nodes.map(({ sid }) => sid));
      }
      expect(shown).toEqual(upstream.rows.map(({ sid }) => sid));
      expect(upstream.calls.length).toBeLessThanOrEqual(Math.ceil(upstream.rows.length / 50));
    },
  );

  it('shows every row once where Redis does not answer the other gateway, for one call more', async () => {
    const { port } = new URL(redis.url);
    const proxy = await startSlowProxy(Number(port));
    const other = await startGatewayOn(
      upstream.baseUrl,
      { REDIS_URL: proxy.url, EXOTEL_RATE_LIMIT: '0' },
      () => start,
      undefined,
      { redisWaitMs: 200 },
    );
    try {
      upstream.rows = rowsUpTo(119);
      await page(other, 'first: 50');
      upstream.rows = rowsUpTo(149);
      const first = await page(two.a, 'first: 2', { 'cache-control': 'no-cache' });
      proxy.delayMs = 60_000;
      upstream.forgetCalls();

      const shown = first.nodes.map(({ sid }) => sid);
      for (let walked = first; walked.pageInfo.hasNextPage;) {
        walked = await page(other, `first: 20, after: "${String(walked.pageInfo.endCursor)}"`);
        shown.push(...walked.nodes.map(({ sid }) => sid));
      }
      expect(shown).toEqual(upstream.rows.map(({ sid }) => sid));
      expect(upstream.calls).toEqual(['0+50', '50+50', '100+50']);
    } finally {
      await other.close();
      await proxy.close();
    }
  });

  it('continues to the first row in the other direction', async () => {
    upstream.rows = rowsUpTo(119);
    await page(two.b, 'first: 50');
    upstream.rows = rowsUpTo(125);
    let walked = await page(two.a, 'first: 50', { 'cache-control': 'no-cache' });
    walked = await page(two.a, `first: 5, after: "${String(walked.pageInfo.endCursor)}"`);
    upstream.forgetCalls();

    const shown: string[] = [];
    while (walked.pageInfo.hasPreviousPage) {
      walked = await page(two.b, `last: 20, before: "${String(walked.pageInfo.startCursor)}"`);
      shown.unshift(...walked.nodes.map(({ sid }) => sid));
    }
    expect(shown).toEqual(upstream.rows.slice(0, 50).map(({ sid }) => sid));
    expect(upstream.calls).toEqual([]);
  });
});
