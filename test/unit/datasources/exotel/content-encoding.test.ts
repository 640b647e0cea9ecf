import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { brotliCompressSync, deflateRawSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { type ResponseReader, type TransportResponse } from '../../../../src/datasources/exotel/transport.js';
import { documentedCampaign, documentedSid } from '../../../fixtures/documented-answer.js';
import { rejectionOf, ScriptedUpstream } from './scripted-upstream.js';

const asItCame: ResponseReader<TransportResponse> = {
  responded: (answer) => answer,
  failed: () => undefined,
};
const get = { method: 'GET', path: '/any' } as const;
const mebibyte = 1024 * 1024;

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(async () => {
  await upstream.stop();
});

function answers(body: Buffer, encoding: string | string[] | undefined, status = 200): void {
  upstream.respond = (_request, response) => {
    if (encoding !== undefined) response.setHeader('content-encoding', encoding);
    response.writeHead(status).end(body);
  };
}

const text = JSON.stringify({
  http_code: 200,
  response: { code: 200, status: 'success', data: { ...documentedCampaign(), name: 'नमस्ते 🎉' } },
});
const plain = Buffer.from(text);
const gzipTwice = gzipSync(gzipSync(plain));

describe('an encoded response', () => {
  it.each<[string, Buffer, string | string[] | undefined]>([
    ['gzip', gzipSync(plain), 'gzip'],
    ['its old name, in capitals', gzipSync(plain), 'X-GZIP'],
    ['deflate', deflateSync(plain), 'deflate'],
    ['deflate without its zlib header', deflateRawSync(plain), 'deflate'],
    ['br', brotliCompressSync(plain), 'br'],
    ['two encodings, in the order of application', brotliCompressSync(gzipSync(plain)), 'gzip, br'],
    ['two encodings in two headers', gzipTwice, ['gzip', 'gzip']],
    ['identity', plain, 'identity'],
    ['identity and another', gzipSync(plain), 'identity, ,gzip'],
    [
      'gzip with two members',
      Buffer.concat([gzipSync(plain.subarray(0, 9)), gzipSync(plain.subarray(9))]),
      'gzip',
    ],
    ['gzip without a header', gzipSync(plain), undefined],
    ['deflate without a header', deflateSync(plain), undefined],
  ])('is decoded: %s', async (_how, body, encoding) => {
    answers(body, encoding);
    expect((await upstream.transport().send(get, asItCame)).text).toBe(text);
    expect(await upstream.client().getCampaign(documentedSid)).toMatchObject({ name: 'नमस्ते 🎉' });
  });

  it('is decoded in chunks', async () => {
    const body = gzipSync(plain);
    upstream.respond = (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.write(body.subarray(0, 15), () => setTimeout(() => response.end(body.subarray(15)), 20));
    };
    expect((await upstream.transport().send(get, asItCame)).text).toBe(text);
  });

  it('is not requested by the client', async () => {
    answers(plain, undefined);
    await upstream.transport().send(get, asItCame);
    expect(upstream.requests.at(-1)?.headers['accept-encoding']).toBe('identity');
  });

  it('without a body is empty', async () => {
    answers(Buffer.alloc(0), 'gzip', 204);
    expect(await upstream.transport().send(get, asItCame)).toMatchObject({ status: 204, text: '' });
  });
});

const member = gzipSync(Buffer.alloc(16 * mebibyte, ' '));
/** 1 GiB of spaces: as many gzip members as that takes. */
const bomb = Buffer.concat(Array.from({ length: 64 }, () => member));

describe('a response with an invalid encoding', () => {
  const cases: [string, () => Buffer, string | undefined][] = [
    ['an unknown encoding', () => plain, 'zstd-ng'],
    ['a known encoding after an unknown one', () => gzipSync(plain), 'secret, gzip'],
    ['invalid gzip', () => plain, 'gzip'],
    ['truncated gzip', () => gzipSync(plain).subarray(0, 60), 'gzip'],
    ['invalid brotli', () => plain, 'br'],
    ['a decompression bomb', () => bomb, 'gzip'],
    ['a decompression bomb without a header', () => bomb, undefined],
    ['a brotli decompression bomb', () => brotliCompressSync(Buffer.alloc(64 * mebibyte, ' ')), 'br'],
    ['a nested decompression bomb', () => gzipSync(bomb), 'gzip, gzip'],
    ['too many encodings', () => gzipTwice, 'gzip, gzip, gzip, gzip, gzip'],
  ];
  const cpuMs = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  /** CPU time of decoding 1 GiB, member by member. */
  let wholeMs: number;
  beforeAll(() => {
    const before = cpuMs();
    for (let index = 0; index < 64; index += 1) gunzipSync(member);
    wholeMs = cpuMs() - before;
  });

  it.each(cases)('is UPSTREAM_INVALID_RESPONSE: %s', async (_what, body, encoding) => {
    answers(body(), encoding);
    let [tookMs, tookBytes] = [Infinity, Infinity];
    // The process does more than that: a collection of garbage may fall into one measurement, not into all.
    for (let round = 0; round < 5 && (tookMs > wholeMs / 2 || tookBytes > 128 * mebibyte); round += 1) {
      const [before, beforeMs] = [process.memoryUsage().rss, cpuMs()];
      const error = await rejectionOf(upstream.client().getCampaign(documentedSid));
      [tookMs, tookBytes] = [cpuMs() - beforeMs, process.memoryUsage().rss - before];
      expect(error).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', reason: 'invalidResponse' });
    }
    expect(tookMs).toBeLessThan(wholeMs / 2);
    expect(tookBytes).toBeLessThan(128 * mebibyte);
  });

  it.each([
    [429, 'rateLimited'],
    [400, 'refused'],
    [503, 'unavailable'],
  ])('keeps the meaning of its status code: %i', async (status, reason) => {
    answers(plain, 'secret', status);
    await expect(upstream.client().getCampaign(documentedSid)).rejects.toMatchObject({ reason });
  });
});

describe('an encoded error response', () => {
  it('has its error details', async () => {
    const refusal = {
      http_code: 400,
      response: {
        code: 400,
        status: 'failure',
        data: null,
        error_data: { code: 1002, message: 'Invalid parameter', description: 'sender_id' },
      },
    };
    answers(gzipSync(JSON.stringify(refusal)), 'gzip', 400);
    await expect(upstream.client().getCampaign(documentedSid)).rejects.toMatchObject({
      reason: 'refused',
      facts: { field: ['input', 'senderId'] },
    });
  });
});
