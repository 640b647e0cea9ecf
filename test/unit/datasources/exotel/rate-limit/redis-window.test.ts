import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { describeWithRedis, type RunningRedis, startRedis } from '../../../../support/programs/redis.js';
import { startSlowProxy } from '../../../../support/upstream/slow-proxy.js';
import { clientOf, until } from '../../../../support/gateway/two-gateways.js';
import { describeSharedWindow } from './shared-window-contract.js';
import { request, closeWindows, windowOf } from './shared-window-under-test.js';

let redis: RunningRedis;

/** Sets the clock of Redis, for the window: what it has looks older once the clock is set forward. */
async function setClock(client: Redis, prefix: string, aheadMs: number): Promise<void> {
  const keyOf = (name: string): string => `${prefix}budget:${name}`;
  const shifted = (time: string): string => String(Number(time) - aheadMs);
  for (const [id, call] of Object.entries(await client.hgetall(keyOf('calls'))))
    if (id !== 'epoch') await client.hset(keyOf('calls'), id, call.replaceAll(/\d{13}/g, shifted));
  for (const id of await client.zrange(keyOf('gateways'), 0, -1))
    await client.zincrby(keyOf('gateways'), -aheadMs, id);
  for (const time of ['clock', 'pausedUntil']) {
    const value = await client.hget(keyOf('account'), time);
    if (value !== null) await client.hset(keyOf('account'), time, shifted(value));
  }
}

describeWithRedis('the shared window', () => {
  let client: Redis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  beforeEach(() => {
    client = clientOf(redis);
  });
  afterEach(() => {
    closeWindows();
    client.disconnect();
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

  it('holds the first calls of a gateway while a slow Redis has not told it of the others', async () => {
    const prefix = randomUUID();
    const { window: before } = await windowOf(redis, prefix, { minute: 60_000 });
    for (const id of ['1', '2', '3']) expect(await before.take(request(id))).toBe('granted');
    const proxy = await startSlowProxy(redis.port);
    proxy.delayMs = 300;
    const { window: started } = await windowOf(proxy, prefix, { minute: 60_000, isAwaited: false });
    for (let asked = 0; asked < 20; asked += 1)
      expect(await started.take(request(`${asked}`))).toMatchObject({ waitMs: expect.anything() });
    closeWindows();
    await proxy.close();
  });

  describe('of a gateway that is stopped for a while', () => {
    const blocked = (ms: number): void => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    };

    it('grants what Redis has granted meanwhile: its timers run before it reads the replies', async () => {
      const { window } = await windowOf(redis, randomUUID(), { minute: 60_000 });
      const asked = ['1', '2', '3', '4'].map((id) => window.take(request(id)));
      await new Promise((resolve) => setImmediate(resolve)); // the commands are sent
      blocked(3500);
      expect(await Promise.all(asked)).toEqual([
        ...['granted', 'granted', 'granted'],
        { waitMs: expect.any(Number) },
      ]);
    });

    it('does not use a permit that it reads late: the window counts its call for too short a time', async () => {
      const [clock, prefix] = [{ lateMs: 0 }, randomUUID()];
      const { window } = await windowOf(redis, prefix, {
        minute: 60_000,
        now: () => performance.now() + clock.lateMs,
      });
      const asked = window.take(request('1', 1));
      clock.lateMs = 64_000;
      expect(await asked).toEqual({ waitMs: expect.any(Number) });
      await until(
        async () => (await client.hkeys(`${prefix}budget:calls`)).every((id) => id === 'epoch'),
        2000,
      );
      expect(await window.take(request('1', 1))).toBe('granted');
    });

    it('holds its calls while its connection is opened anew: others may have used the window up', async () => {
      const [clock, prefix] = [{ lateMs: 0 }, randomUUID()];
      const now = () => performance.now() + clock.lateMs;
      const { window, views } = await windowOf(redis, prefix, { minute: 60_000, now });
      const { window: other } = await windowOf(redis, prefix, { minute: 60_000 });
      expect(await other.take(request('1'))).toBe('granted');
      await until(() => Promise.resolve(views.at(-1)?.calls.length === 1), 3000);
      clock.lateMs = 64_000;
      blocked(1100); // its next heartbeat is due
      await client.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      while (window.weight === 1) await new Promise((resolve) => setImmediate(resolve)); // not connected
      expect(await window.take(request('2'))).toEqual({ waitMs: expect.any(Number) });
      await until(async () => (await window.take(request('2'))) === 'granted', 5000);
    });
  });

  it('does not hold them for a Redis that is down', async () => {
    const gone = await startRedis();
    await gone.stop();
    const { window } = await windowOf(gone, randomUUID(), { isAwaited: false });
    await until(async () => (await window.take(request('1'))) === 'unavailable', 2000);
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

  it('counts calls, and waits out a pause, for as long as before if the clock of Redis is set back', async () => {
    const prefix = randomUUID();
    const { window: a } = await windowOf(redis, prefix, { minute: 1000 });
    const { window: b, views } = await windowOf(redis, prefix, { minute: 1000 });
    expect(await a.take(request('1'))).toBe('granted');
    a.end('1', true, undefined);
    a.pause(500);
    expect(await b.take(request('1', 1))).toMatchObject({ waitMs: expect.anything() });
    await setClock(client, prefix, -3_600_000);
    const atMs = performance.now();
    expect(await b.take(request('1', 1))).toMatchObject({ waitMs: expect.anything() });
    expect(views.at(-1)?.calls).toMatchObject([{ isInFlight: false }]);
    expect(views.at(-1)?.calls[0]?.expiresAtMs).toBeLessThan(atMs + 1100);
    expect(views.at(-1)?.pausedUntilMs).toBeLessThan(atMs + 600);
    await until(async () => (await b.take(request('1', 1))) === 'granted');
  });

  describe.each([
    ['all of its data', (client: Redis) => client.flushall()],
    ['the calls only', (client: Redis, prefix: string) => client.del(`${prefix}budget:calls`)],
    [
      'time, as its clock is set forward',
      (client: Redis, prefix: string) => setClock(client, prefix, 90_000),
    ],
  ])('whose Redis loses %s, and keeps running', (_what, lose) => {
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

    it('counts the calls of a gateway that is gone, also through one that starts then', async () => {
      const prefix = randomUUID();
      const a = await windowOf(redis, prefix, { minute: 60_000 });
      const { window: b, views } = await windowOf(redis, prefix, { minute: 60_000 });
      expect(await a.window.take(request('1'))).toBe('granted');
      expect(await a.window.take(request('2'))).toBe('granted');
      a.window.end('1', true, undefined);
      await until(() => views.at(-1)?.calls.length === 2);
      a.close();
      await lose(client, prefix);
      const { window: c } = await windowOf(redis, prefix, { minute: 60_000 });
      await until(async () => (await b.take(request('1', 3))) === 'granted');
      expect(await c.take(request('1', 3))).toMatchObject({ waitMs: expect.anything() });
      expect(await c.take(request('1', 4))).toBe('granted');
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
