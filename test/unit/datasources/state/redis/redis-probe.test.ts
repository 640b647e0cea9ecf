import { afterEach, expect, it } from '@jest/globals';
import { probeRedis } from '../../../../../src/datasources/state/redis/probe.js';
import {
  describeWithRedis,
  documentedRights,
  type RunningRedis,
  startRedis,
  withUser,
} from '../../../../support/programs/redis.js';

describeWithRedis('a probe of Redis', () => {
  let redis: RunningRedis;
  afterEach(() => redis.stop());

  const noMessages =
    'its user may not publish and subscribe: it needs both commands, and &campaign-gateway:account:*';
  const noKeys = 'its user may not write the keys of the gateway, or not run scripts';

  it('passes for a user with the documented rights', async () => {
    redis = await startRedis();
    const url = await withUser(redis, documentedRights);
    expect(await probeRedis(url, 'campaign-gateway:account:')).toMatchObject({ isUsable: true });
  });

  it.each([
    [documentedRights.replace(' &campaign-gateway:*', ''), noMessages],
    [`${documentedRights} -publish`, noMessages],
    [`${documentedRights} -subscribe`, noMessages],
    [`${documentedRights} -@scripting`, noKeys],
    [`${documentedRights} resetkeys`, noKeys],
  ])('names what a user with the rights %s lacks', async (rights, why) => {
    redis = await startRedis();
    const url = await withUser(redis, rights);
    expect(await probeRedis(url, 'campaign-gateway:account:')).toEqual({ isUsable: false, why });
  });
});
