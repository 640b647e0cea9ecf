import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { describeWithRedis, type RunningRedis, startRedis } from '../../../support/redis.js';
import { until } from '../../../support/two-gateways.js';
import { describeCallLedger } from '../exotel/rate-limit/ledger-contract.js';
import { claim, closeLedgers, ledgerOf } from '../exotel/rate-limit/ledger-under-test.js';

let redis: RunningRedis;

describeWithRedis('the ledger of the calls of all gateways', () => {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(() => {
    closeLedgers();
  });
  afterAll(() => redis.stop());

  describeCallLedger('in Redis', () => {
    const prefix = randomUUID();
    return {
      open: () => ledgerOf(redis, prefix, { minute: 60_000 }),
      close: () => {
        closeLedgers();
        return Promise.resolve();
      },
    };
  });

  it('counts the calls that were sent without it when it is back', async () => {
    const prefix = randomUUID();
    const lost = await startRedis();
    const atMs = Date.now();
    const call = { isBackground: false, beganAtMs: atMs - 10, expiresAtMs: atMs + 60_000 };
    const own = () => ['7', '8'].map((id) => ({ ...call, id }));
    const { ledger: a } = await ledgerOf(lost, prefix, { own, minute: 60_000 });
    await lost.stop();
    expect(await a.take(claim('8'))).toBe('gone');
    const back = await startRedis(lost.port);
    const { ledger: b } = await ledgerOf(back, prefix, { minute: 60_000 });
    await until(async () => (await a.take(claim('9', 3))) === 'granted');
    expect(await b.take(claim('1', 3))).toMatchObject({ waitMs: expect.anything() });
    await back.stop();
  });
});
