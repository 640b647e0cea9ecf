import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { entryOf, hashOf, type KeysFile, writeKeys } from '../../support/clients/callers.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { requestAccess } from '../../support/clients/access-request.js';

const all = ['campaigns:read', 'campaigns:write', 'messages:read'];
const anna = entryOf('anna', 'key-of-anna', all);

describe('with API keys', () => {
  let keys: KeysFile;
  let sandbox: Sandbox;
  let gateway: GatewayUnderTest;
  beforeAll(async () => {
    const hash = Buffer.from(hashOf('key-of-carl'), 'hex').toString('base64');
    keys = await writeKeys([
      anna,
      {
        ...entryOf('bert', 'key-of-bert', ['campaigns:read']),
        sha256: `sha256:${hashOf('key-of-bert').toUpperCase()}`,
      },
      { name: 'carl', scopes: all, sha256: hash },
    ]);
    ({ sandbox, gateway } = await setup({
      gateway: { environment: { ...keys.environment, GRAPHIQL: 'on' } },
    }));
  });
  afterAll(async () => {
    await keys.remove();
  });

  it.each([
    [{ authorization: 'Bearer key-of-anna' }],
    [{ authorization: 'bEARER  key-of-anna ' }],
    [{ 'x-api-key': 'key-of-anna' }],
    [{ authorization: 'Basic YTpi', 'x-api-key': 'key-of-anna' }],
    [{ authorization: 'Bearer key-of-bert' }],
    [{ 'x-api-key': 'key-of-carl' }],
  ])('%j is accepted', async (headers) => {
    const { status, text } = await requestAccess(gateway, headers);
    expect(text).toContain('"totalCount"');
    expect(status).toBe(200);
  });

  it.each([
    [{}, 'Bearer'],
    [{ authorization: '' }, 'Bearer'],
    [{ authorization: 'Bearer key-of-nobody' }, 'Bearer error="invalid_token"'],
    [{ authorization: 'Bearer key-of-ann' }, 'Bearer error="invalid_token"'],
    [{ authorization: 'Bearer ' }, 'Bearer error="invalid_token"'],
    [{ authorization: 'key-of-anna' }, 'Bearer'],
    [{ authorization: 'Basic a2V5LW9mLWFubmE6' }, 'Bearer'],
    [{ authorization: `Bearer ${hashOf('key-of-anna')}` }, 'Bearer error="invalid_token"'],
    [{ 'x-api-key': 'key-of-nobody' }, 'Bearer'],
  ])('%j is refused before the body is read and without an upstream call', async (headers, challenge) => {
    for (const path of ['/graphql', '/graphql/stream']) {
      sandbox.calls.splice(0);
      const answer = await requestAccess(gateway, { ...headers, 'content-type': 'text/nonsense' }, path);
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toBe(challenge);
      expect(answer.headers['content-type']).toMatch('application/json');
      expect(JSON.parse(answer.text)).toEqual({
        errors: [{ message: expect.any(String), extensions: { code: 'UNAUTHENTICATED' } }],
      });
      expect(answer.text).not.toMatch(/key-of|kkk/);
      expect(sandbox.calls).toEqual([]);
    }
  });

  it('a credential longer than any key is refused', async () => {
    const { status, text } = await requestAccess(gateway, { 'x-api-key': 'k'.repeat(9000) });
    expect(status).toBe(401);
    expect(text).toContain('at most 8192 characters');
  });

  it.each(['/livez', '/readyz', '/'])('%s needs no credentials', async (path) => {
    const answer = await request(`${gateway.url}${path}`);
    await answer.body.dump();
    expect(answer.statusCode).toBe(200);
  });

  it('upstream callbacks and CORS preflights need no credentials', async () => {
    const callback = await request(`${gateway.url}/webhooks/exotel/campaign/nonsense`, { method: 'POST' });
    const preflight = await request(`${gateway.url}/graphql`, { method: 'OPTIONS' });
    await Promise.all([callback.body.dump(), preflight.body.dump()]);
    expect(callback.statusCode).toBe(404);
    expect(preflight.statusCode).not.toBe(401);
  });

  it('responses are private: Cache-Control and Vary', async () => {
    sandbox.state.insert({ status: 'completed', audience: 1 });
    const { headers } = await requestAccess(gateway, { 'x-api-key': 'key-of-anna' });
    expect(headers['cache-control']).toMatch('private');
    expect(headers['vary']).toBe('accept, accept-encoding, authorization, x-api-key');
  });

  it('the audit log names the caller', async () => {
    const { sid } = sandbox.state.insert({ status: 'in-progress', audience: 1 });
    await ask(gateway, 'mutation ($sid: ID!) { pauseCampaign(sid: $sid) { userErrors { code } } }', {
      variables: { sid },
      headers: { 'x-api-key': 'key-of-carl' },
    });
    const audits = gateway.logs.filter((line) => line.includes('"audit"'));
    expect(audits.at(-1)).toContain('"who":"carl"');
    expect(gateway.logs.join('')).not.toContain('key-of');
  });
});
