import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { setup } from '../../support/gateway/setup.js';
import { startRouter } from '../../support/clients/router.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, seed: 'empty' });
  gateway = await startGatewayOn(sandbox.baseUrl);
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

describe('refused before any upstream call', () => {
  it('a mutation over an event stream by GET', async () => {
    const query = 'mutation { pauseCampaign(sid: "a") { userErrors { code } } }';
    const answer = await request(`${gateway.url}/graphql/stream?query=${encodeURIComponent(query)}`, {
      headers: { accept: 'text/event-stream' },
    });
    expect([answer.statusCode, answer.headers['allow']]).toEqual([405, 'POST']);
    expect(await answer.body.json()).toEqual({
      errors: [{ message: expect.stringContaining('POST'), extensions: { code: 'BAD_REQUEST' } }],
    });
    expect(sandbox.calls).toEqual([]);
  });

  it.each([
    ['of another origin', 403, 'FORBIDDEN', { origin: 'http://elsewhere.example' }, '{"query":"{ a }"}'],
    [
      'that is to be answered as JSON',
      406,
      'BAD_REQUEST',
      { accept: 'application/json' },
      '{"query":"{ a }"}',
    ],
    ['with the body []', 400, 'BAD_REQUEST', {}, '[]'],
    ['with the body null', 400, 'BAD_REQUEST', {}, 'null'],
    ['with the body 1', 400, 'BAD_REQUEST', {}, '1'],
    ['with the body "x"', 400, 'BAD_REQUEST', {}, '"x"'],
    ['with no query', 400, 'BAD_REQUEST', {}, '{}'],
    ['with a query that is not text', 400, 'BAD_REQUEST', {}, '{"query":1}'],
    ['with invalid variables', 400, 'BAD_REQUEST', {}, '{"query":"{ a }","variables":[]}'],
  ])('an event stream %s: %i, %s', async (_what, status, code, headers, body) => {
    const answer = await request(`${gateway.url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
      body,
    });
    expect(answer.statusCode).toBe(status);
    const { errors } = (await answer.body.json()) as { errors: { extensions?: { code?: string } }[] };
    expect(errors.map(({ extensions }) => extensions?.code)).toEqual([code]);
  });
});

describe('a subscription that the upstream does not let begin has the status of a failing server', () => {
  const failures: readonly { fault: Fault; code: string; status: number; retryAfter?: string }[] = [
    { fault: { kind: 'status', status: 503 }, code: 'UPSTREAM_UNAVAILABLE', status: 503 },
    { fault: { kind: 'garbage' }, code: 'UPSTREAM_INVALID_RESPONSE', status: 503 },
    { fault: { kind: 'hang' }, code: 'UPSTREAM_TIMEOUT', status: 503 },
    { fault: { kind: 'status', status: 401 }, code: 'UPSTREAM_UNAUTHORIZED', status: 503 },
    { fault: { kind: 'status', status: 403 }, code: 'UPSTREAM_FORBIDDEN', status: 503 },
    {
      fault: { kind: 'status', status: 429, retryAfterSeconds: 20 },
      code: 'UPSTREAM_RATE_LIMITED',
      status: 429,
      retryAfter: '20',
    },
  ];
  const query = 'subscription { campaignUpdated(sid: "a") { status } }';
  const clients = {
    SSE: 'text/event-stream, application/json',
    multipart: 'multipart/mixed;subscriptionSpec=1.0, application/json',
    router: 'application/json;callbackSpec=1.0, application/json',
  };

  it.each(failures)('$fault is $code, $status', async ({ fault, code, status, retryAfter }) => {
    const router = await startRouter();
    for (const [client, accept] of Object.entries(clients)) {
      const { gateway: failing } = await setup({
        sandbox: { faults: () => fault },
        gateway: {
          environment: { SUBSCRIPTION_CALLBACK_ORIGINS: router.origin, EXOTEL_TIMEOUT_MS: '100' },
          random: () => 0,
        },
      });
      const answer = await request(`${failing.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ query, ...(client === 'router' && { extensions: router.extensions }) }),
      });
      const { errors } = (await answer.body.json()) as { errors: { extensions?: { code?: string } }[] };
      expect([client, answer.statusCode, errors[0]?.extensions?.code]).toEqual([client, status, code]);
      expect(answer.headers['retry-after']).toBe(retryAfter);
    }
    expect(router.received).toEqual([]);
    await router.close();
  });
});
