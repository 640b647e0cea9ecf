import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse, print, stripIgnoredCharacters } from 'graphql';
import { request } from 'undici';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { CampaignBySidDocument } from '../../operations/generated.js';
import { everyTransport, run } from '../../support/clients/every-transport.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

const file = new URL('../../operations/trusted-documents.json', import.meta.url).pathname;
const documents = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>);
const [id = '', text = ''] = documents.find(([, each]) => each.startsWith('query CampaignBySid')) ?? [];
const hash = id.replace('sha256:', '');
const directory = mkdtempSync(join(tmpdir(), 'trusted-'));
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let apps: GatewayUnderTest;
let sid: string;

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, seed: 'empty' });
  sid = sandbox.state.insert({}).sid;
  gateway = await startGatewayOn(sandbox.baseUrl, { TRUSTED_DOCUMENTS: file });
  apps = await startGatewayOn(sandbox.baseUrl, { TRUSTED_DOCUMENTS: file, TRUSTED_DOCUMENTS_MODE: 'apps' });
});
beforeEach(() => {
  sandbox.calls.splice(0);
});
afterAll(async () => {
  await gateway.close();
  await apps.close();
  await sandbox.close();
  rmSync(directory, { recursive: true });
});

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');
const apq = (sha256Hash: string): { extensions: Record<string, unknown> } => ({
  extensions: { persistedQuery: { version: 1, sha256Hash } },
});

it('the manifest has the hash of each document', () => {
  expect(documents.length).toBeGreaterThan(5);
  for (const [key, content] of documents) expect(key).toBe(`sha256:${sha256(content)}`);
});

describe.each(everyTransport)('over %s', (transport) => {
  it.each([
    ['its name', () => ({ documentId: id })],
    ['its hash alone', () => ({ documentId: hash })],
    ['a hash as automatic persisted queries have it', () => apq(hash)],
    ['its text', () => ({ query: text })],
    ['its text and its hash', () => ({ query: text, ...apq(hash) })],
    ['its text in another layout', () => ({ query: stripIgnoredCharacters(print(CampaignBySidDocument)) })],
  ])('a trusted document runs by %s', async (_what, named) => {
    const { data, errors } = await run(gateway.url, transport, { ...named(), variables: { sid } });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ campaign: { sid } });
  });

  it.each([
    ['another document', '{ __typename }'],
    ['introspection', '{ __schema { queryType { name } } }'],
    ['a document that differs in one field', print(parse(text)).replace('accountSid', 'sid')],
    ['what routers ask to compose', '{ _service { sdl } }'],
  ])('%s is refused without an upstream call', async (_what, query) => {
    const { data, errors, status } = await run(gateway.url, transport, { query, variables: { sid } });
    expect(data ?? null).toBeNull();
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'DOCUMENT_NOT_TRUSTED' }]);
    if (transport === 'http') expect(status).toBe(400);
    expect(sandbox.calls).toEqual([]);
  });

  it.each([
    ['documentId', { documentId: 'sha256:0' }],
    ['hash', apq('__proto__')],
  ])('an unknown %s is PERSISTED_QUERY_NOT_FOUND', async (_what, named) => {
    const { errors } = await run(gateway.url, transport, named);
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'PERSISTED_QUERY_NOT_FOUND' }]);
  });

  it('clients cannot register documents, with or without a manifest', async () => {
    const query = '{ learned: __typename }';
    const plain = await startGatewayOn(sandbox.baseUrl);
    try {
      await run(gateway.url, transport, { query, ...apq(sha256(query)) });
      const { errors } = await run(gateway.url, transport, apq(sha256(query)));
      expect(errors?.[0]?.extensions?.code).toBe('PERSISTED_QUERY_NOT_FOUND');
      expect(await run(plain.url, transport, { query, ...apq(sha256(query)) })).toMatchObject({
        data: { learned: 'Query' },
      });
      const unknown = await run(plain.url, transport, apq(sha256(query)));
      expect(unknown.errors?.[0]?.extensions?.code).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
    } finally {
      await plain.close();
    }
  });

  it('TRUSTED_DOCUMENTS_MODE=apps: a caller with documents:any may send any document', async () => {
    expect((await run(apps.url, transport, { query: '{ __typename }' })).errors).toBeUndefined();
    expect((await run(apps.url, transport, { documentId: id, variables: { sid } })).errors).toBeUndefined();
  });
});

it.each([
  ['documentId', () => `documentId=${id}`],
  ['extensions', () => `extensions=${encodeURIComponent(JSON.stringify(apq(hash).extensions))}`],
])('a trusted document runs by GET with its %s', async (_what, named) => {
  const variables = encodeURIComponent(JSON.stringify({ sid }));
  const answer = await request(`${gateway.url}/graphql?${named()}&variables=${variables}`, {
    headers: { 'apollo-require-preflight': '1' },
  });
  expect(await answer.body.json()).toMatchObject({ data: { campaign: { sid } } });
});

it("Apollo's manifest format is accepted too", async () => {
  const path = join(directory, 'apollo.json');
  const operations = [{ id: 'one', name: 'One', type: 'query', body: '{ one: __typename }' }];
  const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations };
  writeFileSync(path, JSON.stringify(manifest));
  const taken = await startGatewayOn(sandbox.baseUrl, { TRUSTED_DOCUMENTS: path });
  try {
    expect(await run(taken.url, 'http', { documentId: 'one' })).toMatchObject({ data: { one: 'Query' } });
    expect(await run(taken.url, 'http', apq(sha256('{ one: __typename }')))).toMatchObject({
      data: { one: 'Query' },
    });
  } finally {
    await taken.close();
  }
});

it.each([
  ['that is not there', undefined],
  ['that is no JSON', '{'],
  ['that is a list', '[]'],
  ['of texts that are no GraphQL', '{"a":"{"}'],
  ['without documents', '{}'],
  ['of no texts', '{"a":1}'],
])('a manifest %s prevents the start, and the message names TRUSTED_DOCUMENTS', async (_what, content) => {
  const path = join(directory, 'broken.json');
  rmSync(path, { force: true });
  if (content !== undefined) writeFileSync(path, content);
  await expect(startGatewayOn(sandbox.baseUrl, { TRUSTED_DOCUMENTS: path })).rejects.toMatchObject({
    name: 'ConfigError',
    message: expect.stringMatching(/^TRUSTED_DOCUMENTS: got ".*broken\.json"/),
  });
});
