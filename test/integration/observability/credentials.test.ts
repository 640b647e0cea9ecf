import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { request } from 'undici';
import { ask } from '../../support/clients/ask.js';
import { said } from '../../support/programs/child-process.js';
import { credentials, startGatewayOn } from '../../support/gateway/gateway-under-test.js';
import { describeWithRedis } from '../../support/programs/redis.js';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/upstream/scripted-upstream.js';
import { until } from '../../support/clients/subscribing.js';
import { build, main, startWorkers } from '../../support/gateway/workers.js';

type Status = 200 | 401 | 403 | 404 | 429 | 500;

/** Refusals as the API and its older layers write them; the texts must not get out. */
const answers: Readonly<Record<Status, unknown>> = {
  200: { http_code: 200, metadata: { total: 0 }, response: [] },
  401: { RestException: { Status: 401, Message: 'secret of the upstream', Code: 1010 } },
  403: {
    http_code: 403,
    response: [{ code: 403, error_data: { code: 1003, message: 'secret' }, status: 'failure' }],
  },
  404: {
    http_code: 404,
    response: [{ code: 404, error_data: { code: 1000, message: 'secret' }, status: 'failure' }],
  },
  429: { RestException: { Status: 429, Message: 'secret', Code: 429 } },
  500: { message: 'secret' },
};

const toClose: (() => unknown)[] = [];
let upstream: ScriptedUpstream;
let status: Status = 200;
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

async function startUpstream(first: Status): Promise<string> {
  status = first;
  upstream = await startScriptedUpstream(() => ({ status, json: answers[status] }));
  toClose.push(() => upstream.close());
  return upstream.baseUrl;
}

async function start(
  first: Status,
  set: Readonly<Record<string, string>> = { EXOTEL_CHECK: 'on' },
  credentialsPauseMs = 60_000,
) {
  const gateway = await startGatewayOn(await startUpstream(first), set, Date.now, undefined, {
    credentialsPauseMs,
  });
  toClose.push(() => gateway.close());
  return gateway;
}

async function readiness(url: string): Promise<unknown> {
  const { statusCode, body } = await request(`${url}/readyz`);
  return { statusCode, ...((await body.json()) as { checks: Record<string, string> }) };
}
const ok = { server: 'ok', upstream: 'ok', redis: 'notConfigured' };
const refused = { statusCode: 503, status: 'unavailable', checks: { ...ok, upstream: 'credentialsRefused' } };
const ready = { statusCode: 200, status: 'ok', checks: ok };
const revoked = { ...refused, statusCode: 200, status: 'degraded' };
const query = '{ campaigns(first: 1) { totalCount } }';

describe('the credentials at the start', () => {
  it('are tried with one call that asks for one row, and counts in the rate limit', async () => {
    const gateway = await start(200, { EXOTEL_CHECK: 'on', EXOTEL_RATE_LIMIT: '30' });
    expect(upstream.seen.map(({ method, target }) => [method, target])).toEqual([
      ['GET', `/v2/accounts/${credentials.accountSid}/message-campaigns?channel=sms&offset=0&limit=1`],
    ]);
    expect(await readiness(gateway.url)).toEqual(ready);
    const { data } = await ask<{ campaignGateway: { budget: { remaining: number } } }>(
      gateway,
      '{ campaignGateway { budget { remaining } } }',
    );
    expect(data?.campaignGateway.budget.remaining).toBe(29);
  });

  it.each([401, 403] as const)('make /readyz 503 where the upstream refuses them with %d', async (code) => {
    const gateway = await start(code);
    expect(await readiness(gateway.url)).toEqual(refused);
    expect(upstream.seen).toHaveLength(1);
    expect((await request(`${gateway.url}/livez`)).statusCode).toBe(200);
    expect(gateway.logs.filter((line) => line.includes('"level":50'))).toEqual([
      expect.stringMatching(/"msg":"the upstream refuses .*EXOTEL_/),
    ]);
    expect(gateway.logs.join()).not.toMatch(/secret/);
  });

  it.each([404, 429, 500] as const)('are not judged by a %d, which is not repeated', async (code) => {
    const gateway = await start(code);
    expect(await readiness(gateway.url)).toEqual(ready);
    expect(upstream.seen).toHaveLength(1);
  });

  it('are not tried with EXOTEL_CHECK=off, nor by a gateway on its sandbox', async () => {
    const gateway = await start(401, { EXOTEL_CHECK: 'off' });
    expect(await readiness(gateway.url)).toEqual(ready);
    expect(upstream.seen).toEqual([]);
    const live = { EXOTEL_BASE_URL: '', EXOTEL_ACCOUNT_SID: '', EXOTEL_API_KEY: '', EXOTEL_API_TOKEN: '' };
    const own = await startGatewayOn('', { ...live, EXOTEL_CHECK: 'on' });
    toClose.push(() => own.close());
    expect(own.gateway.sandbox?.calls).toEqual([]);
  });

  it('do not stop a start whose upstream is unreachable', async () => {
    const gateway = await startGatewayOn('http://127.0.0.1:9', { EXOTEL_CHECK: 'on' });
    toClose.push(() => gateway.close());
    expect(await readiness(gateway.url)).toEqual(ready);
  });

  it('delay a start by a second at most where the upstream does not answer', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined).resume());
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    toClose.push(() => silent.close());
    const began = performance.now();
    const { port } = silent.address() as AddressInfo;
    const gateway = await startGatewayOn(`http://127.0.0.1:${port}`, { EXOTEL_CHECK: 'on' });
    expect(performance.now() - began).toBeGreaterThan(900);
    expect(await readiness(gateway.url)).toEqual(ready);
    await gateway.close();
  });
});

