import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/sandbox.js';
import { entryOf, writeKeys } from '../../../support/clients/callers.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../../support/gateway/gateway-under-test.js';
import { closeRaw, openRaw, type RawClient } from '../../../support/clients/raw-client.js';
import { scrape } from '../../../support/gateway/scraping.js';
import { until } from '../../../support/clients/subscribing.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
const sockets: WebSocket[] = [];
const toRemove: (() => Promise<void>)[] = [];

beforeEach(async () => {
  sandbox = await startSandbox({ ...credentials, seed: 'empty' });
});
afterEach(async () => {
  closeRaw();
  for (const socket of sockets.splice(0)) socket.terminate();
  for (const remove of toRemove.splice(0)) await remove();
  await gateway.close();
  await sandbox.close();
});

async function start(environment: Readonly<Record<string, string>>): Promise<void> {
  gateway = await startGatewayOn(sandbox.baseUrl, { SHUTDOWN_GRACE_MS: '300', ...environment });
}

/** Starts a gateway that two callers have keys of. */
async function startWithKeys(environment: Readonly<Record<string, string>>): Promise<void> {
  const keys = await writeKeys([
    entryOf('alice', 'key-of-alice', ['campaigns:read']),
    entryOf('bob', 'key-of-bob', ['campaigns:read']),
  ]);
  toRemove.push(() => keys.remove());
  await start({ AUTH_MODE: 'api-key', API_KEYS_FILE: keys.path, GRAPHIQL: 'off', ...environment });
}

/** Opens a WebSocket. @returns it, or the status of the response to its handshake. */
async function openSocket(): Promise<WebSocket | number> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  sockets.push(socket);
  socket.on('error', () => undefined);
  const refused = once(socket, 'unexpected-response') as Promise<[unknown, { readonly statusCode: number }]>;
  refused.catch(() => undefined);
  const isOpen = await Promise.race([once(socket, 'open').then(() => true), refused.then(() => false)]);
  return isOpen ? socket : (await refused)[1].statusCode;
}

/** Opens one and shows a key. @returns the close code, or `acknowledged`. */
async function openAs(apiKey: string): Promise<number | string> {
  const socket = await openSocket();
  if (typeof socket === 'number') return socket;
  const acknowledged = once(socket, 'message').then(() => 'acknowledged');
  acknowledged.catch(() => undefined);
  socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey } }));
  const closed = (once(socket, 'close') as Promise<[number]>).then(([code]) => code);
  return Promise.race([acknowledged, closed]);
}

/** One request on a connection of its own, which stays open. @returns its client, once the response has come. */
async function ask(path: string, headers: readonly string[] = []): Promise<RawClient> {
  const all = ['host: localhost', 'apollo-require-preflight: 1', ...headers];
  const client = await openRaw(gateway.url, `GET ${path} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n`);
  client.read();
  await until(() => client.text().includes('\r\n\r\n') || client.hasEnded());
  return client;
}

const typename = '/graphql?query={__typename}';
const statusOf = ({ text }: RawClient): number => Number(text().slice(9, 12));

describe('MAX_CONNECTIONS', () => {
  it('counts WebSockets: the next connection is refused, and open ones stay open', async () => {
    await start({ MAX_CONNECTIONS: '3' });
    for (let count = 0; count < 3; count += 1) expect(await openSocket()).toBeInstanceOf(WebSocket);
    const client = await ask('/livez');
    expect(statusOf(client)).toBe(503);
    expect(client.text()).toContain('"code":"OVERLOADED"');
    await until(client.hasEnded);
    expect(await openSocket()).toBe(503);
    expect(sockets.slice(0, 3).map(({ readyState }) => readyState)).toEqual([1, 1, 1]);
    sockets[0]?.terminate();
    await until(async () => statusOf(await ask('/livez')) === 200);
  });

  it('closes an idle connection for a new one', async () => {
    await start({ MAX_CONNECTIONS: '3' });
    const idle = [await ask('/livez'), await ask('/livez'), await ask('/livez')];
    for (let count = 0; count < 5; count += 1) expect(statusOf(await ask('/livez'))).toBe(200);
    expect(idle.map(({ hasEnded }) => hasEnded())).toEqual([true, true, true]);
    expect(await openSocket()).toBeInstanceOf(WebSocket);
  });

  it('applies to a flood of silent connections', async () => {
    await start({ MAX_CONNECTIONS: '50' });
    const flood = await Promise.all(Array.from({ length: 400 }, () => openRaw(gateway.url)));
    for (const client of flood) client.read();
    expect(statusOf(await ask('/livez'))).toBe(200);
    await until(() => flood.filter(({ hasEnded }) => !hasEnded()).length <= 50);
  });

  it('0 means no limit', async () => {
    await start({ MAX_CONNECTIONS: '0' });
    for (let count = 0; count < 20; count += 1) expect(await openSocket()).toBeInstanceOf(WebSocket);
  });
});

