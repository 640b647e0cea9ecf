import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { request } from 'undici';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/sandbox.js';
import { entryOf, writeKeys } from '../../../support/clients/callers.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../../support/gateway/gateway-under-test.js';
import { closeRaw, openRaw, type RawClient } from '../../../support/clients/raw-client.js';
import { subscribe, until } from '../../../support/clients/subscribing.js';

const proxied = { TRUSTED_PROXIES: '127.0.0.1,::1' };
const sockets: WebSocket[] = [];
const toRemove: (() => Promise<void>)[] = [];
let sandbox: Sandbox;
let gateway: GatewayUnderTest;

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

/** Status of a query, over a connection that the proxy uses for all its clients. */
async function statusFor(client: string | readonly string[], path = '/graphql'): Promise<number> {
  const { statusCode, body } = await request(`${gateway.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: path === '/graphql' ? 'application/json' : 'text/event-stream',
      'x-forwarded-for': client as string,
    },
    body: JSON.stringify({ query: '{ __typename }' }),
  });
  await body.dump();
  return statusCode;
}

/** Opens a WebSocket. @returns once it is acknowledged. */
async function openSocketFor(client: string): Promise<WebSocket> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: { 'x-forwarded-for': client },
  });
  sockets.push(socket);
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  return socket;
}

/** Type of the response to a query over a WebSocket. */
async function overSocketFor(client: string): Promise<unknown> {
  const socket = await openSocketFor(client);
  socket.send('{"type":"subscribe","id":"1","payload":{"query":"{ __typename }"}}');
  const [data] = (await once(socket, 'message')) as [Buffer];
  return (JSON.parse(data.toString()) as { type: unknown }).type;
}

describe('MAX_REQUESTS_PER_MINUTE without authentication', () => {
  it('counts each client behind a trusted proxy for itself, over all transports together', async () => {
    await start({ ...proxied, MAX_REQUESTS_PER_MINUTE: '3' });
    expect(await statusFor('198.51.100.1')).toBe(200);
    expect(await statusFor('6.6.6.6, 198.51.100.1', '/graphql/stream')).toBe(200);
    expect(await overSocketFor('198.51.100.1')).toBe('next');
    expect(await statusFor('198.51.100.1:8080')).toBe(429);
    expect(await statusFor(['7.7.7.7', '198.51.100.1'], '/graphql/stream')).toBe(429);
    expect(await overSocketFor('198.51.100.1')).toBe('error');
    expect(await statusFor('198.51.100.2')).toBe(200);
    expect(await overSocketFor('2001:db8::2')).toBe('next');
  });

  it('ignores the header of any other client: a client can take no other name', async () => {
    await start({ TRUSTED_PROXIES: '10.0.0.0/8', MAX_REQUESTS_PER_MINUTE: '2' });
    const statuses = [];
    for (const client of ['198.51.100.1', '198.51.100.2', '10.0.0.1']) statuses.push(await statusFor(client));
    expect(statuses).toEqual([200, 200, 429]);
  });

  it('counts values that are not addresses for the proxy', async () => {
    await start({ ...proxied, MAX_REQUESTS_PER_MINUTE: '2' });
    const statuses = [];
    for (const client of ['unknown', 'a'.repeat(9000), '1.2.3', '198.51.100.1'])
      statuses.push(await statusFor(client));
    expect(statuses).toEqual([200, 200, 429, 200]);
  });
});

it('MAX_SUBSCRIPTIONS_PER_CALLER without authentication counts each client for itself', async () => {
  await start({ ...proxied, MAX_SUBSCRIPTIONS_PER_CALLER: '1' });
  const { sid } = sandbox.state.insert({ startsAt: Date.now() + 1_000_000 });
  const subscribeFor = (client: string) =>
    subscribe(
      gateway.url,
      'sse',
      `subscription { campaignUpdated(sid: "${sid}") { sid } }`,
      {},
      {
        'x-forwarded-for': client,
      },
    );
  const [first, other] = [await subscribeFor('198.51.100.1'), await subscribeFor('198.51.100.2')];
  const refused = await subscribeFor('198.51.100.1');
  await refused.next(1);
  expect(refused.errors[0]?.extensions).toEqual({ code: 'TOO_MANY_SUBSCRIPTIONS', limit: 1 });
  expect([first.hasEnded(), other.hasEnded()]).toEqual([false, false]);
});

/** One request on a connection of its own, which stays open. @returns its client, once the response has come. */
async function ask(headers: readonly string[], path = '/graphql?query={__typename}'): Promise<RawClient> {
  const all = ['host: localhost', 'apollo-require-preflight: 1', ...headers];
  const client = await openRaw(gateway.url, `GET ${path} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n`);
  client.read();
  await until(() => client.text().includes('\r\n\r\n') || client.hasEnded());
  return client;
}
const statusOf = ({ text }: RawClient): number => Number(text().slice(9, 12));

describe('MAX_CONNECTIONS_PER_CALLER', () => {
  it('counts a connection of a proxy for the client of its last request', async () => {
    await start({ ...proxied, MAX_CONNECTIONS_PER_CALLER: '1' });
    await openSocketFor('198.51.100.1');
    expect(statusOf(await ask(['x-forwarded-for: 198.51.100.1']))).toBe(429);
    expect(statusOf(await ask(['x-forwarded-for: 198.51.100.2']))).toBe(200);
  });

  it('does not limit the connections of the proxy itself', async () => {
    const keys = await writeKeys([entryOf('alice', 'key-of-alice', ['campaigns:read'])]);
    toRemove.push(() => keys.remove());
    const auth = { AUTH_MODE: 'api-key', API_KEYS_FILE: keys.path, GRAPHIQL: 'off' };
    await start({ ...proxied, ...auth, MAX_CONNECTIONS_PER_CALLER: '2' });
    for (let count = 0; count < 5; count += 1) expect(statusOf(await ask([], '/livez'))).toBe(200);
    for (let count = 0; count < 2; count += 1)
      expect(statusOf(await ask(['x-api-key: key-of-alice', 'x-forwarded-for: 198.51.100.1']))).toBe(200);
  });
});
