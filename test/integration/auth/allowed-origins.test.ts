import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { entryOf, writeKeys } from '../../support/clients/callers.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { linesOf } from '../../support/gateway/log-lines.js';
import { opensSocket, sendFrom, startWithSandbox } from '../../support/gateway/page-gateway.js';

const vite = 'http://localhost:5173';
const preflight = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'content-type',
};
const paths = ['/graphql', '/graphql/stream'];
const events = { accept: 'text/event-stream' };

/** Whether pages of an origin may read answers: after the preflight and after the request. */
async function mayRead(origin: string, { url }: GatewayUnderTest, path: string): Promise<boolean> {
  const asked = await sendFrom(origin, url + path, 'OPTIONS', preflight);
  const answer = await sendFrom(origin, url + path, 'POST', path.endsWith('stream') ? events : {});
  const allowed = [asked, answer].map(({ headers }) => headers['access-control-allow-origin'] === origin);
  expect(allowed[0]).toBe(allowed[1]);
  return allowed[1] === true && asked.status === 204 && answer.status === 200;
}

const refusals = (gateway: GatewayUnderTest) =>
  linesOf(gateway)
    .filter(({ msg }) => msg.startsWith('a web page was refused') || msg.startsWith('further origins'))
    .map(({ level, msg, origin, transport, setting }) => ({ level, msg, origin, transport, setting }));

describe('with the sandbox, on loopback, without authentication', () => {
  let gateway: GatewayUnderTest;
  beforeAll(async () => {
    gateway = await startWithSandbox();
  });
  afterAll(() => gateway.close());

  it.each([
    vite,
    'http://127.0.0.1:3000',
    'http://[::1]:8080',
    'https://localhost',
    'http://app.localhost:1',
  ])('a page of %s may ask, and open event streams and WebSockets', async (origin) => {
    for (const path of paths) expect(await mayRead(origin, gateway, path)).toBe(true);
    expect(await opensSocket(origin, gateway)).toBe(true);
  });

  it.each([
    'http://evil.example',
    'null',
    'http://localhost.evil.example',
    'http://localhost@evil.example',
    'http://10.0.0.7:5173',
  ])('a page of %s may not', async (origin) => {
    for (const path of paths) expect(await mayRead(origin, gateway, path)).toBe(false);
    expect(await opensSocket(origin, gateway)).toBe(false);
  });

  it('also with other origins in CORS_ORIGINS', async () => {
    const both = await startWithSandbox({ CORS_ORIGINS: 'https://app.example.com' });
    expect(await mayRead(vite, both, '/graphql')).toBe(true);
    expect(await mayRead('https://app.example.com', both, '/graphql')).toBe(true);
    await both.close();
  });

  it('preflights allow the headers of GraphQL clients, and no credentials', async () => {
    const { headers } = await sendFrom(vite, `${gateway.url}/graphql`, 'OPTIONS', preflight);
    const allowed = String(headers['access-control-allow-headers']).split(', ');
    expect(allowed.sort()).toEqual([
      'apollo-require-preflight',
      'apollographql-client-name',
      'apollographql-client-version',
      'authorization',
      'baggage',
      'cache-control',
      'content-type',
      'graphql-client-name',
      'graphql-client-version',
      'traceparent',
      'tracestate',
      'x-api-key',
      'x-apollo-operation-name',
      'x-request-id',
      'x-requested-with',
      'x-upstream-report',
    ]);
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });

  it('answers, refusals too, show their request id and when to try again', async () => {
    const accepts: Record<string, string>[] = [{}, { accept: 'image/png' }];
    for (const headers of accepts) {
      const answer = await sendFrom(vite, `${gateway.url}/graphql`, 'POST', headers);
      expect(answer.headers['access-control-expose-headers']).toBe(
        'ratelimit, ratelimit-policy, retry-after, x-request-id, x-export-total, content-disposition',
      );
      expect(answer.headers['access-control-allow-origin']).toBe(vite);
    }
  });

  it.each(['/webhooks/exotel/campaign/x', '/metrics', '/livez', '/', '/nowhere'])(
    'nothing else is open: %s',
    async (path) => {
      for (const method of ['GET', 'POST', 'OPTIONS'] as const) {
        const { headers } = await sendFrom(vite, gateway.url + path, method, preflight);
        expect(headers['access-control-allow-origin']).toBeUndefined();
      }
    },
  );

  it('a foreign Host is still refused, from a page of this machine too', async () => {
    const host = { host: 'rebound.example' };
    expect(await sendFrom(vite, `${gateway.url}/graphql`, 'POST', host)).toMatchObject({ status: 403 });
  });
});

