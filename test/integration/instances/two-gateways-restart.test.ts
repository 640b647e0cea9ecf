import { afterEach, beforeEach, expect, it } from '@jest/globals';
import {
  messageCallback,
  type MessageSubscriber,
  subscribeToMessages,
} from '../../support/writing/callbacks.js';
import { describeWithRedis } from '../../support/programs/redis.js';
import { leaveAll, postCallback, until } from '../../support/clients/subscribing.js';
import { clientOf, sharedKey } from '../../support/gateway/two-gateways.js';
import {
  createShared,
  type SharedCampaign,
  startTwo,
  type TwoGateways,
  untilPeersHear,
} from '../../support/gateway/two-live-gateways.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';

describeWithRedis('message callbacks after a gateway has restarted', () => {
  let two: TwoGateways;
  let one: SharedCampaign;
  beforeEach(async () => {
    two = await startTwo();
    one = await createShared(two);
  });
  afterEach(async () => {
    await two.close();
  });

  const report = async (gateway: GatewayUnderTest, message: string, status: string): Promise<void> => {
    const url = gateway.url + new URL(one.messageUrl).pathname;
    expect((await postCallback(url, messageCallback(one.sid, message, status))).status).toBe(200);
  };
  const listen = (gateway: GatewayUnderTest) => subscribeToMessages(gateway, 'ws', one.sid);
  /** Starts a gateway, longer after what was published than clocks may differ. */
  const startAfterwards = async (other?: GatewayUnderTest): Promise<GatewayUnderTest> => {
    const from = performance.now();
    await until(() => performance.now() - from > 150);
    const c = await two.startAnother();
    await untilPeersHear({ ...two, a: other ?? (await two.startAnother()), b: c });
    return c;
  };
  /** A and B have published two messages, and Redis knows it. */
  const publishTwo = async (): Promise<MessageSubscriber[]> => {
    const subscribers = [await listen(two.a), await listen(two.b)];
    await report(two.a, 'a', 'sent');
    await report(two.b, 'b', 'submitted');
    await report(two.b, 'b', 'weighed');
    for (const subscriber of subscribers) await subscriber.next(3);
    const client = clientOf(two.redis);
    await until(async () => {
      const keys = await client.keys(sharedKey('live:message:*'));
      const texts = await Promise.all(keys.map((key) => client.get(key)));
      return texts.length === 2 && texts.some((text) => text?.includes('weighed'));
    });
    client.disconnect();
    return subscribers;
  };
  /** What the two messages have had, and what they have not, to each of the gateways in turn. */
  const repeat = async (...gateways: readonly GatewayUnderTest[]): Promise<void> => {
    const words = 'a sent, a submitted, b submitted, b weighed, b sent, b submitted, c sent';
    for (const word of words.split(', ')) {
      const [message = '', status = ''] = word.split(' ');
      for (const gateway of gateways) await report(gateway, message, status);
    }
  };
  const news = ['b SENT sent', 'c SENT sent'];

  it('what was published before is not an event again, and no message goes back, whichever gateway the callback reaches', async () => {
    const [onA] = await publishTwo();
    await two.b.close();
    const c = await startAfterwards(two.a);
    const onC = await listen(c);
    await repeat(two.a, c);
    for (const subscriber of [onC, onA])
      await until(() => subscriber?.summaries().some((summary) => summary.startsWith('c ')) ?? false);
    expect(onC.summaries()).toEqual(news);
    expect(onA?.summaries()).toEqual(['a SENT sent', 'b SUBMITTED submitted', 'b UNKNOWN weighed', ...news]);
  });

  it('also if no gateway ran meanwhile', async () => {
    await publishTwo();
    await leaveAll();
    await Promise.all([two.a.close(), two.b.close()]);
    const c = await startAfterwards();
    const onC = await listen(c);
    await repeat(c);
    await onC.next(2);
    expect(onC.summaries()).toEqual(news);
  });

  it('while Redis is silent no event is lost: one that was published before may be repeated', async () => {
    await publishTwo();
    await two.b.close();
    const c = await startAfterwards(two.a);
    const onC = await listen(c);
    two.redis.pause();
    await report(c, 'a', 'sent');
    await report(c, 'd', 'sent');
    await onC.next(2);
    two.redis.resume();
    expect(onC.summaries()).toEqual(['a SENT sent', 'd SENT sent']);
  });

  it('records of what was published expire, and name neither message nor number', async () => {
    await publishTwo();
    const client = clientOf(two.redis);
    for (const key of await client.keys(sharedKey('live:message:*'))) {
      expect(await client.pttl(key)).toBeGreaterThan(3_500_000);
      expect(await client.pttl(key)).toBeLessThanOrEqual(3_600_000);
      expect(key).toMatch(/live:message:[\w-]{22}$/);
      expect(await client.get(key)).toMatch(/^\d+ (SENT|SUBMITTED weighed)$/);
    }
    client.disconnect();
  });
});
