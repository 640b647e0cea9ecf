import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { entryOf, writeKeys } from '../../support/clients/callers.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

let sandbox: Sandbox;
const gateways = new Map<string, GatewayUnderTest>();
beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, seed: 'empty' });
});
afterEach(() => {
  expect(sandbox.calls).toEqual([]); // nothing here gets as far
});
afterAll(async () => {
  for (const gateway of gateways.values()) await gateway.close();
  await sandbox.close();
});

/** A gateway that was started with these settings; one for all tests. */
async function gatewayWith(environment: Record<string, string>): Promise<GatewayUnderTest> {
  const key = JSON.stringify(environment);
  const gateway = gateways.get(key) ?? (await startGatewayOn(sandbox.baseUrl, environment));
  gateways.set(key, gateway);
  return gateway;
}

/** Sends a request letter by letter, as no client library would. @returns the status and the codes of the errors. */
async function send({ url }: GatewayUnderTest, start: string, headers: readonly string[], body = '') {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.setEncoding('utf8');
  await once(socket, 'connect');
  let text = '';
  socket.on('data', (chunk: string) => (text += chunk));
  const all = [...headers, ...(body === '' ? [] : [`content-length: ${body.length}`]), 'connection: close'];
  socket.write(`${start}\r\n${all.join('\r\n')}\r\n\r\n${body}`);
  await new Promise((resolve) => {
    socket.once('close', resolve).on('data', () => {
      if (text.startsWith('HTTP/1.1 101')) socket.destroy();
    });
  });
  return {
    status: Number(text.slice(9, 12)),
    codes: [...text.matchAll(/"code":"(\w+)"/g)].map(([, code]) => code),
    text,
  };
}

const json = 'content-type: application/json';
const stream = 'accept: text/event-stream';
const create = JSON.stringify({ query: 'mutation { createCampaign(input: {}) { campaign { sid } } }' });
const typename = '{"query":"{ __typename }"}';
const upgrade = [
  'connection: Upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol: graphql-transport-ws',
];
const ask = (gateway: GatewayUnderTest, ...headers: readonly string[]) =>
  send(gateway, 'POST /graphql HTTP/1.1', [json, ...headers], typename);
const refused = { status: 403, codes: ['FORBIDDEN'] };
const answered = { status: 200, codes: [] };

