import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { RedisConnection } from '../../../../../src/datasources/state/redis/connection.js';
import { RedisTierStore } from '../../../../../src/datasources/state/redis/shared-tier-store.js';
import { describeWithRedis, type RunningRedis, startRedis } from '../../../../support/programs/redis.js';
import { until } from '../../../../support/gateway/two-gateways.js';
import { describeSharedTierStore, location, entryOf } from '../shared-tier-store-contract.js';

let redis: RunningRedis;
const open: RedisConnection[] = [];

async function storeOf(prefix: string, { url }: RunningRedis = redis): Promise<RedisTierStore> {
  const connection = new RedisConnection(url, {
    redisFailed: () => undefined,
    redisAnswered: () => undefined,
  });
  open.push(connection);
  await connection.ready(5000);
  return new RedisTierStore(connection, prefix);
}
const found = async (store: RedisTierStore) => (await store.get([location]))?.[0];

describeWithRedis('shared cache entries', () => {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    for (const one of open) one.close();
    await redis.stop();
  });

  describeSharedTierStore('in Redis', async () => {
    const prefix = randomUUID();
    const [first, second] = [await storeOf(prefix), await storeOf(prefix)];
    return { first, second, close: () => Promise.resolve() };
  });

  it('are not found during an outage, and entries from before a write in that time are dropped', async () => {
    const lost = await startRedis();
    const prefix = randomUUID();
    const store = await storeOf(prefix, lost);
    await lost.stop();
    expect(await store.invalidate(['s'], 100)).toBeUndefined();
    expect(await store.get([location])).toBeUndefined();
    expect(await store.acquireLease(location, 't', { proposed: 1, seen: -1 })).toEqual({
      version: undefined,
      outcome: 'acquired',
    });
    const back = await startRedis(lost.port);
    const other = await storeOf(prefix, back);
    await other.set([entryOf(1)]); // as if Redis had kept its data during the outage
    await until(async () => {
      await store.get([location]);
      return (await found(other))?.entry === undefined;
    });
    await back.stop();
  });
});
