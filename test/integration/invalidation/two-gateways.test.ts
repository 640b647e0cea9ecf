import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ask } from '../../support/clients/ask.js';
import { describeWithRedis } from '../../support/programs/redis.js';
import { invalidating, type RouterCache, startRouterCache } from '../../support/programs/router-cache.js';
import { until } from '../../support/clients/subscribing.js';
import { startTwo, type TwoGateways } from '../../support/gateway/two-live-gateways.js';

const fresh = { headers: { 'cache-control': 'no-cache' } };
const named = (sid: string): string => `{ campaign(sid: "${sid}") { name status } }`;

describeWithRedis('two gateways with one Redis', () => {
  let router: RouterCache;
  let two: TwoGateways;
  let sid: string;

  beforeEach(async () => {
    router = await startRouterCache();
    // Changes within a quarter of a second are announced together.
    two = await startTwo({ environment: invalidating(router), sleep: (ms) => sleep(ms) });
    ({ sid } = two.sandbox.state.insert({ status: 'in-progress' }));
    await ask(two.a, named(sid));
    await until(async () => {
      const { data } = await ask<{ campaign: { status: string } }>(two.b, named(sid));
      return data?.campaign.status === 'IN_PROGRESS';
    });
  });
  afterEach(async () => {
    await two.close();
    await router.close();
  });

  const timesSent = (): number =>
    router.seen.flatMap(({ requests }) => requests).filter((each) => each['cache_tag'] === `campaign-${sid}`)
      .length;

  it('the one that reads a change announces it, once', async () => {
    two.sandbox.state.setStatus(sid, 'paused');
    await ask(two.b, named(sid), fresh);
    await until(() => timesSent() > 0);
    await ask(two.a, named(sid)); // knows it from the other one
    await ask(two.a, named(sid), fresh);
    expect(timesSent()).toBe(1);
  });

  it('the others announce what one reads that did not know the campaign before', async () => {
    two.sandbox.state.setStatus(sid, 'paused');
    const third = await two.startAnother();
    await ask(third, named(sid), fresh);
    await until(() => timesSent() > 0);
  });

  it('a write is announced by the one that has done it', async () => {
    await ask(two.a, `mutation { pauseCampaign(sid: "${sid}") { campaign { status } } }`);
    await until(() => timesSent() > 0);
    await ask(two.b, named(sid));
    expect(timesSent()).toBe(1);
  });
});
