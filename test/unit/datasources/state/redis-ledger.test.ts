import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type AccountLedger } from '../../../../src/datasources/state/account-ledger.js';
import { describeWithRedis, type RunningRedis, startRedis } from '../../../support/redis.js';
import { until } from '../../../support/two-gateways.js';
import { claim, closeLedgers, ledgerOf } from './ledger-under-test.js';

let redis: RunningRedis;
const told = (remaining: number, resetAtMs = Date.now() + 5000) => ({ limit: 30, remaining, resetAtMs });

describeWithRedis('the ledger of the calls of all gateways', () => {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(() => {
    closeLedgers();
  });
  afterAll(() => redis.stop());

  it('grants as many places as the share has, whoever asks, and says when there will be more', async () => {
    const prefix = randomUUID();
    const { ledger: a } = await ledgerOf(redis, prefix, { minute: 60_000 });
    const { ledger: b } = await ledgerOf(redis, prefix, { minute: 60_000 });
    const grants = await Promise.all(
      ['1', '2', '3', '4', '5'].flatMap((id) => [a.take(claim(id)), b.take(claim(id))]),
    );
    expect(grants.filter((grant) => grant === 'granted')).toHaveLength(3);
    for (const grant of grants) if (grant !== 'granted') expect(grant).toEqual({ waitMs: 60_000 });
    expect(await b.take(claim('w', 4))).toBe('granted'); // a write may use what reads leave
  });

  it('grants no more of the background than its own share', async () => {
    const prefix = randomUUID();
    const { ledger: a } = await ledgerOf(redis, prefix);
    const { ledger: b } = await ledgerOf(redis, prefix);
    expect(await a.take(claim('1', 3, true))).toBe('granted');
    expect(await b.take(claim('1', 3, true))).toMatchObject({ waitMs: expect.anything() });
    expect(await b.take(claim('2'))).toBe('granted');
  });

  it('takes back the place of what was not sent', async () => {
    const { ledger } = await ledgerOf(redis, randomUUID());
    expect(await ledger.take(claim('1', 1))).toBe('granted');
    ledger.end('1', false, undefined);
    expect(await ledger.take(claim('2', 1))).toBe('granted');
  });

  it('grants a claim that is asked twice once', async () => {
    const { ledger } = await ledgerOf(redis, randomUUID());
    for (let times = 0; times < 3; times += 1) expect(await ledger.take(claim('1', 2))).toBe('granted');
    expect(await ledger.take(claim('2', 2))).toBe('granted');
  });

  it('shows each what the others do, and not what it does itself', async () => {
    const prefix = randomUUID();
    const { ledger: a, views: seenByA } = await ledgerOf(redis, prefix, { minute: 60_000 });
    const { ledger: b, views: seenByB } = await ledgerOf(redis, prefix, { minute: 60_000 });
    await a.take(claim('1', 3, true));
    await a.take(claim('2'));
    a.end('2', true, undefined);
    await b.take(claim('1'));
    expect(seenByA.at(-1)?.calls).toEqual([]);
    const seen = seenByB.at(-1)?.calls.map(({ isBackground, isInFlight }) => [isBackground, isInFlight]);
    expect(seen).toHaveLength(2);
    expect(seen).toEqual(
      expect.arrayContaining([
        [true, true],
        [false, false],
      ]),
    );
    for (const { beganAtMs, expiresAtMs } of seenByB.at(-1)?.calls ?? []) {
      expect(Math.abs(Date.now() - beganAtMs)).toBeLessThan(10_000);
      expect(expiresAtMs).toBeGreaterThan(Date.now() + 50_000);
    }
  });

  it.each([
    [
      'that was asked for',
      (a: AccountLedger) => {
        a.pause(5000);
      },
    ],
    [
      'until the upstream, which has none left, counts anew',
      (a: AccountLedger) => {
        a.end('1', true, told(0));
      },
    ],
  ])('a pause %s holds for all', async (_what, pause) => {
    const prefix = randomUUID();
    const { ledger: a } = await ledgerOf(redis, prefix, { minute: 60_000 });
    const { ledger: b, views } = await ledgerOf(redis, prefix, { minute: 60_000 });
    await a.take(claim('1'));
    pause(a);
    await a.take(claim('2')); // what was told before it has arrived
    const denied = await b.take(claim('1', 30));
    expect(denied).toMatchObject({ waitMs: expect.anything() });
    expect(views.at(-1)?.pausedUntilMs).toBeGreaterThan(Date.now());
  });

  it('passes on what the upstream told another, once', async () => {
    const prefix = randomUUID();
    const { ledger: a } = await ledgerOf(redis, prefix);
    const { ledger: b, views } = await ledgerOf(redis, prefix);
    await a.take(claim('1'));
    const headers = told(7);
    a.end('1', true, headers);
    await a.take(claim('2'));
    const before = views.length;
    await b.take(claim('1'));
    await b.take(claim('2'));
    expect(
      views
        .slice(before)
        .map((view) => view.told)
        .filter(Boolean),
    ).toEqual([headers]);
  });

  it('learns, when it is back, what was sent without it', async () => {
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
