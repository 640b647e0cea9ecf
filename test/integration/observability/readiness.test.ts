import { afterEach, expect, it } from '@jest/globals';
import { request } from 'undici';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { describeWithRedis, startRedis } from '../../support/programs/redis.js';
import { until } from '../../support/clients/subscribing.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let isDown = false;

async function start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  isDown = false;
  const faults = () => (isDown ? ({ kind: 'reset' } as const) : undefined);
  sandbox = await startSandbox({ ...credentials, faults });
  gateway = await startGatewayOn(sandbox.baseUrl, environment);
}
afterEach(async () => {
  await gateway.close();
  await sandbox.close();
});

async function probe(path = '/readyz') {
  const answer = await request(gateway.url + path);
  return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
}

const count = '{ campaigns(first: 1) { totalCount } }';
/** Each fails up to three times, and eight in a row open the breaker. */
async function openBreaker(): Promise<void> {
  isDown = true;
  for (let asked = 0; asked < 4; asked += 1)
    await ask(gateway, `{ campaign(sid: "${`0${asked}`.repeat(16)}") { name } }`);
}

it('/readyz is 200 ok, without an upstream call', async () => {
  await start();
  expect(await probe('/livez')).toEqual({ status: 200, body: { status: 'ok' } });
  expect(await probe()).toEqual({
    status: 200,
    body: { status: 'ok', checks: { server: 'ok', upstream: 'ok', redis: 'notConfigured' } },
  });
  expect(sandbox.calls).toHaveLength(0);
});

it('/readyz is 200 degraded while the circuit breaker is open, and cached data is served', async () => {
  await start();
  const before = await ask(gateway, count);
  await openBreaker();
  const calls = sandbox.calls.length;
  expect(await probe()).toEqual({
    status: 200,
    body: { status: 'degraded', checks: { server: 'ok', upstream: 'failing', redis: 'notConfigured' } },
  });
  expect(await ask(gateway, count)).toEqual(before);
  expect((await probe('/livez')).status).toBe(200);
  expect(sandbox.calls).toHaveLength(calls);
});

describeWithRedis('a Redis outage', () => {
  it('makes /readyz 200 degraded, and ok again when Redis is back', async () => {
    const redis = await startRedis();
    await start({ REDIS_URL: redis.url });
    const redisIs = async (): Promise<unknown> =>
      ((await probe()).body['checks'] as Record<string, unknown>)['redis'];
    const becomes = (state: string): Promise<void> =>
      until(async () => (await redisIs()) === state, 10_000, state);
    await becomes('ok');
    await redis.stop();
    await becomes('unreachable');
    expect(await probe()).toMatchObject({ status: 200, body: { status: 'degraded' } });
    expect((await ask(gateway, count)).errors).toBeUndefined();
    const again = await startRedis(redis.port);
    await becomes('ok');
    expect(await probe()).toMatchObject({ status: 200, body: { status: 'ok' } });
    await again.stop();
  });
});