describe('credentials that were refused', () => {
  it('make /readyz 200 again once any call succeeds', async () => {
    const gateway = await start(401);
    expect(await readiness(gateway.url)).toEqual(refused);
    status = 200;
    expect((await ask(gateway, query)).errors).toBeUndefined();
    expect(await readiness(gateway.url)).toEqual(ready);
  });

  it('are tried again without requests, until they work', async () => {
    const gateway = await start(401, { EXOTEL_CHECK: 'on' }, 5);
    await until(() => upstream.seen.length > 3);
    expect(await readiness(gateway.url)).toEqual(refused);
    status = 200;
    await until(async () => ((await readiness(gateway.url)) as typeof ready).statusCode === 200);
  });

  it('make /readyz degraded, not 503, where they worked before: cached data is served', async () => {
    const gateway = await start(200);
    status = 401;
    expect((await ask(gateway, query)).errors).toHaveLength(1);
    expect(await readiness(gateway.url)).toEqual(revoked);
    status = 403;
    await ask(gateway, query);
    expect(await readiness(gateway.url)).toEqual(revoked);
    status = 200;
    await ask(gateway, query);
    expect(await readiness(gateway.url)).toEqual(ready);
  });

  it('make /readyz 503 where a request is the first to try them', async () => {
    const gateway = await start(401, { EXOTEL_CHECK: 'off' });
    await ask(gateway, query);
    expect(await readiness(gateway.url)).toEqual(refused);
  });
});

describe('the command', () => {
  beforeAll(build);

  it('says in the start message that the credentials are refused', async () => {
    const child = spawn(process.execPath, [main], {
      env: {
        PATH: process.env['PATH'],
        PORT: '0',
        LOG_LEVEL: 'silent',
        EXOTEL_BASE_URL: await startUpstream(401),
        EXOTEL_ACCOUNT_SID: 'acme1',
        EXOTEL_API_KEY: 'the-key',
        EXOTEL_API_TOKEN: 'the-token',
      },
    });
    toClose.push(() => child.kill('SIGKILL'));
    const message = await said(child, (text) => (text.includes('  Hosts ') ? text : undefined));
    expect(message).toContain(
      '\n  Refused    the upstream refuses the credentials, so /readyz is 503: check EXOTEL_',
    );
    expect(message).not.toMatch(/the-key|the-token|secret/);
  });
});

describeWithRedis('several workers', () => {
  beforeAll(build);

  it('try the credentials with one call, and all know the result', async () => {
    const running = await startWorkers({ EXOTEL_CHECK: 'on' }, await startUpstream(401));
    toClose.push(() => running.kill());
    const pair = await running.connectToBoth();
    expect(await Promise.all(pair.map((worker) => worker.get('/readyz')))).toEqual([503, 503]);
    expect(upstream.seen).toHaveLength(1);
    status = 200;
    expect(await pair[1].post('/graphql', { query })).toBe(200);
    await until(async () => (await pair[0].get('/readyz')) === 200);
    await Promise.all(pair.map((worker) => worker.close()));
  });

  it('know it too where they replace one that has exited, and do not try again', async () => {
    const running = await startWorkers({ EXOTEL_CHECK: 'on' }, await startUpstream(200));
    toClose.push(() => running.kill());
    const pair = await running.connectToBoth();
    await Promise.all(pair.map((worker) => worker.close()));
    process.kill(pair[0].pid, 'SIGKILL');
    const isReplaced = () =>
      running.logs().some(({ msg }) => msg === 'a worker exited; another will replace it');
    await until(isReplaced);
    const again = await running.connectToBoth();
    expect(again.map(({ pid }) => pid)).not.toContain(pair[0].pid);
    expect(await Promise.all(again.map((worker) => worker.get('/readyz')))).toEqual([200, 200]);
    expect(upstream.seen).toHaveLength(1);
    await Promise.all(again.map((worker) => worker.close()));
  });
});
