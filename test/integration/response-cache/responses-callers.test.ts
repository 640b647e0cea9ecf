import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { entryOf, type KeysFile, writeKeys } from '../../support/clients/callers.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { look, sent } from '../../support/clients/sent-bytes.js';

const trusted = new URL('../../operations/trusted-documents.json', import.meta.url).pathname;
const limit = 60;
const allowed = {
  reader: ['campaigns:read'],
  twin: ['campaigns:read'],
  support: ['campaigns:read', 'messages:read'],
  writer: ['campaigns:write'],
  router: ['campaigns:read', 'documents:any'],
} as const;
let sandbox: Sandbox;
let keys: KeysFile;
let gateway: GatewayUnderTest;
let now = Date.now();
let sid: string;

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, clock: () => now, seed: 'empty' });
  keys = await writeKeys(Object.entries(allowed).map(([name, scopes]) => entryOf(name, keyOf(name), scopes)));
  gateway = await startGatewayOn(sandbox.baseUrl, keys.environment, () => now);
});
beforeEach(() => {
  now += 3600_000;
  sid = sandbox.state.insert({ status: 'completed', audience: 3 }).sid;
});
afterAll(async () => {
  await gateway.close();
  await keys.remove();
  await sandbox.close();
});

const keyOf = (name: string): string => `the-key-of-${name}-0123456789abcdef0123456789abcdef`;
const as = (name: keyof typeof allowed) => ({ authorization: `Bearer ${keyOf(name)}` });
const campaign = () => ({ query: `{ campaign(sid: "${sid}") { name } }` });
const messages = () => ({ query: `{ campaign(sid: "${sid}") { name messages { nodes { number } } } }` });

describe('the response cache and callers', () => {
  it('callers with the same scopes share responses, others do not', async () => {
    await sent(gateway, campaign(), as('reader'));
    const looked = [];
    for (const name of ['twin', 'support', 'router'] as const)
      looked.push((await look(gateway, campaign(), as(name))).looked);
    expect(looked).toEqual(['hit', 'miss', 'miss']);
  });

  it.each(['reader', 'writer'] as const)(
    'a response with phone numbers is not served to %s',
    async (name) => {
      expect((await sent(gateway, messages(), as('support'))).text).toContain('"number"');
      expect((await look(gateway, messages(), as('support'))).looked).toBe('hit');
      const { looked, text } = await look(gateway, messages(), as(name));
      expect(looked).toBe('miss');
      expect(text).not.toContain('"number":');
      expect(text).toContain('"FORBIDDEN"');
    },
  );

  it.each([
    ['no key', {}],
    ['a key that nobody has', { authorization: `Bearer ${keyOf('nobody')}` }],
  ])('%s: 401 without a lookup', async (_what, headers) => {
    await sent(gateway, campaign(), as('reader'));
    const { status, text } = await sent(gateway, campaign(), headers);
    expect(status).toBe(401);
    expect(text).not.toContain('"campaign"');
  });

  it('responses have Cache-Control: private and Vary', async () => {
    await sent(gateway, campaign(), as('reader'));
    const { looked, headers } = await look(gateway, campaign(), as('reader'));
    expect(looked).toBe('hit');
    expect(headers['cache-control']).toBe('max-age=600, private');
    expect(headers['vary']).toBe('accept, accept-encoding, authorization, x-api-key');
  });
});

it('a hit counts towards MAX_REQUESTS_PER_MINUTE', async () => {
  const strict = await startGatewayOn(
    sandbox.baseUrl,
    { ...keys.environment, MAX_REQUESTS_PER_MINUTE: String(limit) },
    () => now,
  );
  const statuses = [];
  for (let index = 0; index <= limit; index += 1)
    statuses.push((await sent(strict, campaign(), as('reader'))).status);
  await strict.close();
  expect(new Set(statuses.slice(0, limit))).toEqual(new Set([200]));
  expect(statuses.at(-1)).toBe(429);
});

it('a response to an untrusted document is not served to a caller without documents:any', async () => {
  const environment = { ...keys.environment, TRUSTED_DOCUMENTS: trusted, TRUSTED_DOCUMENTS_MODE: 'apps' };
  const apps = await startGatewayOn(sandbox.baseUrl, environment, () => now);
  await sent(apps, campaign(), as('router'));
  const [router, reader] = [
    await look(apps, campaign(), as('router')),
    await look(apps, campaign(), as('reader')),
  ];
  await apps.close();
  expect([router.looked, reader.looked]).toEqual(['hit', 'miss']);
  expect(reader.text).toContain('"DOCUMENT_NOT_TRUSTED"');
});

it('a trusted document sent by id is cached too', async () => {
  const documents = JSON.parse(readFileSync(trusted, 'utf8')) as Record<string, string>;
  const [documentId] =
    Object.entries(documents).find(([, text]) => text.startsWith('query CampaignBySid')) ?? [];
  const enforcing = await startGatewayOn(
    sandbox.baseUrl,
    { ...keys.environment, TRUSTED_DOCUMENTS: trusted },
    () => now,
  );
  const body = { documentId, variables: { sid } };
  const first = await look(enforcing, body, as('support'));
  const second = await look(enforcing, body, as('support'));
  await enforcing.close();
  expect([first.looked, second.looked]).toEqual(['miss', 'hit']);
  expect(second.text).toContain(sid);
  expect(second.text).toBe(first.text);
});
