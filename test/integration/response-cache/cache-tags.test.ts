import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { type Scope } from '../../../src/domain/requests/caller.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { type KeysFile, keysForScopes, showing } from '../../support/clients/callers.js';
import { run } from '../../support/clients/every-transport.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { look, sent, type SentAnswer } from '../../support/clients/sent-bytes.js';

let sandbox: Sandbox;
let keys: KeysFile;
/** Without authentication; with it; with it behind a router. */
let open: GatewayUnderTest;
let guarded: GatewayUnderTest;
let routed: GatewayUnderTest;
let now = Date.parse('2026-05-01T10:00:00Z');
let sids: readonly string[];

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, clock: () => now, seed: 'empty' });
  keys = await keysForScopes();
  const start = (environment: Record<string, string>) =>
    startGatewayOn(sandbox.baseUrl, environment, () => now);
  open = await start({});
  guarded = await start(keys.environment);
  routed = await start({ ...keys.environment, CACHE_SCOPE: 'public' });
});
beforeEach(() => {
  now += 100 * 3600_000;
  sids = ['a', 'b'].map(() => sandbox.state.insert({ status: 'completed', audience: 1 }).sid);
});
afterAll(async () => {
  for (const gateway of [open, guarded, routed]) await gateway.close();
  await keys.remove();
  await sandbox.close();
});

const tagsOf = (...of: readonly string[]): string[] => of.map((sid) => `campaign-${sid}`);
const extensionsOf = ({ text }: SentAnswer): unknown =>
  (JSON.parse(text) as { extensions?: unknown }).extensions;

const entities = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Campaign { name } } }';
const representations = (of: readonly string[]) => ({
  r: of.map((sid) => ({ __typename: 'Campaign', sid })),
});

/** An answer's tags in the header, and in its body. */
async function tagged(body: Parameters<typeof sent>[1], gateway = open, headers = {}) {
  const answer = await sent(gateway, body, headers);
  return { header: answer.headers['cache-tag'], extensions: extensionsOf(answer) };
}

