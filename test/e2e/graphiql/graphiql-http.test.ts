import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { request } from 'undici';
import { type Gateway } from '../../../src/app/gateway.js';
import { startGatewayUnderTest } from './graphiql-under-test.js';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGatewayUnderTest();
});
afterAll(() => gateway.close());

async function get(headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') {
  const answer = await request(`${gateway.url}/`, { method, headers });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  return { status: answer.statusCode, headers: answer.headers, bytes };
}

describe('the GraphiQL page', () => {
  it('is sent whole to 12 clients at once that accept no encoding: more than clients may leave unread', async () => {
    const pages = await Promise.all(Array.from({ length: 12 }, () => get()));
    const length = Number(pages[0]?.headers['content-length']);
    expect(12 * length).toBeGreaterThan(2 * 41_943_040);
    expect(new Set(pages.map(({ bytes }) => bytes.length))).toEqual(new Set([length]));
  });

  it('allows its own inline scripts by their hashes and no other script', async () => {
    const { bytes, headers } = await get();
    const policy = String(headers['content-security-policy']);
    const scripts = [...bytes.toString().matchAll(/<script>(.*?)<\/script>/gs)].map(([, text = '']) => text);
    expect(scripts).toHaveLength(3);
    const hashes = scripts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
    expect(policy).toContain(`default-src 'none'; script-src ${hashes.join(' ')};`);
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it('allows connections to this gateway only (Content-Security-Policy)', async () => {
    const { headers } = await get();
    expect(String(headers['content-security-policy'])).toContain("; connect-src 'self';");
  });

  it('loads nothing from other hosts', async () => {
    const html = (await get()).bytes.toString();
    const markup = html.replaceAll(/<script>.*?<\/script>/gs, '').replaceAll(/<style>.*?<\/style>/gs, '');
    expect(markup).not.toMatch(/<script|(src|href)="(https?:)?\/\//);
  });

  it('forbids sniffing, framing and referrers by its headers', async () => {
    expect((await get()).headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
    });
  });

  it.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0.5, gzip', 'gzip'],
    ['br;q=0, *;q=0.1', 'gzip'],
    ['identity', undefined],
    ['zstd', undefined],
    ['', undefined],
  ])('for Accept-Encoding "%s" has the encoding %s', async (acceptEncoding, encoding) => {
    const plain = await get();
    const { bytes, headers } = await get({ 'accept-encoding': acceptEncoding });
    expect(headers['content-encoding']).toBe(encoding);
    expect(headers['content-length']).toBe(String(bytes.length));
    const decode = { br: brotliDecompressSync, gzip: gunzipSync }[encoding ?? ''] ?? ((same: Buffer) => same);
    expect(decode(bytes).equals(plain.bytes)).toBe(true);
    expect(headers.etag === plain.headers.etag).toBe(encoding === undefined);
  });

  it('is answered with 304 if the client has it already (ETag)', async () => {
    const { headers } = await get({ 'accept-encoding': 'br' });
    const etag = String(headers.etag);
    for (const known of [etag, `"other", W/${etag}`, '*']) {
      const again = await get({ 'accept-encoding': 'br', 'if-none-match': known });
      expect([again.status, again.bytes.length, again.headers.etag]).toEqual([304, 0, etag]);
    }
    expect((await get({ 'if-none-match': etag })).status).toBe(200); // not that encoding
  });

  it('answers HEAD like GET, without a body', async () => {
    const [head, whole] = [
      await get({ 'accept-encoding': 'gzip' }, 'HEAD'),
      await get({ 'accept-encoding': 'gzip' }),
    ];
    expect(head.status).toBe(200);
    expect(head.bytes).toHaveLength(0);
    expect(head.headers['content-length']).toBe(String(whole.bytes.length));
  });
});