describe('without authentication, a foreign Host is refused with 403', () => {
  it.each<[string, readonly string[], string]>([
    ['POST /graphql', [json], create],
    ['POST /graphql', [json], typename],
    ['GET /graphql?query={__typename}', ['apollo-require-preflight: 1'], ''],
    ['OPTIONS /graphql', ['access-control-request-method: POST'], ''],
    ['POST /graphql/stream', [json, stream], typename],
    ['GET /graphql/stream?query={__typename}', [stream], ''],
    ['POST /webhooks/exotel/campaign/x', [json], '{}'],
    ['POST /webhooks/exotel/nothing', [json], '{}'],
    ['GET /', [], ''],
    ['GET /livez', [], ''],
    ['GET /readyz', [], ''],
    ['GET /metrics', [], ''],
    ['GET /nowhere', [], ''],
    ['OPTIONS *', [], ''],
  ])('at %s', async (start, headers, body) => {
    const gateway = await gatewayWith({});
    const { status, codes } = await send(
      gateway,
      `${start} HTTP/1.1`,
      ['host: evil.example', ...headers],
      body,
    );
    expect({ status, codes }).toEqual(refused);
  });

  it('at a WebSocket upgrade', async () => {
    const gateway = await gatewayWith({});
    const opened = async (host: string, ...more: string[]) =>
      (await send(gateway, 'GET /graphql HTTP/1.1', [`host: ${host}`, ...upgrade, ...more])).status;
    expect(await opened('evil.example')).toBe(403);
    expect(await opened('evil.example', 'origin: http://evil.example')).toBe(403);
    expect(await opened('localhost')).toBe(101);
  });

  it.each([
    ['localhost'],
    ['LOCALHOST.:1'],
    ['app.localhost:4000'],
    ['127.0.0.1'],
    ['127.9.9.9:80'],
    ['[::1]:4000'],
    ['[::ffff:127.0.0.1]'],
  ])('but not the Host %s', async (host) => {
    expect(await ask(await gatewayWith({}), `host: ${host}`)).toMatchObject(answered);
  });

  it.each<[string, readonly string[]]>([
    ['another name', ['host: evil.example']],
    ['a name that ends like one', ['host: evillocalhost']],
    ['a name that begins like one', ['host: localhost.evil.example']],
    ['another address', ['host: 10.0.0.7:4000']],
    ['two hosts, the bad one last', ['host: localhost', 'host: evil.example']],
    ['two hosts, the bad one first', ['host: evil.example', 'HOST: localhost']],
    ['a list', ['host: localhost, evil.example']],
    ['a user', ['host: localhost@evil.example']],
    ['nothing', ['host: ']],
    ['another name, and what a proxy would say', ['host: evil.example', 'x-forwarded-host: localhost']],
    [
      'another name, and what a proxy would say otherwise',
      ['host: evil.example', 'forwarded: host=localhost'],
    ],
  ])('with %s', async (_what, headers) => {
    const { status, codes } = await ask(await gatewayWith({}), ...headers);
    expect({ status, codes }).toEqual(refused);
  });

  it('with no Host header (HTTP/1.0)', async () => {
    const { status, codes } = await send(await gatewayWith({}), 'POST /graphql HTTP/1.0', [json], typename);
    expect({ status, codes }).toEqual(refused);
  });

  it.each([
    ['http://evil.example/graphql', refused],
    ['HTTP://evil.example/graphql', refused],
    ['http://localhost@evil.example/graphql', refused],
    ['http://localhost:4000/graphql', answered],
  ])('with the request target %s', async (target, expected) => {
    const gateway = await gatewayWith({});
    const { status, codes } = await send(
      gateway,
      `POST ${target} HTTP/1.1`,
      [json, 'host: localhost'],
      typename,
    );
    expect({ status, codes }).toEqual(expected);
  });

  it('also with AUTH_MODE=none on a host that others can reach', async () => {
    const gateway = await gatewayWith({ HOST: '0.0.0.0', AUTH_MODE: 'none' });
    expect(await ask(gateway, 'host: evil.example')).toMatchObject(refused);
    expect(await ask(gateway, 'host: 0.0.0.0')).toMatchObject(refused);
    expect(await ask(gateway, 'host: localhost')).toMatchObject(answered);
  });

  it('with a message that names the setting and repeats nothing of the request', async () => {
    const { text } = await ask(await gatewayWith({}), 'host: evil.example');
    expect(text).toContain('ALLOWED_HOSTS');
    expect(text).not.toContain('evil');
  });
});

