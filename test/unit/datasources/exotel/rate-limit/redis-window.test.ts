import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { describeWithRedis, type RunningRedis, startRedis } from '../../../../support/programs/redis.js';
import { clientOf, until } from '../../../../support/gateway/two-gateways.js';
import { describeSharedWindow } from './shared-window-contract.js';
import { request, closeWindows, windowOf } from './shared-window-under-test.js';

let redis: RunningRedis;

describeWithRedis('the shared window', () => {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(() => {
    closeWindows();
  });
  afterAll(() => redis.stop());

  describeSharedWindow('in Redis', () => {
    const prefix = randomUUID();
    return {
      open: () => windowOf(redis, prefix, { minute: 60_000 }),
      close: () => {
        closeWindows();
        return Promise.resolve();
      },
    };
  });

  it('counts calls that were sent during an outage', async () => {
    const prefix = randomUUID();
    const lost = await startRedis();
    const atMs = performance.now();
    const call = { isBackground: false, beganAtMs: atMs - 10, expiresAtMs: atMs + 60_000 };
    const own = () => ['7', '8'].map((id) => ({ ...call, id }));
    const { window: a } = await windowOf(lost, prefix, { own, minute: 60_000 });
    await lost.stop();
    expect(await a.take(request('8'))).toBe('unavailable');
    const back = await startRedis(lost.port);
    const { window: b } = await windowOf(back, prefix, { minute: 60_000 });
    await until(async () => (await a.take(request('9', 3))) === 'granted');
    expect(await b.take(request('1', 3))).toMatchObject({ waitMs: expect.anything() });
    await back.stop();
  });

  describe.each([
    ['all of its data', (client: Redis) => client.flushall()],
    ['the calls only', (client: Redis, prefix: string) => client.del(`${prefix}budget:calls`)],
  ])('whose Redis loses %s, and goes on', (_what, lose) => {
    let client: Redis;
    beforeEach(() => {
      client = clientOf(redis);
    });
    afterEach(() => {
      client.disconnect();
    });

    it('counts the calls of all gateways as before', async () => {
      const prefix = randomUUID();
      const atMs = performance.now();
      const call = { isBackground: false, beganAtMs: atMs - 10, expiresAtMs: atMs + 60_000 };
      const own = () => ['7', '8'].map((id) => ({ ...call, id }));
      await windowOf(redis, prefix, { own, minute: 60_000 });
      const { window: b, views } = await windowOf(redis, prefix, { minute: 60_000 });
      await until(() => views.at(-1)?.calls.length === 2);
      const before = views.length;
      await lose(client, prefix);
      expect(await b.take(request('1'))).toEqual({ waitMs: expect.anything() });
      await until(async () => (await b.take(request('2', 3))) === 'granted');
      expect(await client.hlen(`${prefix}budget:calls`)).toBe(4); // three calls and the epoch
      expect(await b.take(request('3', 3))).toMatchObject({ waitMs: expect.anything() });
      expect(b.weight).toBe(1);
      for (const { calls } of views.slice(before)) expect(calls).toHaveLength(2);
    });

    it('counts no call that was still asking for its place', async () => {
      const prefix = randomUUID();
      const call = { isBackground: false, beganAtMs: performance.now(), expiresAtMs: Infinity };
      let begun: string[] = [];
      const own = () => begun.map((id) => ({ ...call, id }));
      const { window } = await windowOf(redis, prefix, { own, minute: 60_000 });
      expect(await window.take(request('1'))).toBe('granted');
      await lose(client, prefix);
      begun = ['2', '3'];
      const grants = await Promise.all(begun.map((id) => window.take(request(id, 2))));
      expect(grants).toEqual([{ waitMs: expect.anything() }, { waitMs: expect.anything() }]);
      begun = [];
      const taken = async (id: string, share: number) =>
        (await window.take(request(id, share))) === 'granted';
      await until(() => taken('4', 1));
      expect(await taken('5', 2)).toBe(true);
    });
  });
});
