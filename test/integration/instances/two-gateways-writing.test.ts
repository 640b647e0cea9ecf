import { expect, it } from '@jest/globals';
import { entryFormat } from '../../../src/datasources/cache/entry-serializer.js';
import { until } from '../../support/gateway/two-gateways.js';
import { statusIn, TwoReaders } from '../../support/gateway/two-readers.js';
import { describeWithRedis } from '../../support/programs/redis.js';

const second = 1000;

describeWithRedis('two gateways of one account, writes', () => {
  const on = new TwoReaders();
  const pause = (): string => `mutation { pauseCampaign(sid: "${on.sid}") { campaign { status } } }`;

  it.each([
    ['a list', () => on.list, `campaigns${entryFormat}`],
    ['its messages', () => on.messages(), `messages${entryFormat}`],
  ])('read %s again after a write by the other', async (_what, query, kind) => {
    await on.read(on.two.a, query());
    await on.isShared(kind);
    await on.read(on.two.a, pause());
    expect(
      await on.callsOf(async () => {
        const answer = await on.read(on.two.b, query());
        if (query() === on.list) expect(statusIn(answer)).toBe('PAUSED');
      }),
    ).toBe(1);
  });

  it('serve the campaign that a write by the other returned', async () => {
    await on.read(on.two.a, on.one());
    await on.isShared(`campaign${entryFormat}`);
    await on.read(on.two.a, pause());
    await on.isSharedWith(`campaign${entryFormat}`, '"PAUSED"');
    expect(
      await on.callsOf(async () => {
        expect(statusIn(await on.read(on.two.b, on.one()))).toBe('PAUSED');
      }),
    ).toBe(0);
  });

  it('never serve an older entry right after a write by the other', async () => {
    for (const action of ['pause', 'resume', 'pause', 'resume', 'pause']) {
      await on.read(on.two.b, on.one(on.other)); // what is found is kept there: it must not be the campaign itself
      await on.read(on.two.a, `mutation { ${action}Campaign(sid: "${on.sid}") { campaign { status } } }`);
      const [listed, alone] = [await on.read(on.two.b, on.list), await on.read(on.two.a, on.one())];
      expect(statusIn(listed)).toBe(statusIn(alone));
      on.now += 6 * second; // what b keeps itself is another's to say
    }
  });

  it('do not cache a list whose read began before a write by the other and ended after it', async () => {
    on.fault = { kind: 'delay', delayMs: 400, when: 'after' };
    const early = on.read(on.two.a, on.list);
    await until(() => on.sandbox.calls.length === 1);
    on.fault = undefined;
    await on.read(on.two.b, pause());
    expect(statusIn(await on.read(on.two.b, on.list))).toBe('PAUSED');
    await early;
    expect(statusIn(await on.read(on.two.b, on.list))).toBe('PAUSED');
  });
});
