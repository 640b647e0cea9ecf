import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  brotliCompressSync,
  constants,
  createGzip,
  deflateRawSync,
  deflateSync,
  gzipSync,
  type ZlibOptions,
} from 'node:zlib';
import { type ResponseReader, type TransportResponse } from '../../../../src/datasources/exotel/transport.js';
import { documentedCampaign } from '../../../fixtures/documented-answer.js';
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

describe('an answer that is encoded', () => {
  it.each<[string, Buffer, string | string[] | undefined]>([
    ['gzip', gzipSync(plain), 'gzip'],
    ['its old name, in capitals', gzipSync(plain), 'X-GZIP'],
    ['deflate', deflateSync(plain), 'deflate'],
    ['deflate without its zlib header', deflateRawSync(plain), 'deflate'],
    ['br', brotliCompressSync(plain), 'br'],
    ['two, in the order in which they were applied', brotliCompressSync(gzipSync(plain)), 'gzip, br'],
    ['two, in a header each', gzipTwice, ['gzip', 'gzip']],
    ['identity', plain, 'identity'],
    ['identity and another', gzipSync(plain), 'identity, ,gzip'],
    [
      'gzip in two members',
      Buffer.concat([gzipSync(plain.subarray(0, 9)), gzipSync(plain.subarray(9))]),
      'gzip',
    ],
    ['gzip of which no header tells', gzipSync(plain), undefined],
    ['deflate of which no header tells', deflateSync(plain), undefined],
  ])('is read: %s', async (_how, body, encoding) => {
    answers(body, encoding);
    expect((await upstream.transport().send(get, asItCame)).text).toBe(text);
    expect(await upstream.client().getCampaign('any')).toMatchObject({ name: 'नमस्ते 🎉' });
  });

  it('is read in pieces as well', async () => {
    const body = gzipSync(plain);
    upstream.respond = (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.write(body.subarray(0, 15), () => setTimeout(() => response.end(body.subarray(15)), 20));
    };
    expect((await upstream.transport().send(get, asItCame)).text).toBe(text);
  });

  it('is not asked for', async () => {
    answers(plain, undefined);
    await upstream.transport().send(get, asItCame);
    expect(upstream.heard.at(-1)?.headers['accept-encoding']).toBe('identity');
  });

  it('and has no body is empty', async () => {
    answers(Buffer.alloc(0), 'gzip', 204);
    expect(await upstream.transport().send(get, asItCame)).toMatchObject({ status: 204, text: '' });
  });
});

const bomb = (bytes: number, options: ZlibOptions = {}): Buffer =>
  gzipSync(Buffer.alloc(bytes, ' '), options);

/** 300 MB of zeros, compressed twice. */
async function bombInABomb(): Promise<Buffer> {
  const gzip = createGzip({ level: constants.Z_BEST_COMPRESSION });
  const chunks: Buffer[] = [];
  gzip.on('data', (chunk: Buffer) => chunks.push(chunk));
  const piece = Buffer.alloc(mebibyte);
  for (let index = 0; index < 300; index += 1) gzip.write(piece);
  await new Promise<void>((resolve) => gzip.on('end', resolve).end());
  return gzipSync(Buffer.concat(chunks));
}

describe('an answer that can not be decoded', () => {
  const cases: [string, () => Buffer | Promise<Buffer>, string | undefined][] = [
    ['an encoding that nobody knows', () => plain, 'zstd-ng'],
    ['one that is known after one that is not', () => gzipSync(plain), 'secret, gzip'],
    ['gzip that is none', () => plain, 'gzip'],
    ['gzip cut in the middle', () => gzipSync(plain).subarray(0, 60), 'gzip'],
    ['br that is none', () => plain, 'br'],
    ['a bomb', () => bomb(64 * mebibyte), 'gzip'],
    ['a bomb without a header', () => bomb(64 * mebibyte), undefined],
    ['a bomb of br', () => brotliCompressSync(Buffer.alloc(64 * mebibyte, ' ')), 'br'],
    ['a bomb in a bomb', bombInABomb, 'gzip, gzip'],
    ['more encodings than any server has', () => gzipTwice, 'gzip, gzip, gzip, gzip, gzip'],
  ];
  it.each(cases)('is UPSTREAM_INVALID_RESPONSE: %s', async (_what, body, encoding) => {
    answers(await body(), encoding);
    const before = process.memoryUsage().rss;
    const startedAtMs = performance.now();
    const error = await rejectionOf(upstream.client().getCampaign('any'));
    expect(error).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', reason: 'invalidResponse' });
    expect(performance.now() - startedAtMs).toBeLessThan(2000);
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * mebibyte);
  });

  it.each([
    [429, 'rateLimited'],
    [400, 'refused'],
    [503, 'unavailable'],
  ])('is still what its status line says: %i', async (status, reason) => {
    answers(plain, 'secret', status);
    await expect(upstream.client().getCampaign('any')).rejects.toMatchObject({ reason });
  });
});

describe('a refusal that is encoded', () => {
  it('says what it is of', async () => {
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
    await expect(upstream.client().getCampaign('any')).rejects.toMatchObject({
      reason: 'refused',
      facts: { field: ['input', 'senderId'] },
    });
  });
});