describe('everywhere else', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ ...credentials, seed: 'empty' });
  });
  afterAll(() => sandbox.close());

  const settings: [string, () => Promise<GatewayUnderTest>][] = [
    ['in front of an account', () => startGatewayOn(sandbox.baseUrl)],
    ['on another host', () => startWithSandbox({ HOST: '0.0.0.0', AUTH_MODE: 'none' })],
    [
      'with authentication',
      async () => {
        const keys = await writeKeys([entryOf('reader', 'key-of-reader', ['campaigns:read'])]);
        const gateway = await startWithSandbox(keys.environment);
        return { ...gateway, close: () => gateway.close().then(() => keys.remove()) };
      },
    ],
  ];
  it.each(settings)('%s, a page of this machine is refused, and logged once', async (_where, start) => {
    const gateway = await start();
    const { port } = new URL(gateway.url);
    const local = { ...gateway, url: `http://127.0.0.1:${port}` };
    for (const path of [...paths, ...paths]) {
      const asked = await sendFrom(vite, local.url + path, 'OPTIONS', preflight);
      expect(asked.headers['access-control-allow-origin']).toBeUndefined();
      const answer = await sendFrom(vite, local.url + path, 'POST', events);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
    for (let time = 0; time < 2; time += 1) expect(await opensSocket(vite, local)).toBe(false);
    const line = {
      level: 40,
      msg: 'a web page was refused: CORS_ORIGINS does not list its origin',
      origin: vite,
      setting: `CORS_ORIGINS=${vite}`,
    };
    expect(refusals(gateway)).toEqual([
      { ...line, transport: 'http' },
      { ...line, transport: 'websocket' },
    ]);
    await gateway.close();
  });

  it('the logged setting keeps the origins that are allowed, and allows the page', async () => {
    const first = await startGatewayOn(sandbox.baseUrl, { CORS_ORIGINS: 'https://a.example' });
    await sendFrom('https://b.example', `${first.url}/graphql`, 'OPTIONS', preflight);
    const [{ setting = '' } = {}] = refusals(first) as { setting?: string }[];
    expect(setting).toBe('CORS_ORIGINS=https://a.example,https://b.example');
    await first.close();
    const second = await startGatewayOn(sandbox.baseUrl, { CORS_ORIGINS: setting.split('=')[1] ?? '' });
    for (const origin of ['https://a.example', 'https://b.example']) {
      expect(await mayRead(origin, second, '/graphql')).toBe(true);
      expect(await opensSocket(origin, second)).toBe(true);
    }
    expect(refusals(second)).toEqual([]);
    await second.close();
  });

  it('pages of the gateway, and of its origin behind a proxy, are not logged', async () => {
    const gateway = await startGatewayOn(sandbox.baseUrl);
    await sendFrom(gateway.url, `${gateway.url}/graphql`, 'POST');
    await sendFrom(vite, `${gateway.url}/graphql`, 'POST', { 'sec-fetch-site': 'same-origin' });
    const proxied = { 'sec-fetch-site': 'same-origin', ...events };
    expect((await sendFrom(vite, `${gateway.url}/graphql/stream`, 'POST', proxied)).status).toBe(200);
    expect(refusals(gateway)).toEqual([]);
    await gateway.close();
  });

  it('origins that no setting can allow are logged as such, without their text', async () => {
    const gateway = await startGatewayOn(sandbox.baseUrl);
    for (const origin of [
      'null',
      'chrome-extension://abc',
      'http://anna:secret@b.example',
      `http://${'a'.repeat(999)}`,
    ])
      await sendFrom(origin, `${gateway.url}/graphql`, 'POST');
    const line = {
      level: 40,
      msg: 'a web page was refused: CORS_ORIGINS takes http and https origins',
      transport: 'http',
      setting: undefined,
    };
    expect(refusals(gateway)).toEqual([
      { ...line, origin: 'null' },
      { ...line, origin: '(unreadable)' },
    ]);
    await gateway.close();
  });

  it('a flood of origins is logged up to a bound', async () => {
    const gateway = await startGatewayOn(sandbox.baseUrl);
    for (let number = 0; number < 150; number += 1)
      await sendFrom(`http://page-${number}.example`, `${gateway.url}/graphql`, 'OPTIONS', preflight);
    const lines = refusals(gateway);
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)?.msg).toBe('further origins of refused web pages are not logged');
    await gateway.close();
  });
});
