import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

const app = 'https://app.example.com';
const evil = 'https://evil.example.com';
let sandbox: Sandbox;
let closed: GatewayUnderTest;
let open: GatewayUnderTest;

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, seed: 'empty' });
  closed = await startGatewayOn(sandbox.baseUrl);
  open = await startGatewayOn(sandbox.baseUrl, { CORS_ORIGINS: app });
});
beforeEach(() => {
  sandbox.calls.splice(0);
});
afterAll(async () => {
  await closed.close();
  await open.close();
  await sandbox.close();
});

async function send(url: string, headers: Record<string, string>, method = 'POST', body?: string) {
  const answer = await request(url, { method: method as 'POST', headers, body: body ?? null });
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
}
const json = { 'content-type': 'application/json' };
const preflight = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'content-type,authorization',
};

it.each(['/metrics', '/livez'])(
  'OPTIONS at %s, which has no CORS, is 405, also with a type and no body',
  async (path) => {
    const { status, headers } = await send(open.url + path, { ...json, origin: app }, 'OPTIONS', '');
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
  },
);

describe('CORS', () => {
  it.each(['/graphql', '/graphql/stream'])('is off at %s by default', async (path) => {
    const asked = await send(closed.url + path, { origin: app, ...preflight }, 'OPTIONS');
    expect(asked.headers['access-control-allow-origin']).toBeUndefined();
    const answer = await send(
      closed.url + path,
      { ...json, origin: app },
      'POST',
      '{"query":"{ __typename }"}',
    );
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each(['/graphql', '/graphql/stream'])(
    'is on at %s for the origins in CORS_ORIGINS only',
    async (path) => {
      const asked = await send(open.url + path, { origin: app, ...preflight }, 'OPTIONS');
      expect(asked.status).toBe(204);
      expect(asked.headers).toMatchObject({
        'access-control-allow-origin': app,
        'access-control-allow-methods': 'GET, POST',
        'access-control-max-age': '7200',
        vary: expect.stringMatching(/origin/i),
      });
      expect(asked.headers['access-control-allow-headers']).toContain('authorization');
      expect(asked.headers['access-control-allow-credentials']).toBeUndefined();
      const other = await send(open.url + path, { origin: evil, ...preflight }, 'OPTIONS');
      expect(other.headers['access-control-allow-origin']).toBeUndefined();
    },
  );

  it('is off at all other routes', async () => {
    for (const path of ['/livez', '/', '/webhooks/exotel/campaign/x']) {
      const { headers } = await send(open.url + path, { origin: app }, 'GET');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('responses have Access-Control-Allow-Origin', async () => {
    const answer = await send(
      `${open.url}/graphql`,
      { ...json, origin: app },
      'POST',
      '{"query":"{ __typename }"}',
    );
    expect(answer.headers['access-control-allow-origin']).toBe(app);
    expect(answer.status).toBe(200);
  });

  it.each<[string, string, boolean]>([
    ['a listed page', app, true],
    ['another page', evil, false],
    ['a page without a name', 'null', false],
  ])('WebSocket and event stream from %s: %s, %p', async (_what, origin, isOpen) => {
    const socket = new WebSocket(`${open.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      origin,
    });
    const connected = await new Promise<boolean>((resolve) => {
      socket.once('open', () => {
        resolve(true);
      });
      socket.once('error', () => {
        resolve(false);
      });
    });
    socket.close();
    expect(connected).toBe(isOpen);
    const headers = { ...json, origin, accept: 'text/event-stream' };
    const stream = await send(`${open.url}/graphql/stream`, headers, 'POST', '{"query":"{ __typename }"}');
    expect(stream.status).toBe(isOpen ? 200 : 403);
  });
});

describe('CSRF: requests that a page can send without a preflight are refused', () => {
  const query = 'mutation { pauseCampaign(sid: "a") { campaign { sid } } }';
  const body = JSON.stringify({ query });
  const search = `query=${encodeURIComponent(query)}`;
  const campaign = encodeURIComponent('{ campaign(sid: "a") { name } }');
  const stream = { accept: 'text/event-stream' };
  it.each<[string, number, string, string, Record<string, string>, string | undefined]>([
    ['a form', 415, 'POST', '/graphql', { 'content-type': 'application/x-www-form-urlencoded' }, search],
    [
      'a form with files',
      415,
      'POST',
      '/graphql',
      { 'content-type': 'multipart/form-data; boundary=x' },
      '--x--',
    ],
    ['text', 415, 'POST', '/graphql', { 'content-type': 'text/plain' }, body],
    ['text to the stream', 415, 'POST', '/graphql/stream', { 'content-type': 'text/plain', ...stream }, body],
    ['a link with a query', 400, 'GET', `/graphql?query=${campaign}`, {}, undefined],
    ['a link with a mutation', 400, 'GET', `/graphql?${search}`, {}, undefined],
    ['a mutation by GET', 405, 'GET', `/graphql?${search}`, { 'apollo-require-preflight': '1' }, undefined],
    ['a mutation by GET to the stream', 405, 'GET', `/graphql/stream?${search}`, stream, undefined],
    [
      'a query by GET to the stream',
      403,
      'GET',
      `/graphql/stream?query=${campaign}`,
      { ...stream, 'sec-fetch-site': 'cross-site' },
      undefined,
    ],
    ['another method', 405, 'PUT', '/graphql', json, body],
  ])('%s: %i', async (_what, status, method, path, headers, sent) => {
    const answer = await send(closed.url + path, headers, method, sent);
    expect(answer.status).toBe(status);
    expect(sandbox.calls).toEqual([]);
  });
});

describe('every response', () => {
  it.each([
    ['GraphiQL', '/'],
    ['an answer', '/graphql?query={__typename}'],
    ['a refusal', '/graphql?query={no}'],
    ['what is nowhere', '/nowhere'],
    ['what is not an address', '/%ff'],
    ['health', '/livez'],
  ])('has the security headers: %s', async (_what, path) => {
    const { headers } = await send(closed.url + path, { 'apollo-require-preflight': '1' }, 'GET');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    });
    expect(headers['x-powered-by'] ?? headers['server']).toBeUndefined();
  });
});