describe('an answer has the tags of its campaigns', () => {
  it('of one, also where there is none with this sid', async () => {
    for (const sid of [sids[0] ?? '', 'miss'])
      expect(await tagged({ query: `{ campaign(sid: "${sid}") { name } }` })).toEqual({
        header: `campaign-${sid}`,
        extensions: { apolloCacheTags: [`campaign-${sid}`] },
      });
  });

  it('also where the request has the extension of a router for subscriptions', async () => {
    const query = `{ campaign(sid: "${sids[0] ?? ''}") { name } }`;
    for (const subscription of [
      5,
      { callbackUrl: 'http://127.0.0.1:9/', subscriptionId: 'a', verifier: 'b' },
    ])
      expect(await tagged({ query, extensions: { subscription } })).toMatchObject({
        header: `campaign-${sids[0] ?? ''}`,
      });
  });

  it('of several', async () => {
    const query = `{ one: campaignsBySid(sids: ${JSON.stringify(sids)}) { name } other: campaign(sid: "other") { name } }`;
    const { header, extensions } = await tagged({ query });
    expect(String(header).split(',').sort()).toEqual(tagsOf(...sids, 'other').sort());
    expect(extensions).toEqual({ apolloCacheTags: String(header).split(',') });
  });

  it('of a page, and that of lists', async () => {
    const query = '{ campaigns(first: 2) { nodes { name } } }';
    const { header, extensions } = await tagged({ query });
    const tags = String(header).split(',');
    expect(extensions).toEqual({ apolloCacheTags: tags });
    expect([tags[0], tags.slice(1).sort()]).toEqual(['campaigns', tagsOf(...sids).sort()]);
  });

  it('for each entity, as routers read them', async () => {
    const [one = '', other = ''] = sids;
    const body = { query: entities, variables: representations([other, one, 'miss', other]) };
    expect(await tagged(body)).toEqual({
      header: tagsOf(other, one, 'miss').sort().join(','),
      extensions: { apolloEntityCacheTags: tagsOf(other, one, 'miss', other).map((tag) => [tag]) },
    });
  });

  it('over GET too', async () => {
    const [sid = ''] = sids;
    const path = `/graphql?query=${encodeURIComponent(`{ campaign(sid: "${sid}") { name } }`)}`;
    const { headers, body } = await request(`${open.url}${path}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    expect(headers['cache-tag']).toBe(`campaign-${sid}`);
    expect(await body.json()).toMatchObject({ extensions: { apolloCacheTags: [`campaign-${sid}`] } });
  });

  it('when it comes from the response cache, byte for byte', async () => {
    const body = { query: `{ campaign(sid: "${sids[0] ?? ''}") { name } }` };
    const first = await sent(open, body);
    const { looked, ...second } = await look(open, body);
    expect(looked).toBe('hit');
    expect(second).toEqual(first);
    expect(second.headers['cache-tag']).toBe(`campaign-${sids[0] ?? ''}`);
  });

  it('200 of them: all in the body, and only that of lists in the header, which proxies bound', async () => {
    const many = Array.from({ length: 200 }, () => sandbox.state.insert({ status: 'completed' }).sid);
    const { header, extensions } = await tagged({
      query: `{ campaignsBySid(sids: ${JSON.stringify(many)}) { name } }`,
    });
    expect(header).toBe('campaigns');
    expect(extensions).toEqual({ apolloCacheTags: tagsOf(...many).sort() });
  });
});

describe('an answer that no cache may store has no tags', () => {
  it.each([
    ['with messages', (sid: string) => `{ campaign(sid: "${sid}") { name messages { totalCount } } }`],
    [
      'with an error',
      (sid: string) => `{ campaign(sid: "${sid}") { name } other: campaign(sid: "..") { name } }`,
    ],
    ['to a mutation', (sid: string) => `mutation { archiveCampaign(sid: "${sid}") { campaign { name } } }`],
    ['that reads nothing', () => '{ __typename }'],
    [
      'that describes the gateway',
      (sid: string) => `{ campaign(sid: "${sid}") { name } campaignGateway { mode } }`,
    ],
  ])('%s', async (_title, query) => {
    expect(await tagged({ query: query(sids[0] ?? '') })).toEqual({
      header: undefined,
      extensions: undefined,
    });
  });

  it.each(['ws', 'sse'] as const)('over %s', async (transport) => {
    const query = `{ campaign(sid: "${sids[0] ?? ''}") { name } }`;
    expect(Object.keys(await run(open.url, transport, { query }))).not.toContain('extensions');
  });

  it('with a report', async () => {
    const query = `{ campaign(sid: "${sids[0] ?? ''}") { name } }`;
    const { header, extensions } = await tagged({ query }, open, { 'x-upstream-report': '1' });
    expect([header, Object.keys(extensions as object)]).toEqual([undefined, ['upstream']]);
  });

  it('that is private', async () => {
    const query = `{ campaign(sid: "${sids[0] ?? ''}") { name } }`;
    expect(await tagged({ query }, guarded, showing(['campaigns:read']))).toEqual({});
  });
});

describe('CACHE_SCOPE=public with authentication', () => {
  const [reader, writer, support] = [
    ['campaigns:read'],
    ['campaigns:read', 'campaigns:write'],
    ['campaigns:read', 'messages:read'],
  ] as const satisfies readonly (readonly Scope[])[];
  const cacheHeaders = async (query: string, scopes?: readonly Scope[]) => {
    const { headers } = await sent(routed, { query }, scopes ? showing(scopes) : {});
    return { control: headers['cache-control'], vary: headers['vary'], tag: headers['cache-tag'] };
  };

  it('campaigns are public, for every caller, and cached answers too', async () => {
    const [sid = ''] = sids;
    const query = `{ campaign(sid: "${sid}") { name } }`;
    for (const scopes of [reader, writer, reader, support])
      expect(await cacheHeaders(query, scopes)).toEqual({
        control: 'max-age=600, public',
        vary: 'accept, accept-encoding',
        tag: `campaign-${sid}`,
      });
  });

  it('messages are private and stored nowhere', async () => {
    const query = `{ campaign(sid: "${sids[0] ?? ''}") { name messages { nodes { number } } } }`;
    for (let times = 0; times < 2; times += 1) {
      const { control, tag } = await cacheHeaders(query, support);
      expect([control, tag]).toEqual(['private, no-store', undefined]);
    }
  });

  it('errors are stored nowhere', async () => {
    const query = `{ campaign(sid: "${sids[0] ?? ''}") { name messages { totalCount } } }`;
    expect((await cacheHeaders(query, reader)).control).toContain('no-store');
    expect((await cacheHeaders(query)).control).toBe('no-store');
  });

  it('addresses of callbacks, which some callers do not see, are private and stored nowhere', async () => {
    const { sid } = sandbox.state.insert({
      status: 'completed',
      statusCallback: `https://gateway.example.com/webhooks/exotel/campaign/${'x'.repeat(32)}`,
    });
    const query = `{ campaign(sid: "${sid}") { statusCallback } }`;
    for (const scopes of [reader, writer, writer])
      expect(await cacheHeaders(query, scopes)).toMatchObject({
        control: 'private, no-store',
        tag: undefined,
      });
  });
});

it('by default, messages and campaigns are private with authentication', async () => {
  const [sid = ''] = sids;
  const headers = showing(['campaigns:read', 'messages:read']);
  const control = async (query: string): Promise<unknown> =>
    (await sent(guarded, { query }, headers)).headers['cache-control'];
  expect(await control(`{ campaign(sid: "${sid}") { name } }`)).toBe('max-age=600, private');
  expect(await control(`{ campaign(sid: "${sid}") { messages { totalCount } } }`)).toBe('private, no-store');
});

it('CACHE_SCOPE=private makes answers private without authentication too', async () => {
  const own = await startGatewayOn(sandbox.baseUrl, { CACHE_SCOPE: 'private' }, () => now);
  const answer = await sent(own, { query: `{ campaign(sid: "${sids[0] ?? ''}") { name } }` });
  await own.close();
  expect(answer.headers['cache-control']).toBe('max-age=600, private');
  expect(answer.headers['cache-tag']).toBeUndefined();
});
