import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { CampaignBySidDocument } from '../../operations/generated.js';
import { ask } from '../../support/clients/ask.js';
import {
  campaignCallback,
  subscribeToCampaign,
  subscribeToMessages,
  messageCallback,
} from '../../support/writing/callbacks.js';
import { change } from '../../support/writing/creating.js';
import { describeWithRedis } from '../../support/programs/redis.js';
import { leaveAll, postCallback, transports, until } from '../../support/clients/subscribing.js';
import {
  createShared,
  type SharedCampaign,
  startTwo,
  type TwoGateways,
  untilPeersHear,
} from '../../support/gateway/two-live-gateways.js';

describeWithRedis('two gateways A and B of one account', () => {
  let two: TwoGateways;
  let sandbox: Sandbox;
  let one: SharedCampaign;
  let shiftMs: number;
  beforeEach(async () => {
    shiftMs = 0;
    two = await startTwo({ now: () => Date.now() + shiftMs });
    ({ sandbox } = two);
    one = await createShared(two);
  });
  afterEach(async () => {
    await two.close();
  });

  const gateways = () => [two.a, two.b] as const;
  /** One over each transport on each gateway. */
  const listenOnBoth = () =>
    Promise.all(
      gateways().flatMap((gateway) => transports.map((how) => subscribeToCampaign(gateway, how, one.sid))),
    );
  const gets = (): number => sandbox.calls.filter(({ method }) => method === 'GET').length;
  const pass = async (ms: number): Promise<void> => {
    const from = performance.now();
    await until(() => performance.now() - from > ms, ms + 1000);
  };

  it.each(transports)('a callback to A is published on B once, before any poll, over %s', async (how) => {
    const subscriber = await subscribeToCampaign(two.b, how, one.sid);
    sandbox.calls.splice(0);
    sandbox.state.setStatus(one.sid, 'in-progress');
    await postCallback(one.campaignUrl, campaignCallback(one.sid, 'in-progress'));
    await subscriber.next(1);
    await change(two.a, 'pause', one.sid);
    await subscriber.next(2);
    expect(subscriber.statuses()).toEqual(['IN_PROGRESS', 'PAUSED']);
    expect(gets()).toBe(1);
  });

  it('a callback to A, which does not know the campaign, is published on B', async () => {
    const { sid, onB } = one;
    const subscriber = await subscribeToCampaign(two.b, 'ws', sid);
    const c = await two.startAnother();
    sandbox.state.setStatus(sid, 'completed');
    const atC = c.url + new URL(onB.campaignUrl).pathname;
    expect((await postCallback(atC, campaignCallback(sid, 'completed'))).status).toBe(200);
    await subscriber.next(1);
    expect(subscriber.statuses()).toEqual(['COMPLETED']);
  });

  it('a callback that arrives at A, B and A again is published once on each, for one call', async () => {
    const subscribers = await listenOnBoth();
    sandbox.calls.splice(0);
    sandbox.state.setStatus(one.sid, 'in-progress');
    for (const url of [one.campaignUrl, one.onB.campaignUrl, one.campaignUrl])
      expect((await postCallback(url, campaignCallback(one.sid, 'in-progress'))).status).toBe(200);
    await Promise.all(subscribers.map((subscriber) => subscriber.next(1)));
    await pass(5500); // when a second look would have been
    for (const subscriber of subscribers) expect(subscriber.statuses()).toEqual(['IN_PROGRESS']);
    expect(gets()).toBe(1);
  });

  it('the end reported before the start is shown is published on both, with one read in 5 s', async () => {
    const subscribers = await listenOnBoth();
    sandbox.calls.splice(0);
    await postCallback(one.campaignUrl, campaignCallback(one.sid, 'in-progress'));
    await until(() => gets() === 1);
    sandbox.state.setStatus(one.sid, 'in-progress');
    await pass(2500);
    await postCallback(one.onB.campaignUrl, campaignCallback(one.sid, 'completed'));
    await Promise.all(subscribers.map((subscriber) => subscriber.next(1)));
    sandbox.state.setStatus(one.sid, 'completed');
    await Promise.all(subscribers.map((subscriber) => subscriber.next(2)));
    for (const subscriber of subscribers) expect(subscriber.statuses()).toEqual(['IN_PROGRESS', 'COMPLETED']);
    expect(gets()).toBe(3);
  });

  it('a late callback has no effect on B: the start after the end', async () => {
    const subscribers = await listenOnBoth();
    sandbox.state.setStatus(one.sid, 'completed');
    await postCallback(one.campaignUrl, campaignCallback(one.sid, 'completed'));
    await Promise.all(subscribers.map((subscriber) => subscriber.next(1)));
    sandbox.calls.splice(0);
    for (const url of [one.campaignUrl, one.onB.campaignUrl])
      expect((await postCallback(url, campaignCallback(one.sid, 'in-progress'))).status).toBe(200);
    await change(two.a, 'archive', one.sid);
    for (const subscriber of subscribers) {
      await subscriber.next(2);
      expect(subscriber.statuses()).toEqual(['COMPLETED', 'ARCHIVED']);
    }
    expect(gets()).toBe(0);
  });

  it('every change by A is published on B without a further call, and B serves it', async () => {
    const subscribers = await Promise.all(transports.map((how) => subscribeToCampaign(two.b, how, one.sid)));
    sandbox.calls.splice(0);
    const actions = ['update', 'pause', 'resume', 'pause', 'complete', 'archive'] as const;
    for (const [index, action] of actions.entries()) {
      expect(await change(two.a, action, one.sid)).toMatchObject({ sid: one.sid, codes: [] });
      await Promise.all(subscribers.map((subscriber) => subscriber.next(index + 1)));
      const { campaign } = await two.b.data(CampaignBySidDocument, { sid: one.sid });
      expect(campaign?.status).toBe(subscribers[0]?.statuses().at(-1));
    }
    for (const subscriber of subscribers) expect(subscriber.statuses().at(-1)).toBe('ARCHIVED');
    expect(gets()).toBe(0);
  });

  it('each status of a message is published once on each gateway, and a message never goes back', async () => {
    const subscribers = await Promise.all(
      gateways().flatMap((gateway) => transports.map((how) => subscribeToMessages(gateway, how, one.sid))),
    );
    const said = 'a submitted, a submitted, a sent, a submitted, b failed, b sent, b failed, c sent, c sent';
    for (const [index, words] of said.split(', ').entries()) {
      const [message = '', status = ''] = words.split(' ');
      const url = index % 2 === 0 ? one.messageUrl : one.onB.messageUrl;
      expect((await postCallback(url, messageCallback(one.sid, message, status))).status).toBe(200);
      await pass(20); // the next one comes after this one was passed on
    }
    for (const subscriber of subscribers) {
      await subscriber.next(4);
      expect(subscriber.summaries()).toEqual([
        'a SUBMITTED submitted',
        'a SENT sent',
        'b FAILED failed',
        'c SENT sent',
      ]);
    }
  });

  it('500 message callbacks to A and B in turn are published on both, for one call in 5 s', async () => {
    const subscribers = await Promise.all(
      gateways().flatMap((gateway) => transports.map((how) => subscribeToMessages(gateway, how, one.sid))),
    );
    await listenOnBoth();
    sandbox.calls.splice(0);
    const beganAtMs = performance.now();
    const messages = Array.from({ length: 500 }, (_, index) => `message-${index}`);
    for (const [index, message] of messages.entries()) {
      const url = index % 2 === 0 ? one.messageUrl : one.onB.messageUrl;
      await postCallback(url, messageCallback(one.sid, message, 'sent'));
    }
    for (const subscriber of subscribers) {
      await subscriber.next(500);
      expect([...subscriber.summaries()].sort()).toEqual(
        messages.map((message) => `${message} SENT sent`).sort(),
      );
    }
    await pass(5500);
    expect(gets()).toBeGreaterThan(0);
    // One at the first callback, one 5 s after the last, and on a slow machine one in each 5 s between them.
    const intervals = Math.ceil((performance.now() - beganAtMs) / 5000);
    expect(gets()).toBeLessThanOrEqual(1 + intervals);
  });

  it('after a callback to A, B does not serve its older cache entry', async () => {
    const ask = async () => (await two.b.data(CampaignBySidDocument, { sid: one.sid })).campaign?.status;
    expect(await ask()).toBe('CREATED');
    sandbox.state.setStatus(one.sid, 'completed');
    await postCallback(one.campaignUrl, campaignCallback(one.sid, 'completed'));
    const giveUpAt = performance.now() + 30_000;
    while ((await ask()) !== 'COMPLETED') expect(performance.now()).toBeLessThan(giveUpAt);
  });

  it.each([
    ['behind', -600_000],
    ['ahead', 600_000],
  ])(
    'a gateway whose clock is ten minutes %s publishes all changes, and announces its own',
    async (_what, skewMs) => {
      const c = await two.startAnother(() => Date.now() + skewMs);
      await untilPeersHear({ ...two, b: c });
      const subscribers = [
        await subscribeToCampaign(two.a, 'ws', one.sid),
        await subscribeToCampaign(c, 'sse', one.sid),
      ];
      const actions = ['pause', 'resume', 'pause', 'complete', 'archive'] as const;
      for (const [index, action] of actions.entries()) {
        expect(await change(index % 2 === 0 ? two.a : c, action, one.sid)).toMatchObject({ codes: [] });
        await Promise.all(subscribers.map((subscriber) => subscriber.next(index + 1)));
      }
      expect(subscribers[1]?.statuses()).toEqual(subscribers[0]?.statuses());
      expect(subscribers[0]?.statuses()).toHaveLength(actions.length);
    },
  );

  it('a change by A is published on a gateway that read before it, while Redis was silent, by a clock ten minutes ahead', async () => {
    const c = await two.startAnother(() => Date.now() + 600_000);
    await untilPeersHear({ ...two, b: c });
    const subscriber = await subscribeToCampaign(c, 'sse', one.sid);
    two.redis.pause();
    const query = `{ campaign(sid: "${one.sid}") { status } }`;
    const { data } = await ask(c, query, { headers: { 'cache-control': 'no-cache' } });
    expect(data).toEqual({ campaign: { status: 'CREATED' } });
    expect(await change(two.a, 'pause', one.sid)).toMatchObject({ codes: [] });
    two.redis.resume();
    await subscriber.next(1);
    expect(subscriber.statuses()).toEqual(['PAUSED']);
  });

  it('closing both leaves no connection open', async () => {
    await listenOnBoth();
    await leaveAll();
    const c = await two.startAnother();
    await untilPeersHear({ ...two, b: c });
    await c.close();
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    const before = sockets();
    const d = await two.startAnother();
    await untilPeersHear({ ...two, b: d });
    await until(() => sockets() > before);
    await d.close();
    await until(() => sockets() <= before, 60_000, 'that sockets are closed');
  });
});
