import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import {
  credentials,
  type GatewayParts,
  type GatewayUnderTest,
} from '../../support/gateway/gateway-under-test.js';
import { expectToComeBack, readErrors } from '../../support/upstream/rate-limited.js';
import { validInput } from '../../support/writing/valid-input.js';
import { describeWithRedis, type RunningRedis, startRedis } from '../../support/programs/redis.js';
import { startSlowProxy } from '../../support/upstream/slow-proxy.js';
import {
  clientOf,
  sharedKey,
  startTwoGateways,
  type TwoGateways,
  until,
} from '../../support/gateway/two-gateways.js';

const perMinute = 20;
let redis: RunningRedis;
let sandbox: Sandbox;
let two: TwoGateways;
let fault: Fault | undefined;

describeWithRedis('two gateways whose Redis is down', () => {
  beforeEach(async () => {
    fault = undefined;
    redis = await startRedis();
    const limit = { rateLimitPerMinute: perMinute };
    sandbox = await startSandbox({ ...credentials, ...limit, faults: () => fault });
  });
  afterEach(async () => {
    await two.close();
    await sandbox.close();
    await redis.stop();
  });

  const start = async (url = redis.url, parts?: GatewayParts): Promise<void> => {
    const environment = { EXOTEL_RATE_LIMIT: String(perMinute) };
    two = await startTwoGateways(sandbox.baseUrl, { url }, environment, undefined, parts);
  };
  const sids = (from: number, to: number): string[] =>
    sandbox.state
      .campaigns()
      .slice(from, to)
      .map(({ sid }) => sid);
  const one = (sid: string): string => `{ campaign(sid: "${sid}") { name } }`;
  const refused = () => sandbox.calls.filter(({ status }) => status === 429);
  const gateways = () => [two.a, two.b];
  /** Both know that there are two of them. */
  const untilTwo = () =>
    until(async () => {
      const client = clientOf(redis);
      const there = await client.zcard(sharedKey('budget:gateways'));
      client.disconnect();
      return there === 2;
    }).then(() => new Promise((resolve) => setTimeout(resolve, 1100)));
  const readAll = (gateway: GatewayUnderTest, wanted: readonly string[]) =>
    Promise.all(wanted.map((sid) => readErrors(gateway, [sid]))).then((errors) => errors.flat());

  it('serve cache entries from memory at once, and read others from the upstream', async () => {
    await start();
    const [sid = '', other = ''] = sids(0, 2);
    await readErrors(two.a, [sid]);
    await redis.stop();
    const before = sandbox.calls.length;
    expect(await readErrors(two.a, [sid])).toEqual([]);
    expect(sandbox.calls).toHaveLength(before);
    for (const gateway of gateways()) expect(await readErrors(gateway, [other])).toEqual([]);
    expect(sandbox.calls).toHaveLength(before + 2);
  });

  it('complete the requests that were in flight when Redis failed', async () => {
    await start();
    fault = { kind: 'delay', delayMs: 500 };
    const [sid = ''] = sids(0, 1);
    const underWay = gateways().map((gateway) => ask(gateway, one(sid)));
    await until(() => sandbox.calls.length > 0);
    await redis.stop();
    for (const { errors } of await Promise.all(underWay)) expect(errors).toBeUndefined();
  });

  it('stay within the shared rate limit together, each within its share of the rest', async () => {
    await start();
    await untilTwo();
    await readErrors(two.a, sids(0, 5));
    await readErrors(two.b, sids(5, 8));
    await new Promise((resolve) => setTimeout(resolve, 1100)); // both have heard of it
    await redis.stop();
    const errors = await Promise.all([readAll(two.a, sids(10, 40)), readAll(two.b, sids(40, 70))]);
    expectToComeBack(errors.flat());
    expect(sandbox.calls.length).toBeLessThanOrEqual(perMinute);
    expect(sandbox.calls.length).toBeGreaterThan(8 + 6);
    expect(refused()).toEqual([]);
  });

  it('share the budget again when Redis is back, including the calls sent meanwhile', async () => {
    await start();
    await untilTwo();
    await redis.stop();
    await readErrors(two.a, sids(0, 4));
    redis = await startRedis(redis.port);
    await untilTwo();
    const client = clientOf(redis);
    await until(async () => (await client.hlen(sharedKey('budget:calls'))) > 4); // the epoch is an entry too
    const errors = await Promise.all([readAll(two.a, sids(10, 40)), readAll(two.b, sids(40, 70))]);
    client.disconnect();
    expectToComeBack(errors.flat());
    expect(sandbox.calls.length).toBeLessThanOrEqual(perMinute);
    expect(refused()).toEqual([]);
    const [sid = ''] = sids(71, 72);
    expect((await ask(two.a, one(sid))).errors).toBeDefined();
  });

  it('refuse a create with a key, and accept one without', async () => {
    await start();
    await redis.stop();
    const create = `mutation($input: CreateCampaignInput!) {
      createCampaign(input: $input) { campaign { sid } userErrors { code } } }`;
    const keyed = { ...validInput, idempotencyKey: 'a-key-of-mine-1234' };
    for (const gateway of gateways()) {
      const { errors } = await ask(gateway, create, { variables: { input: keyed } });
      expect(errors?.[0]?.extensions?.code).toBe('UPSTREAM_UNAVAILABLE');
    }
    expect(sandbox.calls.filter(({ method }) => method === 'POST')).toEqual([]);
    expect((await ask(two.a, create, { variables: { input: validInput } })).errors).toBeUndefined();
  });

  it('refuse a repeat of a create with OUTCOME_UNKNOWN where they know of it, and send nothing', async () => {
    await start();
    const create = `mutation($input: CreateCampaignInput!) {
      createCampaign(input: $input) { campaign { sid } userErrors { code } } }`;
    const variables = {
      input: { ...validInput, name: 'Diwali offer', idempotencyKey: 'a-key-of-mine-1234' },
    };
    expect((await ask(two.a, create, { variables })).errors).toBeUndefined();
    await redis.stop();
    const { errors } = await ask(two.a, create, { variables });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', campaignName: 'Diwali offer' });
    const [unaware] = (await ask(two.b, create, { variables })).errors ?? [];
    expect(unaware?.extensions?.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(unaware?.message).toContain('whether an earlier one with its idempotencyKey did is not known');
    expect(sandbox.calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('wait for a slow Redis once only', async () => {
    const proxy = await startSlowProxy(redis.port);
    await start(proxy.url, { redisWaitMs: 200 });
    proxy.delayMs = 5000;
    const fromMs = performance.now();
    for (const gateway of gateways()) expect(await readErrors(gateway, sids(0, 4))).toEqual([]);
    expect(performance.now() - fromMs).toBeLessThan(5000); // of eight reads, with two questions each
    await two.close();
    await proxy.close();
  });
});
