import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
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
  sandbox = await startSandbox({ ...credentials });
  gateway = await startGatewayOn(sandbox.baseUrl, { LOG_LEVEL: 'error' });
});
beforeEach(() => {
  sandbox.calls.splice(0);
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

async function send(query: string, variables: object = {}) {
  const answer = await request(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return { status: answer.statusCode, body: await answer.body.json() };
}

const paused = (count: number): string[] => Array.from({ length: count }, () => 'PAUSED');
const literal = (count: number): string => `[${paused(count).join(' ')}]`;
const input = (lists: unknown) => ({
  contentType: 'STATIC',
  lists,
  dltEntityId: '1',
  dltTemplateId: '1',
  senderId: 'ABCDEF',
  smsType: 'TRANSACTIONAL',
  template: 'text',
});
const sids = Array.from({ length: 201 }, (_, index) => `list${index}`);

describe('a list of more than 200 items is refused before it is coerced, and the error names its argument', () => {
  it.each<readonly [where: string, argument: string, query: string, variables?: object]>([
    [
      'a variable for a list',
      'filter.status',
      'query ($s: [CampaignStatus!]) { campaigns(filter: {status: $s}) { totalCount } }',
      { s: paused(201) },
    ],
    [
      'a variable for the object around it',
      'filter.status',
      'query ($f: CampaignFilter) { campaigns(filter: $f) { totalCount } }',
      { f: { status: paused(201) } },
    ],
    [
      'a variable in a fragment',
      'filter.status',
      'query ($f: CampaignFilter!) { ...F } fragment F on Query { a: campaigns(filter: $f) { totalCount } }',
      { f: { status: paused(201) } },
    ],
    [
      'items of another type',
      'filter.status',
      'query ($s: [CampaignStatus!]) { campaigns(filter: {status: $s}) { totalCount } }',
      { s: Array.from({ length: 80_000 }, () => 1) },
    ],
    ['a literal', 'filter.status', `{ campaigns(filter: {status: ${literal(201)}}) { totalCount } }`],
    [
      'a literal in a fragment',
      'filter.status',
      `{ ...F } fragment F on Query { campaigns(filter: {status: ${literal(201)}}) { totalCount } }`,
    ],
    [
      'the default of a variable',
      's',
      `query ($s: [CampaignStatus!] = ${literal(201)}) { campaigns(filter: {status: $s}) { totalCount } }`,
    ],
    [
      'a create',
      'input.lists',
      'mutation ($i: CreateCampaignInput!) { createCampaign(input: $i) { campaign { sid } } }',
      { i: input(sids) },
    ],
    [
      'a create whose input is a literal',
      'input.lists',
      `mutation ($l: [ID!]!) { createCampaign(input: {contentType: STATIC, lists: $l, dltEntityId: "1", dltTemplateId: "1", senderId: "A", smsType: TRANSACTIONAL, template: "t"}) { campaign { sid } } }`,
      { l: sids },
    ],
    [
      'a validation',
      'input.lists',
      'query ($i: CreateCampaignInput!) { validateCampaign(input: $i) { __typename } }',
      { i: input(sids) },
    ],
    [
      'an update',
      'input.lists',
      'mutation ($i: UpdateCampaignInput!) { updateCampaign(sid: "a", input: $i) { campaign { sid } } }',
      { i: { lists: sids } },
    ],
  ])('%s', async (...[, argument, query, variables]) => {
    const { status, body } = await send(query, variables);
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        errors: [
          {
            message: `Argument "${argument}" must have at most 200 items.`,
            extensions: { argument, code: 'BAD_USER_INPUT' },
          },
        ],
      },
    });
    expect(sandbox.calls).toEqual([]);
  });
});

it('a list of 200 items is accepted, as a variable and as a literal', async () => {
  const query = 'query ($s: [CampaignStatus!]) { campaigns(filter: {status: $s}) { totalCount } }';
  expect((await send(query, { s: paused(200) })).body).not.toHaveProperty('errors');
  const inline = `{ campaigns(filter: {status: ${literal(200)}}) { totalCount } }`;
  expect((await send(inline)).body).not.toHaveProperty('errors');
});

it("a router's representations are bounded by the values of the answer, not by these 200", async () => {
  const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Campaign { sid } } }';
  const r = sids.map((sid) => ({ __typename: 'Campaign', sid }));
  expect(await send(query, { r })).toEqual({
    status: 200,
    body: { data: { _entities: sids.map((sid) => ({ sid })) } },
  });
  const inline = sids.map((sid) => `{__typename: "Campaign", sid: "${sid}"}`).join(' ');
  const literals = `{ _entities(representations: [${inline}]) { ... on Campaign { sid } } }`;
  expect((await send(literals)).status).toBe(200);
});

describe('a variable of the largest size is handled once, not once for each of 100 aliases', () => {
  /** CPU time of the quickest of several requests, in microseconds; the first one prepares the document. */
  async function cost(query: string, variables: object): Promise<number> {
    const costs: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      const before = process.cpuUsage();
      await send(query, variables);
      const { user, system } = process.cpuUsage(before);
      costs.push(user + system);
    }
    return Math.min(...costs);
  }

  const status = 'campaigns(filter: {status: $v}) { totalCount }';
  const validate = 'validateCampaign(input: $v) { __typename }';
  it.each<readonly [what: string, type: string, field: string, value: unknown]>([
    ['a list of statuses', '[CampaignStatus!]', status, paused(28_000)],
    ['a list whose last item is refused', '[CampaignStatus!]', status, [...paused(28_000), 'UNKNOWN']],
    ['a filter', 'CampaignFilter', 'campaigns(filter: $v) { totalCount }', { status: paused(28_000) }],
    ['lists of an input', 'CreateCampaignInput!', validate, input(Array.from({ length: 60_000 }, () => ''))],
    [
      'a blank template',
      'CreateCampaignInput!',
      validate,
      { ...input(['a']), template: ' '.repeat(250_000) },
    ],
  ])('%s', async (_what, type, field, value) => {
    const aliases = Array.from({ length: 100 }, (_, index) => `a${index}: ${field}`).join(' ');
    const one = await cost(`query ($v: ${type}) { ${field} }`, { v: value });
    const hundred = await cost(`query ($v: ${type}) { ${aliases} }`, { v: value });
    expect(hundred / one).toBeLessThan(25); // the aliases cost something themselves; handled for each, it would be 100
  });
});
