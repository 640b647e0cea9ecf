import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { print } from 'graphql';
import { request } from 'undici';
import { type Fault } from '../../../../src/sandbox/http/faults.js';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/sandbox.js';
import * as operations from '../../../operations/generated.js';
import { ask } from '../../../support/clients/ask.js';
import { comparedSoFar, compareAllResults } from '../../../support/gateway/both-ways.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../../support/gateway/gateway-under-test.js';
import { scrape } from '../../../support/gateway/scraping.js';
import { runsOf } from '../../../support/property-runs.js';

const now = Date.parse('2026-05-01T10:00:00Z');
let fault: Fault | undefined;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sid: string;

beforeEach(async () => {
  fault = undefined;
  sandbox = await startSandbox({ ...credentials, clock: () => now, faults: () => fault });
  ({ sid } = sandbox.state.insert({ status: 'in-progress', audience: 120 }));
  const each = { ANSWERS_CACHE_BYTES: '0' }; // every time is to be run
  gateway = await startGatewayOn(sandbox.baseUrl, each, () => now, undefined, {
    random: () => 0,
    compare: compareAllResults,
  });
});
afterEach(async () => {
  await gateway.close();
  await sandbox.close();
});

const fragments = `
  fragment Row on Campaign { sid ...Names stats { total } }
  fragment Names on Campaign { name title: name }`;
const queries: readonly (readonly [what: string, query: string, variables: Record<string, unknown>])[] = [
  [
    'aliases',
    'query ($sid: ID!) { a: campaign(sid: $sid) { sid x: name } b: campaign(sid: $sid) { status } }',
    {},
  ],
  [
    'fragments',
    `query ($sid: ID!) { campaign(sid: $sid) { ...Row ... on Campaign { status } } } ${fragments}`,
    {},
  ],
  ['fields that merge', 'query ($sid: ID!) { campaign(sid: $sid) { stats { sent } stats { failed } } }', {}],
  [
    'what is skipped and included',
    `query ($sid: ID!, $yes: Boolean = true, $no: Boolean!) { campaign(sid: $sid) {
      sid name @skip(if: $yes) status @include(if: $yes) stats @include(if: $no) { total }
      ... @skip(if: $no) { createdAt messages(first: 2) @include(if: $yes) { totalCount } } } }`,
    { no: false },
  ],
  [
    'rows of rows',
    `query ($sid: ID!) { campaign(sid: $sid) { messages(first: 3) { edges { cursor node { sid campaign { sid
      name messages(first: 1) { nodes { sid } } } } } } } }`,
    {},
  ],
  [
    'only names of types',
    'query ($sid: ID!) { __typename campaign(sid: $sid) { __typename stats { __typename } } }',
    {},
  ],
  ['a campaign that is not there', '{ campaign(sid: "nobody") { sid messages { totalCount } } }', {}],
  [
    'nothing but a sid',
    'query ($sid: ID!) { campaign(sid: $sid) { sid messages(first: 1) { nodes { sid } } } }',
    {},
  ],
  ['a page of none', '{ campaigns(first: 0) { totalCount nodes { sid } edges { cursor } } }', {}],
];

describe('a compiled query has the same result as graphql-js with', () => {
  it.each(queries)('%s', async (_what, query, given) => {
    const before = comparedSoFar();
    const variables = { sid, ...given };
    const first = await ask(gateway, query, { variables });
    expect(first.errors).toBeUndefined();
    expect(await ask(gateway, query, { variables })).toEqual(first);
    expect(comparedSoFar()).toBe(before + 2);
  });

  it('any value for its variables', async () => {
    const query = print(operations.CampaignPageDocument);
    const json = fc.jsonValue({ maxDepth: 2 });
    const odd = fc.oneof(json, fc.constantFrom(1.5, 2 ** 31, '5', [5], [], {}, true, 'NAME', 'toString'));
    const order = fc.oneof(odd, fc.record({ field: odd, direction: odd }, { requiredKeys: [] }));
    const filter = fc.oneof(odd, fc.record({ status: odd, name: odd }, { requiredKeys: [] }));
    const variables = fc.record({ first: odd, filter, orderBy: order }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(variables, async (values) => {
        // A compiled answer that graphql-js would not have given fails the operation for a reason of our own.
        const { status, text } = await gateway.send({ query, variables: values });
        expect(status).toBeLessThan(500);
        expect(text).not.toContain('INTERNAL_SERVER_ERROR');
      }),
      { numRuns: runsOf(100) },
    );
  });
});

describe('an error in a compiled query', () => {
  it('is reported by graphql-js, without a second read', async () => {
    const query = `query ($sid: ID!) { campaign(sid: $sid) { sid name messages(first: 2) { totalCount } }
      campaigns(first: 1) { nodes { sid } } }`;
    fault = { kind: 'status', status: 403 };
    const { data, errors } = await ask(gateway, query, { variables: { sid } });
    expect(data).toBeNull(); // campaigns must not be null
    // whether the campaign is told of too, goes by which of the two was answered first
    const refused = { path: ['campaigns'], extensions: { code: 'UPSTREAM_FORBIDDEN' } };
    expect(errors).toContainEqual(expect.objectContaining(refused));
    expect(sandbox.calls).toHaveLength(3);
  });
});

describe('a query that bypasses Apollo Server', () => {
  const query = 'query ($sid: ID!) { campaign(sid: $sid) { sid name } }';

  async function answered(contentType: string, accept: string | undefined) {
    const { statusCode, headers, body } = await request(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': contentType,
        'x-request-id': 'one',
        ...(accept !== undefined && { accept }),
      },
      body: JSON.stringify({ query, variables: { sid } }),
    });
    const rest = { ...headers, date: undefined };
    return { statusCode, headers: rest, text: await body.text() };
  }

  it('is counted once if it fails after OPERATION_TIMEOUT', async () => {
    const limits = { CACHE: 'off', OPERATION_TIMEOUT_MS: '100', EXOTEL_TIMEOUT_MS: '200' };
    const hasty = await startGatewayOn(sandbox.baseUrl, limits, () => now, undefined, {
      random: () => 0,
      compare: compareAllResults,
    });
    const failed = async () =>
      (await scrape(hasty)).value('campaign_gateway_operations_total', { outcome: 'failed' });
    try {
      await ask(hasty, query, { variables: { sid } });
      fault = { kind: 'hang' };
      const { errors } = await ask(hasty, query, { variables: { sid } });
      expect(errors?.[0]?.extensions?.code).toBe('OPERATION_TIMEOUT');
      const giveUpAt = performance.now() + 10_000;
      while ((await failed()) !== 1 && performance.now() < giveUpAt) await new Promise(setImmediate);
      expect(await failed()).toBe(1);
    } finally {
      await hasty.close();
    }
  });

  it.each([
    undefined,
    '*/*',
    'application/json',
    'application/graphql-response+json',
    'application/graphql-response+json,application/json;q=0.9',
    'application/json, text/plain, */*',
    'text/html',
  ])('has the same bytes and headers for Accept %s', async (accept) => {
    // A space before the semicolon is what only Apollo Server reads.
    const byApollo = await answered('application/json ; charset=utf-8', accept);
    await answered('application/json', accept);
    expect(await answered('application/json', accept)).toEqual(byApollo);
    expect(await answered('application/json; charset=utf-8', accept)).toEqual(byApollo);
  });
});
