import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, fetchExchange } from '@urql/core';
import { request } from 'undici';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { startWithSandbox } from '../../support/gateway/page-gateway.js';

const app = 'https://app.example.com';
let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startWithSandbox({ CORS_ORIGINS: app });
});
afterAll(() => gateway.close());

async function get(
  headers: Readonly<Record<string, string>>,
  query = '{ campaigns(first: 1) { totalCount } }',
) {
  const answer = await request(`${gateway.url}/graphql?query=${encodeURIComponent(query)}`, { headers });
  return { status: answer.statusCode, text: await answer.body.text(), headers: answer.headers };
}

/** Headers that a browser adds to the request of an image or a link of another site. */
const forged = {
  accept: 'image/avif,*/*;q=0.8',
  'accept-language': 'en',
  'user-agent': 'Mozilla/5.0',
  referer: 'https://evil.example/',
};

describe('a GET that provably no other page sent is answered', () => {
  it.each<[string, Record<string, string>]>([
    ['by a page of the gateway', { 'sec-fetch-site': 'same-origin' }],
    [
      'by a page at the origin of a proxy',
      { 'sec-fetch-site': 'same-origin', 'x-forwarded-for': '10.0.0.1' },
    ],
    ['by an allowed page', { origin: app, 'sec-fetch-site': 'cross-site' }],
    [
      'by a page of this machine, in development',
      { origin: 'http://localhost:5173', 'sec-fetch-site': 'same-site' },
    ],
    ['with a JSON content type', { 'content-type': 'application/json' }],
    ['with a JSON content type in detail', { 'content-type': 'Application/JSON; charset=utf-8' }],
    ['with Apollo’s own header', { 'apollo-require-preflight': '1' }],
    [
      'with it, through a proxy',
      { 'apollo-require-preflight': '1', 'x-forwarded-for': '10.0.0.1', via: '1.1 p' },
    ],
    ['with the name of an operation', { 'x-apollo-operation-name': 'List' }],
    ['with the name of a client', { 'graphql-client-name': 'web' }],
    ['with the version of a client', { 'apollographql-client-version': '1' }],
    ['with X-Requested-With', { 'x-requested-with': 'XMLHttpRequest' }],
    ['with another X-Requested-With', { 'x-requested-with': 'fetch', 'sec-fetch-site': 'cross-site' }],
    ['with a token', { authorization: 'Bearer abc' }],
    ['with a key', { 'x-api-key': 'abc' }],
    ['with a key and headers of tracing', { 'x-api-key': 'abc', traceparent: '00-1-2-01' }],
    ['with a header for the purpose', { 'graphql-require-preflight': '1', 'sec-fetch-site': 'cross-site' }],
  ])('%s', async (_what, headers) => {
    const { status, text } = await get({ ...forged, accept: 'application/json', ...headers });
    expect([status, text]).toEqual([200, expect.stringContaining('"totalCount"')]);
  });
});

describe('any other is refused', () => {
  it.each<[string, Record<string, string>]>([
    ['of an image', {}],
    ['of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['of another host of the site', { 'sec-fetch-site': 'same-site' }],
    ['of a link in a mail', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
    ['of an unknown site', { 'sec-fetch-site': 'anything' }],
    ['of a form', { 'content-type': 'text/plain; charset=utf-8' }],
    ['of a form in capitals', { 'content-type': 'TEXT/PLAIN' }],
    ['with a cookie and a password of the browser', { cookie: 'a=b', authorization: 'Basic YTpi' }],
    ['without a cache', { 'cache-control': 'no-cache', pragma: 'no-cache' }],
    ['of part of an answer', { range: 'bytes=0-9', 'save-data': 'on', 'sec-ch-ua': '"x"', dpr: '1' }],
    ['of an app with a web view', { 'x-requested-with': 'com.example.app' }],
    ['through a proxy', { 'x-forwarded-for': '10.0.0.1', 'x-real-ip': '10.0.0.1', via: '1.1 p' }],
    ['through a proxy that authenticates', { authorization: 'Bearer abc', 'x-forwarded-for': '10.0.0.1' }],
    ['through a proxy that authenticates a page', { 'x-api-key': 'abc', 'sec-fetch-site': 'cross-site' }],
    ['of Safari’s player of media', { 'x-playback-session-id': 'A' }],
    ['of a player of radio', { 'icy-metadata': '1' }],
    ['of a player on Android', { 'getcontentfeatures.dlna.org': '1', 'transfermode.dlna.org': 'Streaming' }],
    ['through a mobile network', { 'x-uidh': 'x', 'x-wap-profile': 'http://x' }],
    ['of an old browser', { 'ua-cpu': 'x' }],
    ['with a header that is not known', { 'x-my-app': '1' }],
    ['with another scheme of credentials', { authorization: 'Negotiate abc' }],
    ['with headers of tracing', { traceparent: '00-1-2-01', baggage: 'a=b', 'x-request-id': 'abc' }],
  ])('%s', async (_what, headers) => {
    const { status, text, headers: answered } = await get({ ...forged, ...headers });
    expect([status, text]).toEqual([400, expect.stringContaining('"code":"BAD_REQUEST"')]);
    expect(answered['cache-control']).toBe('no-store');
  });

  it('with a message that names the setting of urql', async () => {
    expect((await get(forged)).text).toContain('preferGetMethod: false');
  });
});

describe('urql, which sends queries by GET', () => {
  const ask = async (settings: Partial<ConstructorParameters<typeof Client>[0]>) => {
    const client = new Client({ url: `${gateway.url}/graphql`, exchanges: [fetchExchange], ...settings });
    return client.query('{ campaigns(first: 1) { totalCount } }', {}).toPromise();
  };

  it.each<[string, Partial<ConstructorParameters<typeof Client>[0]>]>([
    ['at an allowed origin', { fetchOptions: { headers: { origin: app } } }],
    ['with a key', { fetchOptions: { headers: { 'x-api-key': 'abc' } } }],
    ['with preferGetMethod: false', { preferGetMethod: false }],
  ])('is answered %s', async (_where, settings) => {
    expect(await ask(settings)).toMatchObject({ data: { campaigns: { totalCount: expect.any(Number) } } });
  });

  it('is refused elsewhere, with its setting in the message', async () => {
    expect((await ask({})).error?.message).toContain('preferGetMethod: false');
  });
});
