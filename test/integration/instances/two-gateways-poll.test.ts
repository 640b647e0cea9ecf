import { afterEach, expect, it } from '@jest/globals';
import { ask } from '../../support/clients/ask.js';
import {
  campaignCallback,
  type CampaignSubscriber,
  createWithCallbacks,
  subscribeToCampaign,
} from '../../support/writing/callbacks.js';
import { change } from '../../support/writing/creating.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { describeWithRedis, startRedis } from '../../support/programs/redis.js';
import { leaveAll, postCallback, until } from '../../support/clients/subscribing.js';
import {
  createShared,
  startTwo,
  type TwoGateways,
  untilPeersHear,
} from '../../support/gateway/two-live-gateways.js';

const hour = 3_600_000;

/** A callback that waits for one command of Redis takes this time at least. */
const commandTimeoutMs = 2000;

/** @returns how long the callback took. */
async function postInProgress({
  sid,
  campaignUrl,
}: {
  readonly sid: string;
  readonly campaignUrl: string;
}): Promise<number> {
  const from = performance.now();
  expect((await postCallback(campaignUrl, campaignCallback(sid, 'in-progress'))).status).toBe(200);
  return performance.now() - from;
}

describeWithRedis('two gateways of one account', () => {
  let two: TwoGateways;
  afterEach(async () => {
    await two.close();
  });

  const insert = (count: number): string[] =>
    Array.from({ length: count }, () => {
      const times = { startsAt: Date.now() + 48 * hour, endsAt: Date.now() + 96 * hour };
      return two.sandbox.state.insert({ status: 'scheduled', audience: 1000, ...times }).sid;
    });
  const listenAll = (on: GatewayUnderTest, sids: readonly string[]): Promise<CampaignSubscriber[]> =>
    Promise.all(sids.map((sid, index) => subscribeToCampaign(on, index % 2 === 0 ? 'ws' : 'sse', sid)));

  it('share one poll: 50 subscribers on each get a change, for at most 8 calls in 25 s', async () => {
    two = await startTwo();
    const sids = insert(50);
    const subscribers = [...(await listenAll(two.a, sids)), ...(await listenAll(two.b, sids))];
    for (const sid of sids) two.sandbox.state.setStatus(sid, 'paused');
    const from = performance.now();
    await Promise.all(subscribers.map((subscriber) => subscriber.next(1, 100_000)));
    const spans = Math.max(1, (performance.now() - from) / 25_000); // more than one on a slow machine
    for (const subscriber of subscribers) expect(subscriber.statuses()).toEqual(['PAUSED']);
    expect(two.sandbox.calls.length).toBeLessThanOrEqual(8 * spans);
  });

  it('read once after an outage of Redis, and publish changes that the other got callbacks for', async () => {
    two = await startTwo();
    const [here, elsewhere] = [await createShared(two), await createShared(two)];
    const onA = await subscribeToCampaign(two.a, 'ws', here.sid);
    const onB = await subscribeToCampaign(two.b, 'sse', elsewhere.sid);
    await two.redis.stop();
    const tookMs: number[] = [];
    for (const one of [here, elsewhere]) {
      two.sandbox.state.setStatus(one.sid, 'in-progress');
      tookMs.push(await postInProgress(one));
    }
    expect(Math.min(...tookMs)).toBeLessThan(commandTimeoutMs);
    await onA.next(1); // its own callbacks reach a gateway as ever
    expect(onB.statuses()).toEqual([]);
    const back = await startRedis(two.redis.port);
    try {
      await onB.next(1);
      await untilPeersHear(two);
      two.sandbox.state.setStatus(elsewhere.sid, 'completed');
      await postCallback(elsewhere.campaignUrl, campaignCallback(elsewhere.sid, 'completed'));
      await onB.next(2);
      expect([onA.statuses(), onB.statuses()]).toEqual([['IN_PROGRESS'], ['IN_PROGRESS', 'COMPLETED']]);
    } finally {
      await leaveAll();
      await two.close();
      await back.stop();
    }
  });

  it('poll independently while Redis hangs', async () => {
    two = await startTwo();
    const one = await createShared(two);
    const subscriber = await subscribeToCampaign(two.a, 'ws', one.sid);
    two.redis.pause();
    two.sandbox.state.setStatus(one.sid, 'in-progress');
    const tookMs = [await postInProgress(one), await postInProgress(one), await postInProgress(one)];
    expect(Math.min(...tookMs)).toBeLessThan(commandTimeoutMs);
    await subscriber.next(1);
    expect(subscriber.statuses()).toEqual(['IN_PROGRESS']);
    two.redis.resume();
  });

  it('read a campaign once more after a write while Redis hangs, since another gateway may have changed it meanwhile', async () => {
    let isSlow = false;
    two = await startTwo({
      faults: ({ method }) =>
        isSlow && method === 'PUT' ? { kind: 'delay', delayMs: 400, when: 'after' } : undefined,
    });
    const one = await createShared(two);
    const subscriber = await subscribeToCampaign(two.a, 'ws', one.sid);
    two.redis.pause();
    isSlow = true;
    const paused = change(two.a, 'pause', one.sid);
    await until(() => two.sandbox.state.find(one.sid)?.status === 'paused');
    two.sandbox.state.setStatus(one.sid, 'in-progress'); // as the other gateway would
    expect(await paused).toMatchObject({ codes: [] });
    await until(() => subscriber.statuses().at(-1) === 'IN_PROGRESS');
    two.redis.resume();
  });

  it('each accept webhook addresses of the other, and no foreign ones', async () => {
    two = await startTwo();
    const one = await createShared(two);
    await ask(two.b, `{ campaign(sid: "${one.sid}") { name } }`);
    const body = campaignCallback(one.sid, 'in-progress');
    expect((await postCallback(one.onB.campaignUrl, body)).status).toBe(200);
    const forged = one.onB.campaignUrl.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A'));
    expect((await postCallback(forged, body)).status).toBe(404);
    const another = await createWithCallbacks(two.a);
    const foreign = two.b.url + new URL(another.campaignUrl).pathname;
    expect((await postCallback(foreign, body)).status).toBe(404);
  });
});
