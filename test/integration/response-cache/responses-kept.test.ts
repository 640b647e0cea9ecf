import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { scrape } from '../../support/gateway/scraping.js';
import { look, sent } from '../../support/clients/sent-bytes.js';
import { validInput } from '../../support/writing/valid-input.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sid: string;
const start = Date.parse('2026-05-01T10:00:00Z');
let now = start;

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, clock: () => now, seed: 'empty' });
  const environment = { CORS_ORIGINS: 'https://app.example.com' };
  gateway = await startGatewayOn(sandbox.baseUrl, environment, () => now);
});
beforeEach(() => {
  sid = sandbox.state.insert({ status: 'completed', audience: 30 }).sid; // nobody has asked for it yet
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

/** The same to GraphQL, and other bytes: what is answered to it is made anew. */
let comments = 0;
const inOtherWords = (query: string): string => `${query} # ${(comments += 1)}`;

describe('a repeated query gets the same bytes from the response cache', () => {
  it.each([
    ['a campaign', () => ({ query: `{ campaign(sid: "${sid}") { sid name stats { sent } } }` })],
    [
      'a campaign by variables, one operation of two',
      () => ({
        query: 'query A($sid: ID!) { campaign(sid: $sid) { name } } query B { campaigns { totalCount } }',
        operationName: 'A',
        variables: { sid },
      }),
    ],
    [
      'messages',
      () => ({ query: `{ campaign(sid: "${sid}") { messages(first: 20) { nodes { number } } } }` }),
    ],
    ['a list', () => ({ query: '{ campaigns(first: 5) { totalCount edges { cursor node { sid } } } }' })],
    ['nothing, of a sid that there is not', () => ({ query: '{ campaign(sid: "no-such") { name } }' })],
    [
      'entities',
      () => ({
        query: 'query($of: [_Any!]!) { _entities(representations: $of) { ... on Campaign { name } } }',
        variables: { of: [{ __typename: 'Campaign', sid }] },
      }),
    ],
    [
      'what Apollo Client says of itself with it',
      () => ({
        query: `{ campaign(sid: "${sid}") { name } }`,
        extensions: { clientLibrary: { name: '@apollo/client', version: '4.0.0' } },
      }),
    ],
  ])('%s', async (_what, body) => {
    const first = await look(gateway, body());
    const callsBefore = sandbox.calls.length;
    const second = await look(gateway, body());
    const { query, ...rest } = body();
    const made = await look(gateway, { query: inOtherWords(query), ...rest });
    expect([first.looked, second.looked, made.looked]).toEqual(['miss', 'hit', 'miss']);
    expect(first.text).not.toContain('"errors"');
    expect(second.text).toBe(first.text);
    expect({ ...second, looked: 'miss' }).toEqual(made); // status and all headers too
    expect(sandbox.calls).toHaveLength(callsBefore);
  });

  it.each([
    ['*/*', 'application/json; charset=utf-8'],
    ['application/json', 'application/json; charset=utf-8'],
    ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
  ])('in the requested media type: %s', async (accept, contentType) => {
    const body = { query: `{ campaign(sid: "${sid}") { name } }` };
    await sent(gateway, body, { accept });
    const { looked, headers } = await look(gateway, body, { accept });
    expect({ looked, type: headers['content-type'] }).toEqual({ looked: 'hit', type: contentType });
  });

  it('with CORS headers for an allowed origin', async () => {
    const body = { query: `{ campaign(sid: "${sid}") { name } }` };
    await sent(gateway, body);
    const { looked, headers } = await look(gateway, body, { origin: 'https://app.example.com' });
    expect(looked).toBe('hit');
    expect(headers['access-control-allow-origin']).toBe('https://app.example.com');
  });

  it('with the remaining max-age in Cache-Control', async () => {
    const body = { query: `{ campaign(sid: "${sid}") { name } }` };
    await sent(gateway, body);
    now += 100_000;
    const { looked, headers } = await look(gateway, body);
    expect([looked, headers['cache-control']]).toEqual(['hit', 'max-age=500, public']);
  });

  it('counted and logged like any operation, with its own X-Request-Id', async () => {
    const body = { query: `query Named { campaign(sid: "${sid}") { name } }` };
    const answers = (page: Awaited<ReturnType<typeof scrape>>) =>
      page.value('campaign_gateway_operations_total', { type: 'query', transport: 'http', outcome: 'ok' });
    const headers = { 'x-request-id': 'the-second' };
    await sent(gateway, body);
    const before = await scrape(gateway);
    const { looked } = await look(gateway, body, headers);
    expect(looked).toBe('hit');
    expect(answers(await scrape(gateway))).toBe((answers(before) ?? 0) + 1);
    const line = gateway.logs.find(
      (each) => each.includes('"the-second"') && each.includes('operation completed'),
    );
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      operation: { type: 'query', name: 'Named', transport: 'http', outcome: 'ok' },
      upstreamCalls: 0,
      fromCache: true,
    });
  });
});

