import { afterEach, expect, it } from '@jest/globals';
import { type GatewayUnderTest, startGatewayOn } from '../../support/gateway/gateway-under-test.js';
import { describeWithRedis, startRedis } from '../../support/programs/redis.js';
import {
  type Behaviour,
  honest,
  lengths,
  messagePage as page,
  messageSids as rows,
  upstreamOf,
} from '../../support/upstream/page-sizes.js';

const closed: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closed.splice(0).reverse()) await close();
});

async function gatewayOn(baseUrl: string, environment: Readonly<Record<string, string>>) {
  const gateway = await startGatewayOn(baseUrl, {
    MAX_UPSTREAM_CALLS: '100',
    EXOTEL_RATE_LIMIT: '0',
    ...environment,
  });
  closed.push(() => gateway.close());
  return gateway;
}

describeWithRedis('two instances and larger pages', () => {
  it('share what one has learned, and lose one call between them', async () => {
    const redis = await startRedis();
    closed.push(() => redis.stop());
    const refusing: Behaviour = (limit) => (limit > 50 ? 400 : { rows: limit, said: limit });
    const { baseUrl, calls } = await upstreamOf(refusing, lengths);
    const [one, other] = [
      await gatewayOn(baseUrl, { REDIS_URL: redis.url }),
      await gatewayOn(baseUrl, { REDIS_URL: redis.url }),
    ];
    const pages = await Promise.all([page(one, 'a', 'first: 200'), page(other, 'b', 'first: 200')]);
    expect(pages).toEqual([rows('a', 0, 200), rows('b', 0, 200)]);
    expect(calls.filter((call) => !call.endsWith('+50'))).toHaveLength(1);
  });

  it.each([400, 403, 502])(
    'lose few calls to an upstream that accepted a size and answers %i later, and those that start then none',
    async (status) => {
      const redis = await startRedis();
      closed.push(() => redis.stop());
      const { baseUrl, calls, state } = await upstreamOf(honest(500), lengths);
      const environment = { REDIS_URL: redis.url, CACHE: 'off' };
      const [one, other] = [await gatewayOn(baseUrl, environment), await gatewayOn(baseUrl, environment)];
      await page(one, 'a', 'first: 150');
      await page(other, 'a', 'first: 150');
      state.behaviour = (limit) => (limit > 50 ? status : { rows: limit, said: limit });
      const larger = async (gateway: GatewayUnderTest, sid: string): Promise<number> => {
        calls.splice(0);
        expect(await page(gateway, sid, 'first: 150')).toEqual(rows(sid, 0, 150));
        return calls.filter((call) => !call.endsWith('+50')).length;
      };
      // A 502 is tried three times, as in any read; it may be about the size, so the size is tried once more.
      await larger(one, 'b');
      await larger(other, 'b');
      await larger(one, 'd');
      await larger(other, 'd');
      expect([await larger(one, 'e'), await larger(other, 'e')]).toEqual([0, 0]);
      expect(await larger(await gatewayOn(baseUrl, environment), 'a')).toBe(0);
    },
  );
});
