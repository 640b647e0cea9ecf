import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { keyFor, keysForScopes } from '../../support/clients/callers.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let now = Date.parse('2026-05-01T10:00:00Z');

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, clock: () => now, seed: 'empty' });
  gateway = await startGatewayOn(sandbox.baseUrl, {}, () => now);
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

async function cacheControlOf(query: string): Promise<unknown> {
  const answer = await request(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  await answer.body.dump();
  return answer.headers['cache-control'];
}

async function byGet(query: string, url = gateway.url, headers = {}): Promise<unknown> {
  const answer = await request(`${url}/graphql?query=${encodeURIComponent(query)}`, {
    headers: { 'apollo-require-preflight': '1', ...headers },
  });
  await answer.body.dump();
  return answer.headers['cache-control'];
}

const validDraft =
  '{contentType: STATIC, dltEntityId: "1", dltTemplateId: "1", lists: ["a"], senderId: "ABCDEF", smsType: TRANSACTIONAL, template: "x"}';

describe('Cache-Control of a response', () => {
  it.each([
    ['archived', 24 * 3600],
    ['completed', 600],
    ['scheduled', 30],
    ['paused', 15],
    ['in-progress', 5],
  ] as const)('depends on the status of its campaign: %s, %i s', async (status, seconds) => {
    const { sid } = sandbox.state.insert({ status });
    expect(await cacheControlOf(`{ campaign(sid: "${sid}") { name } }`)).toBe(
      `max-age=${String(seconds)}, public`,
    );
  });

  it('is reduced by the age of the cache entry', async () => {
    const { sid } = sandbox.state.insert({ status: 'completed' });
    await cacheControlOf(`{ campaign(sid: "${sid}") { name } }`);
    now += 100_000;
    expect(await cacheControlOf(`{ campaign(sid: "${sid}") { name } }`)).toBe('max-age=500, public');
  });

  it('is the shortest lifetime of several entries', async () => {
    const [one, other] = [
      sandbox.state.insert({ status: 'archived' }),
      sandbox.state.insert({ status: 'paused' }),
    ];
    await cacheControlOf(`{ campaign(sid: "${one.sid}") { name } }`);
    await cacheControlOf(`{ campaign(sid: "${other.sid}") { name } }`);
    const both = `{ a: campaign(sid: "${one.sid}") { name } b: campaign(sid: "${other.sid}") { name } }`;
    expect(await cacheControlOf(both)).toBe('max-age=15, public');
  });

  it('is five seconds for a list', async () => {
    expect(await cacheControlOf('{ campaigns { nodes { name } } }')).toBe('max-age=5, public');
  });

  it.each([
    ['messages', (sid: string) => `{ campaign(sid: "${sid}") { name messages { totalCount } } }`],
    ['an error', () => '{ campaign(sid: "..") { name } }'],
    ['a mutation', (sid: string) => `mutation { archiveCampaign(sid: "${sid}") { campaign { name } } }`],
  ])('is no-store if it contains %s', async (_what, query) => {
    const { sid } = sandbox.state.insert({ status: 'completed' });
    expect(await cacheControlOf(query(sid))).toBe('no-store');
  });

  it.each([
    ['only the time decides on', `{ validateCampaign(input: ${validDraft}) { valid } }`],
    [
      'the time decides on, too',
      `{ campaigns { nodes { name } } validateCampaign(input: ${validDraft}) { valid } }`,
    ],
    ['nothing is read for', '{ __typename }'],
    ['introspection gives', '{ __schema { queryType { name } } }'],
    ['the subgraph describes itself by', '{ _service { sdl } }'],
    [
      'only echoes',
      '{ _entities(representations: [{__typename: "Campaign", sid: "a"}]) { ... on Campaign { sid } } }',
    ],
    ['describes the gateway', '{ campaignGateway { mode } }'],
  ])('is no-store for what %s, by POST and GET', async (_what, query) => {
    expect([await cacheControlOf(query), await byGet(query)]).toEqual(['no-store', 'no-store']);
  });

  it.each([
    ['GET', '/livez'],
    ['GET', '/readyz'],
    ['GET', '/metrics'],
    ['GET', '/nowhere'],
    ['GET', '/graphql'],
    ['GET', '/graphql?query=%7B__typename%7D'],
    ['GET', '/graphql/stream'],
    ['PUT', '/graphql'],
    ['OPTIONS', '/graphql'],
    ['POST', '/graphql'],
    ['POST', '/webhooks/exotel/campaign/x'],
  ] as const)('is no-store for %s %s', async (method, path) => {
    const answer = await request(`${gateway.url}${path}`, { method, headers: { accept: '*/*' } });
    await answer.body.dump();
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('is no-store for an event stream', async () => {
    const path = '/graphql/stream?query=%7B__typename%7D';
    const answer = await request(`${gateway.url}${path}`, { headers: { accept: 'text/event-stream' } });
    await answer.body.dump();
    expect(answer.headers['cache-control']).toBe('no-store');
  });
});

it('with authentication, responses are private', async () => {
  const keys = await keysForScopes();
  const own = await startGatewayOn(sandbox.baseUrl, keys.environment, () => now);
  try {
    const { sid } = sandbox.state.insert({ status: 'completed' });
    const headers = { 'x-api-key': keyFor(['campaigns:read']) };
    const query = `{ campaign(sid: "${sid}") { name } }`;
    expect(await byGet(query, own.url, headers)).toBe('max-age=600, private');
    expect(await byGet('{ __typename }', own.url, headers)).toBe('no-store');
    expect(await byGet(query, own.url, {})).toBe('no-store');
  } finally {
    await own.close();
    await keys.remove();
  }
});