describe('ALLOWED_HOSTS', () => {
  const environment = { ALLOWED_HOSTS: 'Gateway.Example.com, other.example:8443, shop.example:443, ::2' };
  it.each([
    ['gateway.example.com', answered],
    ['gateway.example.com:4000', answered],
    ['GATEWAY.example.com.', answered],
    ['other.example:8443', answered],
    ['shop.example', answered],
    ['[::2]:4000', answered],
    ['localhost', answered],
    ['other.example', refused],
    ['other.example:8444', refused],
    ['a.gateway.example.com', refused],
    ['xgateway.example.com', refused],
  ])('%s', async (host, expected) => {
    expect(await ask(await gatewayWith(environment), `host: ${host}`)).toMatchObject(expected);
  });

  it('applies with authentication if it is set; otherwise any host is accepted', async () => {
    const keys = await writeKeys([entryOf('reader', 'key-of-reader', ['campaigns:read'])]);
    const key = 'x-api-key: key-of-reader';
    const open = await gatewayWith(keys.environment);
    expect(await ask(open, 'host: any.example', key)).toMatchObject(answered);
    expect(await ask(open, 'host: any.example', key, 'origin: http://other.example')).toMatchObject(answered);
    for (const [start, hosts] of [
      ['POST /graphql HTTP/1.1', ['host: a.example', 'Host: b.example']],
      ['POST http://a.example/graphql HTTP/1.1', ['host: b.example']],
      ['POST ftp://a.example/graphql HTTP/1.1', ['host: a.example']],
    ] as const)
      expect(await send(open, start, [json, key, ...hosts], typename)).toMatchObject({
        status: 400,
        codes: ['BAD_REQUEST'],
      });
    const absolute = 'POST http://a.example/graphql HTTP/1.1';
    for (const host of ['a.example', 'A.Example'])
      expect(await send(open, absolute, [json, key, `host: ${host}`], typename)).toMatchObject(answered);
    const listed = await gatewayWith({ ...keys.environment, ALLOWED_HOSTS: 'gateway.example.com' });
    expect(await ask(listed, 'host: any.example', key)).toMatchObject(refused);
    expect(await ask(listed, 'host: gateway.example.com', key)).toMatchObject(answered);
    expect(await ask(listed, 'host: localhost', key)).toMatchObject(answered);
    await keys.remove();
  });
});

describe('an upstream callback', () => {
  const webhook = 'POST /webhooks/exotel/campaign/x HTTP/1.1';
  const called = (gateway: GatewayUnderTest, host: string) =>
    send(gateway, webhook, [json, `host: ${host}`, 'origin: http://evil.example'], '{}');

  it('is accepted on the host of PUBLIC_URL, and nothing else is', async () => {
    const gateway = await gatewayWith({
      PUBLIC_URL: 'https://public.example/exotel',
      WEBHOOK_SECRET: 'a-long-and-random-one',
    });
    expect((await called(gateway, 'public.example')).text).toContain('unknownAddress');
    expect((await called(gateway, 'localhost')).text).toContain('unknownAddress');
    expect(await called(gateway, 'evil.example')).toMatchObject(refused);
    expect(await ask(gateway, 'host: public.example')).toMatchObject(refused);
  });

  it('is accepted on the listening address without PUBLIC_URL', async () => {
    const gateway = await gatewayWith({ HOST: '::', AUTH_MODE: 'none' });
    expect((await called(gateway, new URL(gateway.url).host)).text).toContain('unknownAddress');
  });
});

describe('without authentication, a page of a foreign Origin is refused', () => {
  it.each([
    ['of another site', 'http://evil.example', refused],
    ['without a name', 'null', refused],
    ['of a file or an extension', 'chrome-extension://localhost', refused],
    ['of two sites', 'http://localhost, http://evil.example', refused],
    ['that only looks local', 'http://localhost@evil.example', refused],
    ['but not of the gateway', 'http://localhost:4000', answered],
    ['but not of this machine', 'http://127.0.0.1:5173', answered],
    ['but not of an allowed host', 'https://gateway.example.com', answered],
    ['but not one that is listed', 'https://app.example.com', answered],
  ])('%s: %s', async (_what, origin, expected) => {
    const gateway = await gatewayWith({
      ALLOWED_HOSTS: 'gateway.example.com',
      CORS_ORIGINS: 'https://app.example.com',
    });
    const { status, codes } = await ask(gateway, 'host: localhost:4000', `origin: ${origin}`);
    expect({ status, codes }).toEqual(expected);
  });

  it('over event streams and WebSockets too', async () => {
    const gateway = await gatewayWith({});
    for (const origin of ['http://evil.example', 'null']) {
      const headers = [json, stream, 'host: localhost', `origin: ${origin}`];
      expect(await send(gateway, 'POST /graphql/stream HTTP/1.1', headers, typename)).toMatchObject(refused);
      const asked = ['host: localhost', `origin: ${origin}`, ...upgrade];
      expect((await send(gateway, 'GET /graphql HTTP/1.1', asked)).status).toBe(403);
    }
  });
});
