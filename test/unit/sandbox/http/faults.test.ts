import { afterEach, describe, expect, it } from '@jest/globals';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { request } from 'undici';
import { type Fault } from '../../../../src/sandbox/http/faults.js';
import { aCampaign, NOON, SandboxUnderTest } from '../sandbox-under-test.js';

let test: SandboxUnderTest;
afterEach(async () => {
  await test.stop();
});

async function withFault(fault: Fault): Promise<void> {
  const faults = ({ index }: { index: number }) => (index === 0 ? fault : undefined);
  test = await SandboxUnderTest.start({ faults });
}

describe.each([
  ['before', 0],
  ['after', 1],
] as const)('a fault %s the campaign is created', (when, created) => {
  it.each(['reset', 'truncate', 'html', 'garbage'] as const)(
    'of kind %s loses the response',
    async (kind) => {
      await withFault({ kind, when });
      await expect(test.create()).rejects.toThrow();
      expect(test.sandbox.state.campaigns()).toHaveLength(created);
      expect((await test.list()).status).toBe(200);
    },
  );

  it('of kind hang never responds, and does not delay the close of the sandbox', async () => {
    await withFault({ kind: 'hang', when });
    const lost = expect(test.create()).rejects.toThrow();
    while (test.sandbox.calls.length === 0) await new Promise(setImmediate);
    await test.sandbox.close();
    await lost;
    expect(test.sandbox.calls[0]?.status).toBe(0);
    expect(test.sandbox.state.campaigns()).toHaveLength(created);
  });
});

describe('a fault', () => {
  it('of kind status has Retry-After if configured', async () => {
    await withFault({ kind: 'status', status: 429, retryAfterSeconds: 7 });
    const { status, headers } = await test.list();
    expect([status, headers['retry-after']]).toEqual([429, '7']);
  });

  it('of kind failed-item is a 200 with a failed item', async () => {
    await withFault({ kind: 'failed-item' });
    const { status, body } = await test.ask('POST', '', { body: aCampaign() });
    expect(status).toBe(200);
    expect(body.response).toEqual([
      {
        code: 409,
        status: 'failure',
        data: null,
        error_data: expect.objectContaining({ code: 1008 }) as unknown,
      },
    ]);
  });

  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
    ['deflate', inflateSync],
  ] as const)('of kind encode returns the usual response with %s', async (encoding, decode) => {
    await withFault({ kind: 'encode', encoding });
    const answer = await request(`${test.sandbox.baseUrl}/v2/accounts/exotel/message-campaigns?channel=sms`, {
      headers: { authorization: `Basic ${Buffer.from('key:token').toString('base64')}` },
    });
    expect(answer.headers['content-encoding']).toBe(encoding);
    expect(answer.headers['date']).toBe(new Date(NOON).toUTCString());
    const body = decode(Buffer.from(await answer.body.arrayBuffer())).toString();
    expect(JSON.parse(body)).toMatchObject({ http_code: 200, response: [] });
  });

  it('of kind html is the error page of a proxy', async () => {
    await withFault({ kind: 'html' });
    const { statusCode, headers, body } = await request(test.sandbox.baseUrl);
    expect([statusCode, headers['content-type']]).toEqual([502, 'text/html']);
    expect(await body.text()).toContain('<html>');
  });

  it('of kind delay returns the usual response later', async () => {
    await withFault({ kind: 'delay', delayMs: 30 });
    const asked = performance.now();
    expect((await test.list()).status).toBe(200);
    expect(performance.now() - asked).toBeGreaterThanOrEqual(25);
  });

  it('of kind delay ends when the sandbox closes', async () => {
    await withFault({ kind: 'delay', delayMs: 3_600_000 });
    const lost = test.list().catch(() => undefined);
    while (test.sandbox.calls.length === 0) await new Promise(setImmediate);
    await test.sandbox.close();
    await lost;
  });
});
