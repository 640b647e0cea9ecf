import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { describeWithRedis, type RunningRedis, startRedis } from '../../../../support/programs/redis.js';
import { until } from '../../../../support/gateway/two-gateways.js';
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
});
