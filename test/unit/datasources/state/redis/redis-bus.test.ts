import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { RedisBus } from '../../../../../src/datasources/state/redis/bus.js';
import { RedisConnection } from '../../../../../src/datasources/state/redis/connection.js';
import { type BusGap } from '../../../../../src/datasources/state/shared-bus.js';
import { describeWithRedis, type RunningRedis, startRedis } from '../../../../support/programs/redis.js';
import { until } from '../../../../support/clients/subscribing.js';
import { describeSharedBus } from '../bus-contract.js';

describeWithRedis('the shared bus in Redis', () => {
  let redis: RunningRedis;
  const opened: { close(): void }[] = [];
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  afterEach(() => {
    for (const one of opened.splice(0)) one.close();
  });

  const open = (prefix: string, url = redis.url): RedisBus => {
    const connection = new RedisConnection(url, {
      redisFailed: () => undefined,
      redisAnswered: () => undefined,
    });
    const bus = new RedisBus(connection, prefix);
    opened.push({
      close: () => {
        bus.close();
        connection.close();
      },
    });
    return bus;
  };

  describeSharedBus('Redis', () => {
    const prefix = `${randomUUID()}:`;
    return Promise.resolve({
      buses: [open(prefix), open(prefix), open(prefix)],
      close: () => Promise.resolve(),
    });
  });

  it('keeps accounts apart that share a Redis', async () => {
    const [one, other] = [open('one:'), open('other:')];
    const received: string[] = [];
    other.subscribe('news', (text) => received.push(text));
    const same = open('other:');
    await until(() => other.isConnected);
    one.publish('news', 'of one');
    await until(() => {
      same.publish('news', 'of the other');
      return received.length > 0;
    });
    expect(new Set(received)).toEqual(new Set(['of the other']));
  });

  describe.each(['gone', 'slow'] as const)('that is %s', (how) => {
    it('drops messages, reconnects by itself, and reports both gaps', async () => {
      let lost = await startRedis();
      const [one, other] = [open('', lost.url), open('', lost.url)];
      const received: string[] = [];
      const gaps: BusGap[] = [];
      one.onGap((gap) => gaps.push(gap));
      one.subscribe('news', () => undefined);
      other.subscribe('news', (text) => received.push(text));
      await until(() => one.isConnected && other.isConnected);
      expect(gaps.splice(0)).toEqual(['receive']); // messages from before the connection are lost

      if (how === 'gone') await lost.stop();
      else lost.pause();
      await until(() => !one.isConnected && !other.isConnected);
      for (let index = 0; index < 20_000; index += 1) one.publish('news', 'dropped');
      if (how === 'gone') lost = await startRedis(lost.port);
      else lost.resume();
      await until(() => gaps.includes('receive') && gaps.includes('send'));
      await until(() => other.isConnected);
      one.publish('news', 'heard again');
      await until(() => received.includes('heard again'));
      expect(received.length).toBeLessThan(20_001);
      await lost.stop();
    });
  });
});
