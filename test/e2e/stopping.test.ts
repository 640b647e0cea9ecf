import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.js';
import { said } from '../support/programs/child-process.js';
import { credentials } from '../support/gateway/gateway-under-test.js';
import { closeRaw, graphqlRequest, openRaw } from '../support/clients/raw-client.js';
import { describeWithRedis } from '../support/programs/redis.js';
import { scrape } from '../support/gateway/scraping.js';
import { until } from '../support/clients/subscribing.js';
import { validInput } from '../support/writing/valid-input.js';
import { build, cwd, isThere, main, startWorkers } from '../support/gateway/workers.js';

const graceMs = 1200;
const longMs = 20_000;
/** What a busy machine may take beside. */
const slackMs = 2 * graceMs;

const toClose: (() => unknown)[] = [];
let sandbox: Sandbox;
let child: ChildProcess;
let url: string;

beforeAll(build);
afterEach(async () => {
  closeRaw();
  for (const close of toClose.splice(0).reverse()) await close();
});

/** An address that takes connections and never answers. */
async function silent(): Promise<{ readonly port: number; readonly connections: () => number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined).resume());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  toClose.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => sockets.size };
}

async function start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  sandbox = await startSandbox({ ...credentials, seed: 'empty' });
  toClose.push(() => sandbox.close());
  child = spawn(process.execPath, [main], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      LOG_LEVEL: 'error',
      SHUTDOWN_GRACE_MS: String(graceMs),
      EXOTEL_BASE_URL: sandbox.baseUrl,
      EXOTEL_ACCOUNT_SID: credentials.accountSid,
      EXOTEL_API_KEY: credentials.apiKey,
      EXOTEL_API_TOKEN: credentials.apiToken,
      EXOTEL_CHECK: 'off',
      EXOTEL_RATE_LIMIT: '0',
      EXOTEL_TIMEOUT_MS: '60000',
      ...environment,
    },
  });
  toClose.push(() => child.kill('SIGKILL'));
  url = await said(child, (text) => /(http:\S+)\/livez/.exec(text)?.[1]);
}

/** Tells the process to stop. @returns how it ended, and after how many milliseconds. */
async function stop(process: ChildProcess = child) {
  const ended = once(process, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const from = performance.now();
  process.kill('SIGTERM');
  const [code, signal] = await ended;
  return { code, signal, tookMs: performance.now() - from };
}

async function expectToStopInTime(process?: ChildProcess): Promise<void> {
  const { code, signal, tookMs } = await stop(process);
  expect([code, signal]).toEqual([0, null]);
  expect(tookMs).toBeLessThan(graceMs + slackMs);
}

const campaigns = '{ campaigns(first: 1) { totalCount } }';
const create = `mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { sid } } }`;
const upgrade =
  'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==';

/** Asks without waiting for the answer. */
async function ask(body: object, headers: readonly string[] = [], path?: string): Promise<void> {
  await openRaw(url, graphqlRequest(body, headers, path));
}

/** A WebSocket of a client that reads nothing any more. */
async function openDeafSocket(query: string): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  toClose.push(() => {
    socket.terminate();
  });
  socket.on('error', () => undefined);
  await once(socket, 'open');
  const acknowledged = once(socket, 'message');
  socket.send('{"type":"connection_init"}');
  await acknowledged;
  socket.pause();
  socket.send(JSON.stringify({ id: 'a', type: 'subscribe', payload: { query } }));
}

const subscription = (): string => {
  const { sid } = sandbox.state.insert({ status: 'in-progress', audience: 500 });
  return `subscription { campaignUpdated(sid: "${sid}") { status } }`;
};

/** The setting of a collector of traces. */
const tracedTo = (port: number) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });

async function startRouter(): Promise<string> {
  let checks = 0;
  const router = createHttpServer((incoming, response) => {
    incoming.resume();
    checks += 1;
    if (checks === 1) response.writeHead(204, { 'subscription-protocol': 'callback/1.0' }).end();
  });
  await new Promise<void>((resolve) => router.listen(0, '127.0.0.1', resolve));
  toClose.push(() => {
    router.closeAllConnections();
    router.close();
  });
  return `http://127.0.0.1:${(router.address() as AddressInfo).port}/callback`;
}

/** Subscribes as a router does. */
const subscribed = (callbackUrl: string) => ({
  query: subscription(),
  extensions: { subscription: { callbackUrl, subscriptionId: 'a', verifier: 'v', heartbeatIntervalMs: 0 } },
});

/**
 * Things that hang, in as few processes as their settings allow: none of them may hold a process longer, whatever hangs
 * beside it.
 */
