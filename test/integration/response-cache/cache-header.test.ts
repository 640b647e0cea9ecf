import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { credentials, type GatewayUnderTest, startGatewayOn } from '../../support/gateway-under-test.js';

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

  it('is missing if nothing is read', async () => {
    expect(await cacheControlOf('{ __typename }')).toBeUndefined();
  });
});
