import { expect, it } from '@jest/globals';
import { entryFormat } from '../../../src/datasources/cache/entry-serializer.js';
import { ask } from '../../support/clients/ask.js';
import { until } from '../../support/gateway/two-gateways.js';
import { statusIn, TwoReaders } from '../../support/gateway/two-readers.js';
import { describeWithRedis } from '../../support/programs/redis.js';

const [second, minute, hour] = [1000, 60_000, 3_600_000];
const noCache = { 'cache-control': 'no-cache' };

describeWithRedis('two gateways of one account', () => {
  const on = new TwoReaders();

  it.each([
    ['a campaign', () => on.one(), `campaign${entryFormat}`],
    ['a list', () => on.list, `campaigns${entryFormat}`],
    ['messages', () => on.messages(), `messages${entryFormat}`],
  ])('serve %s that the other has read: the same response without a call', async (_what, query, kind) => {
    const first = await on.read(on.two.a, query());
    await on.isShared(kind);
    on.now += second;
    expect(
      await on.callsOf(async () => {
        const again = await on.read(on.two.b, query());
        expect(again.data).toEqual(first.data);
        expect(again.extensions?.upstream).toMatchObject({ calls: 0, fromCache: 1 });
      }),
    ).toBe(0);
  });

  it('serve single campaigns that the other has read in a list', async () => {
    await on.read(on.two.a, on.list);
    await on.isShared(`campaign${entryFormat}`);
    on.now += 20 * second; // the list is too old, the scheduled campaigns in it are not
    expect(await on.callsOf(() => on.read(on.two.b, on.one(on.other)))).toBe(0);
    const both = `{ a: campaign(sid: "${on.sid}") { name } b: campaign(sid: "${on.other}") { name } }`;
    expect(await on.callsOf(() => on.read(on.two.b, both))).toBe(0);
  });

  it('do not serve an expired entry of the other as fresh', async () => {
    await on.read(on.two.a, on.one());
    await on.isShared(`campaign${entryFormat}`);
    on.now += 31 * second;
    expect(await on.callsOf(() => on.read(on.two.b, on.one()))).toBe(1);
  });

  it.each([
    ['a campaign', () => on.one()],
    ['a list', () => on.list],
    ['messages', () => on.messages()],
  ])('make one call for %s requested by 20 clients on both at once', async (_what, query) => {
    on.fault = { kind: 'delay', delayMs: 150 };
    const ask20 = () =>
      Promise.all(
        Array.from({ length: 20 }, (_, index) => on.read(index % 2 === 0 ? on.two.a : on.two.b, query())),
      );
    expect(
      await on.callsOf(async () => {
        const answers = await ask20();
        expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
      }),
    ).toBe(1);
  });

  it('read an entry themselves if the read of the other fails', async () => {
    on.fault = { kind: 'status', status: 400 };
    const failing = ask(on.two.a, on.one());
    await until(() => on.sandbox.calls.length === 1);
    on.fault = undefined;
    await on.read(on.two.b, on.one());
    expect((await failing).errors).toHaveLength(1);
  });

  it.each([
    ['a campaign', () => on.one(), `campaign${entryFormat}`],
    ['a list', () => on.list, `campaigns${entryFormat}`],
    ['messages', () => on.messages(), `messages${entryFormat}`],
  ])('read %s again for Cache-Control: no-cache', async (_what, query, kind) => {
    await on.read(on.two.a, query());
    await on.isShared(kind);
    expect(await on.callsOf(() => on.read(on.two.b, query(), noCache))).toBe(1);
  });

  it('do not answer a no-cache request with a read that the other began earlier', async () => {
    on.fault = { kind: 'delay', delayMs: 400, when: 'after' };
    const early = on.read(on.two.a, on.one());
    await until(() => on.sandbox.calls.length === 1);
    on.fault = undefined;
    on.sandbox.state.setStatus(on.sid, 'paused');
    expect(statusIn(await on.read(on.two.b, on.one(), noCache))).toBe('PAUSED');
    await early;
    expect(statusIn(await on.read(on.two.b, on.one()))).toBe('PAUSED');
  });

  it('serve stale entries of the other, up to an hour old, while the upstream is down', async () => {
    for (const query of [on.one(), on.list, on.messages()]) await on.read(on.two.a, query);
    for (const kind of [`campaign${entryFormat}`, `campaigns${entryFormat}`, `messages${entryFormat}`])
      await on.isShared(kind);
    await on.sandbox.close();
    on.now += hour;
    for (const query of [on.one(), on.list, on.messages()]) await on.read(on.two.b, query);
    on.now += 1;
    await on.two.b.close();
    on.two = { ...on.two, close: () => on.two.a.close() };
    for (const query of [on.one(), on.list])
      expect((await ask(on.two.a, query)).errors?.[0]?.extensions?.code).toBe('UPSTREAM_UNAVAILABLE');
  });

  it('treat cached messages as final only if they were read after the end of the campaign', async () => {
    on.sandbox.state.setStatus(on.sid, 'completed');
    on.now += 2 * minute;
    await on.read(on.two.a, on.one());
    await on.read(on.two.a, on.messages());
    await on.isShared(`messages${entryFormat}`);
    on.now += 9 * minute;
    expect(
      await on.callsOf(() =>
        on.read(on.two.b, `{ campaign(sid: "${on.sid}") { name messages { totalCount } } }`),
      ),
    ).toBe(0);
  });
});