describe('MAX_CONNECTIONS_PER_CALLER', () => {
  it('counts connections of a caller over WebSocket and HTTP together, separately for each caller', async () => {
    await startWithKeys({ MAX_CONNECTIONS_PER_CALLER: '2' });
    expect(await openAs('key-of-alice')).toBe('acknowledged');
    expect(await openAs('key-of-alice')).toBe('acknowledged');
    expect(await openAs('key-of-alice')).toBe(1013);
    const refused = await ask(typename, ['x-api-key: key-of-alice']);
    expect(statusOf(refused)).toBe(429);
    expect(refused.text()).toContain('"code":"TOO_MANY_CONNECTIONS"');
    await until(refused.hasEnded);
    expect(await openAs('key-of-bob')).toBe('acknowledged');
    expect(statusOf(await ask(typename, ['x-api-key: key-of-bob']))).toBe(200);
    expect(statusOf(await ask('/livez'))).toBe(200);
  });

  it('counts event streams', async () => {
    await startWithKeys({ MAX_CONNECTIONS_PER_CALLER: '2' });
    const { sid } = sandbox.state.insert({ status: 'archived', audience: 1 });
    const subscription = encodeURIComponent(`subscription { campaignUpdated(sid: "${sid}") { sid } }`);
    const listen = (key: string) =>
      ask(`/graphql/stream?query=${subscription}`, ['accept: text/event-stream', `x-api-key: ${key}`]);
    expect(statusOf(await listen('key-of-alice'))).toBe(200);
    expect(statusOf(await listen('key-of-alice'))).toBe(200);
    const third = await listen('key-of-alice');
    expect(statusOf(third)).toBe(429);
    expect(third.text()).toContain('"code":"TOO_MANY_CONNECTIONS"');
    expect(statusOf(await listen('key-of-bob'))).toBe(200);
  });

  it('counts by address before authentication', async () => {
    await startWithKeys({ MAX_CONNECTIONS_PER_CALLER: '2' });
    expect(await openSocket()).toBeInstanceOf(WebSocket);
    expect(await openSocket()).toBeInstanceOf(WebSocket);
    expect(await openSocket()).toBe(429);
    expect(statusOf(await ask('/livez'))).toBe(429);
    sockets[0]?.terminate();
    await until(async () => statusOf(await ask('/livez')) === 200);
  });

  it('counts by address without authentication, if it is set', async () => {
    await start({ MAX_CONNECTIONS_PER_CALLER: '2' });
    const open = async (): Promise<number | string> => openAs('none');
    expect([await open(), await open(), await open()]).toEqual(['acknowledged', 'acknowledged', 429]);
  });
});

it('metrics count open connections, and refused ones by reason', async () => {
  await start({ MAX_CONNECTIONS: '3' });
  const open = [await openSocket(), await openSocket()];
  expect(open.every((socket) => socket instanceof WebSocket)).toBe(true);
  const { value } = await scrape(gateway);
  expect(value('campaign_gateway_connections_open', { protocol: 'ws' })).toBe(2);
  expect(value('campaign_gateway_connections_open', { protocol: 'http' })).toBe(1);
  await openSocket(); // in the place of the scraper's
  await until(async () => (await openSocket()) === 503);
  sockets[0]?.terminate();
  let last: Awaited<ReturnType<typeof scrape>> | undefined;
  await until(async () => (last = await scrape(gateway).catch(() => undefined)) !== undefined);
  const after = (name: string, labels: Record<string, string>) => last?.value(name, labels);
  expect(after('campaign_gateway_connections_refused_total', { reason: 'all' })).toBeGreaterThanOrEqual(1);
  expect(after('campaign_gateway_connections_refused_total', { reason: 'caller' })).toBe(0);
  expect(after('campaign_gateway_errors_total', { code: 'OVERLOADED' })).toBeGreaterThanOrEqual(1);
});
