import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { entryOf, writeKeys } from '../../support/clients/callers.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { scrape } from '../../support/gateway/scraping.js';
import { subscribe } from '../../support/clients/subscribing.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
const start = Date.parse('2026-05-01T10:00:00Z');

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, clock: () => start, seed: 'empty' });
  for (let count = 0; count < 30; count += 1) sandbox.state.insert({ status: 'completed', audience: 3 });
  gateway = await startGatewayOn(sandbox.baseUrl, {}, () => start);
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

let comments = 0;
/** A query with a large response that nothing else asks for. */
const large = (): string =>
  `{ campaigns(first: 30) { nodes { sid name status template } } } # ${(comments += 1)}`;

/** Sends a query; the body is as it was on the wire. */
async function sent(query: string, headers: Readonly<Record<string, string>> = {}, on = gateway) {
  const answer = await request(`${on.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  return {
    status: answer.statusCode,
    headers: answer.headers,
    coding: answer.headers['content-encoding'],
    bytes,
  };
}

function decoded({ bytes, coding }: { readonly bytes: Buffer; readonly coding: unknown }): string {
  if (coding === 'gzip') return gunzipSync(bytes).toString();
  return (coding === 'br' ? brotliDecompressSync(bytes) : bytes).toString();
}

/** Numbers of the response cache. */
async function cached(on = gateway): Promise<{ entries: number; bytes: number; given: number }> {
  const { value } = await scrape(on);
  return {
    entries: value('campaign_gateway_cache_entries', { kind: 'responses' }) ?? 0,
    bytes: value('campaign_gateway_cache_bytes', { kind: 'responses' }) ?? 0,
    given: value('campaign_gateway_response_cache_lookups_total', { result: 'hit' }) ?? 0,
  };
}

type Choice = readonly [acceptEncoding: string | undefined, coding: 'br' | 'gzip' | undefined];
const choices: readonly Choice[] = [
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['deflate', undefined],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['br', 'br'],
  ['gzip, deflate, br', 'br'],
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip;q=1.0, br;q=0.5', 'gzip'],
  ['gzip ; Q=0.1 , br ; q=0.2', 'br'],
  ['gzip;q=0.5, identity', undefined],
  ['gzip;q=0.5, identity;q=0.1', 'gzip'],
  ['gzip;q=0', undefined],
  ['gzip;q=0.000, br;q=0', undefined],
  ['*', 'br'],
  ['br;q=0, *', 'gzip'],
  ['*;q=0', undefined],
  ['identity;q=0', undefined],
  ['identity;q=0, gzip;q=0.1', 'gzip'],
  ['*;q=0, gzip', 'gzip'],
  ['gzip;q=nonsense', undefined],
  [';;;,,,=', undefined],
  [`${'x,'.repeat(2000)}gzip`, 'gzip'],
];

describe('Accept-Encoding chooses the encoding of a response over 1 kB:', () => {
  it.each(choices)('%s', async (accepts, coding) => {
    const query = large();
    const headers: Record<string, string> = accepts === undefined ? {} : { 'accept-encoding': accepts };
    const plain = (await sent(query, { 'cache-control': 'no-cache' })).bytes.toString();
    expect(plain.length).toBeGreaterThan(1024);
    const fresh = await sent(query, { ...headers, 'cache-control': 'no-cache' });
    const first = await sent(query, headers);
    const { given } = await cached();
    const second = await sent(query, headers);
    expect((await cached()).given).toBe(given + 1);
    for (const answer of [fresh, first, second]) {
      expect([answer.status, answer.coding, decoded(answer)]).toEqual([200, coding, plain]);
      expect(answer.headers['content-length']).toBe(String(answer.bytes.length));
      expect(answer.headers['vary']).toBe('accept, accept-encoding');
      if (coding) expect(answer.bytes.length).toBeLessThan(plain.length / 2);
    }
    expect(second.bytes).toEqual(first.bytes);
  });
});

describe('a small response', () => {
  it.each([
    ['gzip, br', undefined],
    ['identity;q=0, gzip', 'gzip'],
    ['*;q=0, br', 'br'],
  ])('with Accept-Encoding: %s', async (accepts, coding) => {
    for (let time = 0; time < 2; time += 1) {
      const answer = await sent('{ campaigns(first: 1) { totalCount } }', { 'accept-encoding': accepts });
      expect(answer.coding).toBe(coding);
      expect(JSON.parse(decoded(answer))).toMatchObject({ data: { campaigns: { totalCount: 30 } } });
      expect(answer.headers['vary']).toBe('accept, accept-encoding');
    }
  });
});

it.each(['/', '/metrics'])('other texts are compressed too: %s', async (path) => {
  const answer = await request(gateway.url + path, { headers: { 'accept-encoding': 'gzip' } });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  expect(answer.headers['content-encoding']).toBe('gzip');
  expect(answer.headers['vary']).toBe('accept-encoding');
  expect(gunzipSync(bytes).length).toBeGreaterThan(1024);
});

it('errors and GET requests are compressed too', async () => {
  const nothing = `{ ${'nothing '.repeat(60)} }`;
  const refused = await sent(nothing, { 'accept-encoding': 'br' });
  expect([refused.status, refused.coding]).toEqual([400, 'br']);
  expect(decoded(refused)).toContain('GRAPHQL_VALIDATION_FAILED');
  const got = await request(`${gateway.url}/graphql?query=${encodeURIComponent(large())}`, {
    headers: { 'accept-encoding': 'gzip', 'apollo-require-preflight': '1' },
  });
  expect(got.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(Buffer.from(await got.body.arrayBuffer())).toString()).toContain('"campaigns"');
});

it('many concurrent responses are correct, compressed or not', async () => {
  const answers = await Promise.all(
    Array.from({ length: 100 }, () =>
      sent(large(), { 'accept-encoding': 'br', 'cache-control': 'no-cache' }),
    ),
  );
  expect(new Set(answers.map(decoded)).size).toBe(1);
});

it.each(['GET', 'POST'] as const)(
  'no length to measure: a browser has no credentials to add to a %s',
  async (method) => {
    const keys = await writeKeys([entryOf('dashboard', 'the-key-of-the-dashboard', ['campaigns:read'])]);
    const locked = await startGatewayOn(sandbox.baseUrl, keys.environment, () => start);
    const allowed = await sent(large(), { 'x-api-key': 'the-key-of-the-dashboard' }, locked);
    expect(allowed.headers).not.toHaveProperty('set-cookie');
    const query = large();
    const path = method === 'GET' ? `/graphql?query=${encodeURIComponent(query)}` : '/graphql';
    const answer = await request(locked.url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        'accept-encoding': 'br',
        origin: 'https://other.example',
        cookie: 'x-api-key=the-key-of-the-dashboard; authorization=Bearer the-key-of-the-dashboard',
      },
      body: method === 'POST' ? JSON.stringify({ query }) : null,
    });
    await answer.body.dump();
    expect(answer.statusCode).toBe(401);
    await locked.close();
    await keys.remove();
  },
);

it('an event stream is not compressed, and its events are not delayed', async () => {
  const sid = sandbox.state.insert({ status: 'completed', audience: 1 }).sid;
  const watch = `subscription { campaignUpdated(sid: "${sid}", sendCurrent: true) { sid name template } }`;
  const subscriber = await subscribe(gateway.url, 'sse', watch, {}, { 'accept-encoding': 'gzip, br' });
  await subscriber.next(1);
  const answer = await request(`${gateway.url}/graphql/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'accept-encoding': 'br' },
    body: JSON.stringify({ query: large() }),
  });
  expect(await answer.body.text()).toContain('event: complete');
  expect(answer.headers['content-encoding']).toBe('none'); // of graphql-sse, for proxies
});

