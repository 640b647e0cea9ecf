import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { type Redis } from 'ioredis';
import { create, keyed, posts, sidsOf } from '../../../support/writing/creating.js';
import { setup } from '../../../support/gateway/setup.js';
import { describeWithRedis, type RunningRedis, startRedis } from '../../../support/programs/redis.js';
import { clientOf, sharedKey } from '../../../support/gateway/two-gateways.js';

describeWithRedis('an unreadable record in the shared state', () => {
  let redis: RunningRedis;
  let client: Redis;
  beforeAll(async () => {
    redis = await startRedis();
    client = clientOf(redis);
  });
  afterEach(async () => {
    await client.flushall();
  });
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });

  /** Writes a text in place of all that is under keys with this beginning. */
  async function overwrite(beginning: string, text: string): Promise<void> {
    const keys = await client.keys(`${sharedKey(beginning)}*`);
    expect(keys).toHaveLength(1);
    await client.set(keys[0] ?? '', text);
  }

  it.each(['', 'no JSON', 'null', '7', '[]', '{}', '{"campaign":{"sid":"a"}}'])(
    'of an idempotency key: OUTCOME_UNKNOWN, and nothing is sent: %j',
    async (text) => {
      const { gateway, sandbox } = await setup({ gateway: { environment: { REDIS_URL: redis.url } } });
      await create(gateway, keyed);
      await overwrite('create:', text);
      expect((await create(gateway, keyed)).codes).toEqual(['OUTCOME_UNKNOWN']);
      expect(posts(sandbox)).toBe(1);
    },
  );

  it.each(['', 'no JSON', 'null', '{}', '[7]'])(
    'of outstanding creates: a lost create stays OUTCOME_UNKNOWN, and nothing is sent again: %j',
    async (text) => {
      let isDown = true;
      const { gateway, sandbox } = await setup({
        sandbox: {
          faults: ({ method }) => {
            if (method === 'POST') return { kind: 'reset', when: 'after' };
            return isDown ? { kind: 'status', status: 400 } : undefined;
          },
        },
        gateway: { environment: { REDIS_URL: redis.url } },
      });
      expect((await create(gateway, keyed)).codes).toEqual(['OUTCOME_UNKNOWN']);
      isDown = false;
      await overwrite('outstanding:', text);
      expect((await create(gateway, keyed)).codes).toEqual(['OUTCOME_UNKNOWN']);
      await overwrite('outstanding:', '[]');
      expect([(await create(gateway, keyed)).sid]).toEqual(sidsOf(sandbox));
      expect(posts(sandbox)).toBe(1);
    },
  );
});
