import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

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
    ['with a query that is no text', 400, 'BAD_REQUEST', {}, '{"query":1}'],
    ['with variables that are none', 400, 'BAD_REQUEST', {}, '{"query":"{ a }","variables":[]}'],
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
