import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NOON, SandboxUnderTest } from '../sandbox-under-test.js';

let test: SandboxUnderTest;
beforeEach(async () => {
  test = await SandboxUnderTest.start({ rateLimitPerMinute: 3 });
});
afterEach(async () => {
  await test.stop();
});

describe('the rate limit', () => {
  it('has the remaining calls in every response', async () => {
    const remaining: unknown[] = [];
    for (let call = 0; call < 3; call += 1) {
      const { headers } = await test.list();
      expect(headers['x-ratelimit-limit']).toBe('3');
      expect(headers['x-ratelimit-reset']).toBe(String((NOON + 30_000) / 1000));
      remaining.push(headers['x-ratelimit-remaining']);
    }
    expect(remaining).toEqual(['2', '1', '0']);
  });

  it('responds to an excess call with 429, Retry-After and an error body of another format', async () => {
    for (let call = 0; call < 3; call += 1) await test.create();
    const { status, headers, body } = await test.list();
    expect([status, headers['retry-after'], headers['x-ratelimit-remaining']]).toEqual([429, '30', '0']);
    const RestException = { Status: 429, Code: 429, Message: expect.any(String) as unknown };
    expect(body).toEqual({ RestException });
    expect(test.sandbox.calls.at(-1)?.status).toBe(429);
  });

  it('resets at the next minute of the clock', async () => {
    for (let call = 0; call < 4; call += 1) await test.list();
    test.now = NOON + 30_000;
    expect((await test.list()).status).toBe(200);
  });

  it('counts failed calls, but not unauthenticated ones', async () => {
    await test.ask('GET', '/any', { headers: { authorization: '' } });
    await test.ask('GET', '/any');
    expect((await test.list()).headers['x-ratelimit-remaining']).toBe('1');
  });
});

it('responses have no rate limit headers without a limit', async () => {
  const free = await SandboxUnderTest.start();
  const { headers } = await free.list();
  expect(headers).not.toHaveProperty('x-ratelimit-limit');
  await free.stop();
});