describe('the response cache', () => {
  it('compresses a response once for each encoding, and counts the bytes', async () => {
    const query = large();
    const sizes = [(await cached()).bytes];
    const lengths: number[] = [];
    for (const coding of ['identity', 'gzip', 'br']) {
      const { bytes } = await sent(query, { 'accept-encoding': coding });
      expect((await sent(query, { 'accept-encoding': coding })).bytes).toEqual(bytes);
      lengths.push(bytes.length);
      sizes.push((await cached()).bytes);
    }
    const [before = 0, plain = 0, gzip = 0, br = 0] = sizes;
    const [, gzipLength = 0, brLength = 0] = lengths;
    expect(plain).toBeGreaterThan(before + (lengths[0] ?? 0));
    expect(gzip - plain).toBe(gzipLength + 350);
    expect(br - gzip).toBe(brLength + 350);
  });

  it('evicts responses whose compressed bytes exceed its memory', async () => {
    const probe = await startGatewayOn(sandbox.baseUrl, { ANSWERS_CACHE_BYTES: '20000' }, () => start);
    for (let count = 0; count < 10; count += 1) {
      const query = large();
      for (const coding of ['gzip', 'br', 'identity']) {
        const answer = await sent(query, { 'accept-encoding': coding }, probe);
        expect(decoded(answer)).toContain('"campaigns"');
        expect((await cached(probe)).bytes).toBeLessThanOrEqual(20_000);
      }
    }
    await probe.close();
  });
});