describe('the response cache is bypassed', () => {
  const campaign = () => ({ query: `{ campaign(sid: "${sid}") { name } }` });

  it.each([
    ['Cache-Control: no-cache', { 'cache-control': 'no-cache' }],
    ['a request for the cost', { 'x-upstream-report': '1' }],
    ['a body that is JSON by another name', { 'content-type': 'application/json; profile=x' }],
  ])('for a request with %s', async (_what, headers) => {
    await sent(gateway, campaign());
    const first = await look(gateway, campaign(), headers);
    const second = await look(gateway, campaign(), headers);
    expect([first.looked, second.looked]).toEqual(['bypass', 'bypass']);
    expect(JSON.parse(second.text)).toMatchObject({ data: { campaign: {} } });
  });

  it('for Cache-Control: no-cache, which makes an upstream call', async () => {
    await sent(gateway, campaign());
    const calls = sandbox.calls.length;
    await sent(gateway, campaign(), { 'cache-control': 'no-cache' });
    expect(sandbox.calls).toHaveLength(calls + 1);
  });

  it.each([
    ['GraphQL that has errors', () => ({ query: '{ campaign(sid: "..") { name } }' })],
    [
      'an error with data',
      () => ({ query: `{ a: campaign(sid: "${sid}") { name } b: campaign(sid: "..") { name } }` }),
    ],
    ['what cannot be parsed', () => ({ query: '{' })],
    ['a mutation', () => ({ query: 'mutation { pauseCampaign(sid: "no-such") { userErrors { code } } }' })],
    ['what reads nothing', () => ({ query: '{ __typename }' })],
    [
      'messages of a sid that there is not',
      () => ({ query: '{ campaign(sid: "nobody") { messages { totalCount } } }' }),
    ],
  ])('for %s', async (_what, body) => {
    await sent(gateway, body());
    expect((await look(gateway, body())).looked).toBe('miss');
  });

  it('for results that depend on the time', async () => {
    const input = { ...validInput, schedule: { startTime: new Date(now + 11 * 60_000).toISOString() } };
    const query = `query($input: CreateCampaignInput!) {
      campaign(sid: "${sid}") { name } validateCampaign(input: $input) { valid }
    }`;
    const body = { query, variables: { input } };
    expect((await sent(gateway, body)).text).toContain('"valid":true');
    now += 2 * 60_000;
    const { looked, text } = await look(gateway, body);
    expect(looked).toBe('miss');
    expect(text).toContain('"valid":false');
  });

  it('for the same request in other bytes', async () => {
    await sent(gateway, campaign());
    expect((await look(gateway, ` ${JSON.stringify(campaign())}`)).looked).toBe('miss');
  });

  it('for 1e400, which has another key than null', async () => {
    const query = 'query($first: Int) { campaigns(first: $first) { totalCount } }';
    const body = (first: string) => `{"query":${JSON.stringify(query)},"variables":{"first":${first}}}`;
    expect((await sent(gateway, body('null'))).text).not.toContain('"errors"');
    const { looked, text } = await look(gateway, body('1e400'));
    expect(looked).toBe('miss');
    expect(text).toContain('"errors"');
  });

  it('for a query by GET', async () => {
    const query = encodeURIComponent(campaign().query);
    const get = () =>
      request(`${gateway.url}/graphql?query=${query}`, { headers: { 'apollo-require-preflight': '1' } });
    await (await get()).body.dump();
    const before = await scrape(gateway);
    const answer = await get();
    expect(await answer.body.json()).toMatchObject({ data: { campaign: {} } });
    const given = { result: 'hit' };
    const name = 'campaign_gateway_response_cache_lookups_total';
    expect((await scrape(gateway)).value(name, given)).toBe(before.value(name, given));
  });

  it.each<Record<string, string>>([{ ANSWERS_CACHE_BYTES: '0' }, { CACHE: 'off' }])(
    'if it is off: %j',
    async (environment) => {
      const without = await startGatewayOn(sandbox.baseUrl, environment, () => now);
      const name = 'campaign_gateway_response_cache_lookups_total';
      await sent(without, campaign());
      const again = await sent(without, campaign());
      const page = await scrape(without);
      await without.close();
      expect(JSON.parse(again.text)).toMatchObject({ data: { campaign: {} } });
      expect(page.value(name)).toBe(0);
      expect(page.value('campaign_gateway_cache_entries', { kind: 'responses' })).toBeUndefined();
    },
  );
});
