import { afterEach, describe, expect, it } from '@jest/globals';
import { CreateDocument } from '../../operations/generated.js';
import { expectToComeBack, readErrors } from '../../support/upstream/rate-limited.js';
import { validInput } from '../../support/writing/valid-input.js';
import { type GatewayUnderTest, startGatewayOn } from '../../support/gateway/gateway-under-test.js';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/upstream/scripted-upstream.js';

let upstream: ScriptedUpstream;
let gateway: GatewayUnderTest;
afterEach(async () => {
  await gateway.close();
  await upstream.close();
});
const read = (wanted: readonly string[]) => readErrors(gateway, wanted);

const notFound = { code: 404, status: 'failure', error_data: { code: 1000 }, data: null };
const envelope = { request_id: 'r', method: 'GET', http_code: 404, response: notFound };

/** An upstream that knows no sid; its first answer has this status and these headers. */
async function startTelling(status: number, headers: () => Readonly<Record<string, string>>): Promise<void> {
  upstream = await startScriptedUpstream((_request, answer) => {
    if (upstream.seen.length > 1) return { status: 404, json: envelope };
    answer.writeHead(status, { 'content-type': 'application/json', ...headers() });
    answer.end(JSON.stringify(envelope));
    return undefined;
  });
  gateway = await startGatewayOn(upstream.baseUrl, { EXOTEL_RATE_LIMIT: '30' });
}
const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

describe('rate limit headers of the upstream', () => {
  it('X-RateLimit-Remaining: 0: nothing is sent before the reset', async () => {
    await startTelling(404, () => ({
      'x-ratelimit-limit': '30',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(inSeconds(30)),
    }));
    await read(['first']);
    const errors = await read(['second', 'third']);
    expectToComeBack(errors);
    expect(errors).toHaveLength(2);
    const write = await gateway.execute(CreateDocument, { input: validInput });
    expectToComeBack([write.errors?.[0]]);
    expect(upstream.seen).toHaveLength(1);
  });

  it('X-RateLimit-Remaining: 0 for a short time: the next read waits and succeeds', async () => {
    let resetAtMs = 0;
    await startTelling(404, () => {
      resetAtMs = inSeconds(2) * 1000;
      return { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(resetAtMs / 1000) };
    });
    await read(['first']);
    expect(await read(['second'])).toEqual([]);
    expect(Date.now()).toBeGreaterThanOrEqual(resetAtMs);
    expect(upstream.seen).toHaveLength(2);
  });

  it('429 with Retry-After: the read is repeated after it and succeeds', async () => {
    await startTelling(429, () => ({ 'retry-after': '1' }));
    const fromMs = Date.now();
    expect(await read(['first'])).toEqual([]);
    expect(Date.now() - fromMs).toBeGreaterThanOrEqual(990);
    expect(upstream.seen).toHaveLength(2);
  });
});
