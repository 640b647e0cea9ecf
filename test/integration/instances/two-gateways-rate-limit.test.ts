import { afterEach, expect, it } from '@jest/globals';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/sandbox.js';
import { CreateDocument } from '../../operations/generated.js';
import { ask } from '../../support/clients/ask.js';
import { credentials, type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { expectToComeBack, readErrors } from '../../support/upstream/rate-limited.js';
import { validInput } from '../../support/writing/valid-input.js';
import { describeWithRedis } from '../../support/programs/redis.js';
import {
  redisOfSuite,
  sharedKey,
  startTwoGateways,
  type TwoGateways,
  until,
} from '../../support/gateway/two-gateways.js';

const perMinute = 10;
const forReads = 9;
let sandbox: Sandbox;
let two: TwoGateways;

describeWithRedis('the rate limit of two gateways of one account', () => {
  const redis = redisOfSuite();
  afterEach(async () => {
    await two.close();
    await sandbox.close();
  });

  async function start(options: Partial<SandboxOptions> = {}): Promise<void> {
    sandbox = await startSandbox({ ...credentials, rateLimitPerMinute: perMinute, ...options });
    two = await startTwoGateways(sandbox.baseUrl, redis, { EXOTEL_RATE_LIMIT: String(perMinute) });
  }
  const sids = (from: number, to: number): string[] =>
    sandbox.state
      .campaigns()
      .slice(from, to)
      .map(({ sid }) => sid);
  const refused = () => sandbox.calls.filter(({ status }) => status === 429);
  const both = () => [two.a, two.b] as const;

  it.each([
    ['at once', (reads: (() => Promise<unknown>)[]) => Promise.all(reads.map((read) => read()))],
    [
      'one after the other',
      async (reads: (() => Promise<unknown>)[]) => {
        for (const read of reads) await read();
      },
    ],
  ])(
    'is shared: reads through both, %s, stay within it, and the refused ones have retryAfter',
    async (_how, run) => {
      await start();
      const errors = both().map(() => [] as Awaited<ReturnType<typeof readErrors>>);
      const reads = both().flatMap((gateway, index) =>
        sids(index * 15, index * 15 + 15).map((sid) => async () => {
          errors[index]?.push(...(await readErrors(gateway, [sid])));
        }),
      );
      await run(reads);
      expect(sandbox.calls).toHaveLength(forReads);
      expect(refused()).toEqual([]);
      expect(errors.flat()).toHaveLength(30 - forReads);
      expectToComeBack(errors.flat());
    },
  );

  it('reserves its share for writes during a flood of reads', async () => {
    await start();
    await Promise.all(sids(0, 30).map((sid) => readErrors(two.a, [sid])));
    const { createCampaign } = await two.b.data(CreateDocument, { input: validInput });
    expect(createCampaign.userErrors).toEqual([]);
    expect(sandbox.calls.map(({ method }) => method)).toEqual([
      ...Array<string>(forReads).fill('GET'),
      'POST',
    ]);
    expect(refused()).toEqual([]);
  });

  it('is reported as the calls left for both (budgetLeft)', async () => {
    await start();
    await readErrors(two.a, sids(0, 4));
    const report = { headers: { 'x-upstream-report': '1' } };
    const answer = await ask(two.b, `{ campaign(sid: "${sids(9, 10)[0] ?? ''}") { name } }`, report);
    expect(answer.extensions?.upstream).toMatchObject({ calls: 1, budgetLeft: perMinute - 5 });
  });

  it('is paused for both by a 429 to one of them', async () => {
    let isRefusing = true;
    const fault = { kind: 'status', status: 429, retryAfterSeconds: 60 } as const;
    await start({ faults: () => (isRefusing ? fault : undefined) });
    await readErrors(two.a, sids(0, 1));
    isRefusing = false;
    await until(async () => (await redis.client.hget(sharedKey('budget:account'), 'pausedUntil')) !== null);
    const before = sandbox.calls.length;
    expectToComeBack(await readErrors(two.b, sids(1, 3)));
    expect(sandbox.calls).toHaveLength(before);
  });

  it('counts the calls of a gateway that has stopped', async () => {
    await start();
    await readErrors(two.a, sids(0, 6));
    await two.a.close();
    two = { ...two, close: () => two.b.close() };
    const errors = await readErrors(two.b, sids(10, 20));
    expect(sandbox.calls).toHaveLength(forReads);
    expect(errors).toHaveLength(10 - (forReads - 6));
  });

  it.each([
    ['that it has heard of', true],
    ['that it has not heard of yet', false],
  ])(
    'counts the calls of the other %s, where Redis loses its data and keeps running',
    async (_which, isKnown) => {
      await start();
      const remaining = async (): Promise<unknown> => {
        const { data } = await ask<{ campaignGateway: { budget: { remaining: number } } }>(
          two.b,
          '{ campaignGateway { budget { remaining } } }',
        );
        return data?.campaignGateway.budget.remaining;
      };
      const read = (gateway: GatewayUnderTest, from: number, to: number) =>
        Promise.all(sids(from, to).map((sid) => readErrors(gateway, [sid]))).then((errors) => errors.flat());
      await readErrors(two.a, sids(0, 1));
      await until(async () => (await remaining()) === perMinute - 1);
      await read(two.a, 1, 7);
      if (isKnown) await until(async () => (await remaining()) === perMinute - 7);
      await redis.client.flushall();
      const errors = await read(two.b, 10, 11);
      errors.push(...(await read(two.b, 11, 30)), ...(await read(two.a, 30, 50)));
      expect(sandbox.calls).toHaveLength(forReads);
      expect(refused()).toEqual([]);
      expect(errors).toHaveLength(40 - (forReads - 7));
      expectToComeBack(errors);
    },
  );
});
