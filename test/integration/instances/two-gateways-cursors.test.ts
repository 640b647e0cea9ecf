import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ask } from '../../support/clients/ask.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { describeWithRedis } from '../../support/programs/redis.js';
import {
  redisOfSuite,
  sharedKey,
  startTwoGateways,
  type TwoGateways,
  until,
} from '../../support/gateway/two-gateways.js';
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

  /** Resolves once the window with a row is in Redis, which happens a moment after an answer. */
  const isShared = (row = upstream.rows[0]) =>
    until(async () => {
      const keys = await redis.client.keys(sharedKey('reading:campaigns*'));
      const entries = keys.length === 0 ? [] : await redis.client.mget(keys);
      return entries.some((entry) => entry?.includes(`"${row?.sid ?? ''}"`));
    });

  it.each([3, 30, 60])(
    'shows every row once where the other gateway has not seen %i new rows, for no more calls than there are windows',
    async (count) => {
      upstream.rows = rowsUpTo(119);
      await page(two.b, 'first: 50');
      upstream.rows = rowsUpTo(119 + count);
      const first = await page(two.a, 'first: 2', { 'cache-control': 'no-cache' });
      await isShared();
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

  it('goes on to the first row in the other direction', async () => {
    upstream.rows = rowsUpTo(119);
    await page(two.b, 'first: 50');
    upstream.rows = rowsUpTo(125);
    let walked = await page(two.a, 'first: 50', { 'cache-control': 'no-cache' });
    walked = await page(two.a, `first: 5, after: "${String(walked.pageInfo.endCursor)}"`);
    await isShared(upstream.rows[54]);
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