const hanging: readonly (readonly [what: string, hang: () => Promise<void>])[] = [
  [
    'an upstream that never answers a query, a create or the operation of a WebSocket; a collector of traces that never answers',
    async () => {
      const { port, connections } = await silent();
      const collector = await silent();
      await start({ EXOTEL_BASE_URL: `http://127.0.0.1:${port}`, ...tracedTo(collector.port) });
      await ask({ query: '{ __typename }' });
      await until(() => collector.connections() > 0);
      await ask({ query: campaigns });
      await until(() => connections() === 1);
      await ask({ query: create, variables: { input: { ...validInput, idempotencyKey: 'one' } } });
      await until(() => connections() === 2);
      await openDeafSocket('{ campaign(sid: "a") { name } }'); // not the read that hangs already
      await until(() => connections() === 3);
    },
  ],
  [
    'a Redis that never answers',
    async () => {
      const { port, connections } = await silent();
      await start({ REDIS_URL: `redis://127.0.0.1:${port}`, ALLOW_HTTP: 'on' });
      await ask({ query: create, variables: { input: { ...validInput, idempotencyKey: 'one' } } });
      await until(() => connections() > 0);
    },
  ],
  [
    'keys of an issuer that never answers',
    async () => {
      const { port, connections } = await silent();
      await start({
        AUTH_MODE: 'jwt',
        JWT_JWKS_URL: `http://127.0.0.1:${port}/jwks`,
        JWT_ISSUER: 'https://issuer.example',
        JWT_AUDIENCE: 'gateway',
      });
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const token = `${part({ alg: 'RS256', kid: 'a' })}.${part({ sub: 'a' })}.c2lnbmF0dXJl`;
      await ask({ query: campaigns }, [`authorization: Bearer ${token}`]);
      await until(() => connections() > 0);
    },
  ],
  [
    'a router that never answers the first message, and one that does not hear that its subscription ends',
    async () => {
      const { port, connections } = await silent();
      await start();
      await ask(subscribed(`http://127.0.0.1:${port}/callback`));
      await until(() => connections() > 0);
      const { statusCode } = await request(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(subscribed(await startRouter())),
      });
      expect(statusCode).toBe(200);
    },
  ],
  [
    'clients that read nothing and answer no close frame: of WebSockets, event streams and a response',
    async () => {
      await start();
      await Promise.all(Array.from({ length: 20 }, () => openDeafSocket(subscription())));
      for (let index = 0; index < 20; index += 1)
        await ask({ query: subscription() }, ['accept: text/event-stream'], '/graphql/stream');
      await until(async () => (await scrape({ url })).value('campaign_gateway_subscriptions_open') === 40);
      const { sid } = sandbox.state.insert({ status: 'completed', audience: 500 });
      const fields = Array.from({ length: 15 }, (_, index) => `${'x'.repeat(1000)}${index}: status`);
      await ask({
        query: `{ campaign(sid: "${sid}") { messages(first: 500) { nodes { ${fields.join(' ')} } } } }`,
      });
      await until(() => sandbox.calls.some(({ path }) => path.includes(sid)));
    },
  ],
  [
    'requests that never end, connections that never begin one, and connections that their clients leave half open',
    async () => {
      await start();
      await openRaw(url);
      await openRaw(url, 'POST /graphql HTTP/1.1\r\nhost: local');
      await openRaw(
        url,
        'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"q',
      );
      const refused = await openRaw(url, `GET /nothing HTTP/1.1\r\nhost: localhost\r\n${upgrade}\r\n\r\n`);
      await once(refused.socket, 'readable');
      const stream = await openRaw(
        url,
        graphqlRequest({ query: subscription() }, ['accept: text/event-stream'], '/graphql/stream'),
      );
      await once(stream.socket, 'readable');
      stream.socket.end();
      const opened = await openRaw(
        url,
        `GET /graphql HTTP/1.1\r\nhost: localhost\r\n${upgrade}\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n`,
      );
      await once(opened.socket, 'readable');
      opened.socket.end();
    },
  ],
];

describe('after SIGTERM a gateway exits with code 0 within SHUTDOWN_GRACE_MS, although this hangs:', () => {
  it.each(hanging)('%s', async (_what, hang) => {
    await hang();
    await expectToStopInTime();
  });

  it('nothing hangs: it exits long before the limit', async () => {
    await start({ SHUTDOWN_GRACE_MS: String(longMs) });
    const { code, tookMs } = await stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(longMs / 4);
  });

  it('a second signal ends the process at once', async () => {
    const { port, connections } = await silent();
    await start({ EXOTEL_BASE_URL: `http://127.0.0.1:${port}`, SHUTDOWN_GRACE_MS: String(longMs) });
    await ask({ query: campaigns });
    await until(() => connections() > 0);
    const stopped = stop();
    await until(async () => (await request(`${url}/readyz`)).statusCode === 503);
    const from = performance.now();
    child.kill('SIGTERM');
    const { code, signal } = await stopped;
    expect([code, signal]).toEqual([null, 'SIGTERM']);
    expect(performance.now() - from).toBeLessThan(longMs / 4);
  });
});

describeWithRedis('after SIGTERM several workers exit within SHUTDOWN_GRACE_MS', () => {
  async function startTwo(graceMs: number) {
    const { port, connections } = await silent();
    const running = await startWorkers(
      { SHUTDOWN_GRACE_MS: String(graceMs), EXOTEL_TIMEOUT_MS: '60000' },
      `http://127.0.0.1:${port}`,
    );
    toClose.push(() => running.kill());
    const both = await running.connectToBoth();
    for (const connection of both) await connection.close();
    url = running.url;
    return { ...running, pids: both.map(({ pid }) => pid), connections };
  }

  it('with an upstream that never responds, and a worker that hangs', async () => {
    const { primary, pids, connections } = await startTwo(graceMs);
    for (let index = 0; index < 4; index += 1) await ask({ query: campaigns });
    await until(() => connections() > 0);
    process.kill(pids[0] ?? 0, 'SIGSTOP');
    await expectToStopInTime(primary);
    await until(() => !pids.some(isThere));
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('at once on a second signal (%s)', async (second) => {
    const { primary, pids, connections } = await startTwo(longMs);
    for (let index = 0; index < 4; index += 1) await ask({ query: campaigns });
    await until(() => connections() > 0);
    process.kill(pids[0] ?? 0, 'SIGSTOP');
    const stopped = stop(primary);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const from = performance.now();
    primary.kill(second);
    const { code, signal } = await stopped;
    expect(pids.filter(isThere)).toEqual([]); // no worker outlives the primary, not even as a zombie
    expect([code, signal]).toEqual([null, second]);
    expect(performance.now() - from).toBeLessThan(longMs / 4);
  });
});
