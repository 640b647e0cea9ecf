import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { request } from 'undici';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { everyTransport, run, type Transport } from '../../support/clients/every-transport.js';
import {
  credentials,
  type GatewayParts,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { describeWithRedis, startRedis } from '../../support/programs/redis.js';
import {
  leaveAll,
  subscribe,
  type Subscriber,
  transports,
  until,
} from '../../support/clients/subscribing.js';

const query = '{ __typename }';
const open: { close(): Promise<unknown> }[] = [];
let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ ...credentials, seed: 'empty' });
  open.push(sandbox);
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function gatewayWith(
  environment: Record<string, string>,
  parts?: GatewayParts,
): Promise<GatewayUnderTest> {
  const gateway = await startGatewayOn(sandbox.baseUrl, environment, undefined, undefined, parts);
  open.push(gateway);
  return gateway;
}

/** How many of some requests, one after the other, were answered. */
async function answered(url: string, transport: Transport, count: number): Promise<number> {
  let all = 0;
  for (let sent = 0; sent < count; sent += 1) if (!(await run(url, transport, { query })).errors) all += 1;
  return all;
}

describe('MAX_REQUESTS_PER_MINUTE', () => {
  it.each(everyTransport)('over %s: the next request is refused with retryAfter', async (transport) => {
    const gateway = await gatewayWith({ MAX_REQUESTS_PER_MINUTE: '3' });
    expect(await answered(gateway.url, transport, 3)).toBe(3);
    const { errors, status, headers } = await run(gateway.url, transport, { query });
    const { code, limit, retryAfter } = errors?.[0]?.extensions ?? {};
    expect({ code, limit }).toEqual({ code: 'TOO_MANY_REQUESTS', limit: 3 });
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(60);
    if (transport === 'ws') return;
    expect(status).toBe(429);
    expect(headers?.['retry-after']).toBe(String(retryAfter));
    expect(headers?.['ratelimit-policy']).toBe('"requests";q=3;w=60');
    expect(headers?.['ratelimit']).toBe(`"requests";r=0;t=${String(retryAfter)}`);
  });

  it('counts requests over all transports together', async () => {
    const gateway = await gatewayWith({ MAX_REQUESTS_PER_MINUTE: String(everyTransport.length) });
    for (const transport of everyTransport) expect(await answered(gateway.url, transport, 1)).toBe(1);
    for (const transport of everyTransport) expect(await answered(gateway.url, transport, 1)).toBe(0);
  });

  it('does not count health checks, and is off by default without authentication', async () => {
    const gateway = await gatewayWith({ MAX_REQUESTS_PER_MINUTE: '1' });
    for (let count = 0; count < 3; count += 1) {
      const { statusCode, body } = await request(`${gateway.url}/livez`);
      await body.dump();
      expect(statusCode).toBe(200);
    }
    expect(await answered((await gatewayWith({})).url, 'http', 20)).toBe(20);
  });
});

describeWithRedis('MAX_REQUESTS_PER_MINUTE at two gateways', () => {
  it('is shared by all gateways; while Redis is down each counts alone, without waiting', async () => {
    const redis = await startRedis();
    open.push({ close: () => redis.stop() });
    const settings = { MAX_REQUESTS_PER_MINUTE: '6', REDIS_URL: redis.url };
    const [one, other] = [await gatewayWith(settings), await gatewayWith(settings)];
    expect(await answered(one.url, 'http', 4)).toBe(4);
    expect(await answered(other.url, 'http', 4)).toBe(2);
    await redis.stop();
    await until(() => one.logs.some((line) => line.includes('Redis cannot be used')));
    const begun = performance.now();
    expect(await answered(one.url, 'http', 8)).toBe(6);
    // Eight commands that wait for a Redis that is gone take 2 s each.
    expect(performance.now() - begun).toBeLessThan(8000);
  });
});

describeWithRedis("a step of the machine's clock back by half an hour", () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each(['with', 'without'])('makes no caller wait for longer than a minute (%s Redis)', async (which) => {
    const redis = await startRedis();
    open.push({ close: () => redis.stop() });
    const shared: Record<string, string> = which === 'with' ? { REDIS_URL: redis.url } : {};
    let passedMs = 0;
    const steadyNow = () => performance.now() + passedMs;
    const { url } = await gatewayWith({ MAX_REQUESTS_PER_MINUTE: '2', ...shared }, { steadyNow });
    expect(await answered(url, 'http', 3)).toBe(2);
    const now = Date.now.bind(Date);
    let stepMs = -1_800_000;
    jest.spyOn(Date, 'now').mockImplementation(() => now() + stepMs);
    const { errors } = await run(url, 'http', { query });
    expect(errors?.[0]?.extensions?.['retryAfter']).toBeLessThanOrEqual(60);
    if (which === 'without') return;
    const client = new Redis(redis.url);
    await client.flushall(); // a minute passes
    await client.quit();
    stepMs += 61_000;
    passedMs = 61_000;
    expect(await answered(url, 'http', 3)).toBe(2);
  });
});

describe('MAX_SUBSCRIPTIONS_PER_CALLER', () => {
  const watch = (sid: string): string => `subscription { campaignUpdated(sid: "${sid}") { sid } }`;

  it.each(transports)('over %s: one more is refused until another ends', async (transport) => {
    const gateway = await gatewayWith({ MAX_SUBSCRIPTIONS_PER_CALLER: '2' });
    const { sid } = sandbox.state.insert({ startsAt: Date.now() + 1_000_000 });
    // What waits until a socket listens is itself a subscription for a moment: streams say so themselves.
    const held: Subscriber<unknown>[] = [
      await subscribe(gateway.url, 'sse', watch(sid)),
      await subscribe(gateway.url, 'sse', watch(sid)),
    ];
    const calls = sandbox.calls.length;
    const refused = await subscribe(gateway.url, transport, watch(sid));
    await refused.next(1);
    expect(refused.errors[0]?.extensions).toEqual({ code: 'TOO_MANY_SUBSCRIPTIONS', limit: 2 });
    expect(sandbox.calls).toHaveLength(calls);
    await held[0]?.close();
    await untilTaken(gateway.url, watch(sid));
  });

  it('does not count subscriptions that failed to open', async () => {
    const gateway = await gatewayWith({ MAX_SUBSCRIPTIONS_PER_CALLER: '1' });
    for (let count = 0; count < 3; count += 1) {
      const unknown = await subscribe(gateway.url, 'sse', watch('nobody'));
      await unknown.next(1);
      expect(unknown.errors[0]?.extensions?.code).toBe('BAD_USER_INPUT');
      await unknown.close();
    }
  });

  it('does not count subscriptions whose connection broke', async () => {
    const gateway = await gatewayWith({ MAX_SUBSCRIPTIONS_PER_CALLER: '1' });
    const { sid } = sandbox.state.insert({ startsAt: Date.now() + 1_000_000 });
    for (let count = 0; count < 3; count += 1) {
      await untilTaken(gateway.url, watch(sid));
      await leaveAll();
    }
  });

  /** Who left is known a moment later. */
  async function untilTaken(url: string, document: string): Promise<void> {
    const giveUpAt = performance.now() + 10_000;
    for (;;) {
      const subscriber = await subscribe(url, 'sse', document);
      await Promise.race([
        subscriber.next(1).catch(() => undefined),
        new Promise((go) => setTimeout(go, 100)),
      ]);
      if (subscriber.errors.length === 0 && !subscriber.hasEnded()) return;
      await subscriber.close();
      if (performance.now() > giveUpAt) throw new Error('there was never a place again');
    }
  }
});
