import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/sandbox.js';
import { CampaignPageDocument } from '../../../operations/generated.js';
import { ask } from '../../../support/clients/ask.js';
import { estimateOf } from '../../../support/operations/estimate.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../../support/gateway/gateway-under-test.js';
import { limitOf, runsOf } from '../../../support/property-runs.js';

const now = Date.parse('2026-05-01T10:00:00Z');
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sids: readonly string[];

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, clock: () => now, seed: 'empty' });
  for (let index = 0; index < 130; index += 1)
    sandbox.state.insert({
      name: `Campaign ${String(index)}`,
      audience: 60,
      startsAt: now - 3_600_000 - index * 60_000,
    });
  gateway = await startGatewayOn(sandbox.baseUrl, { CACHE: 'off', MAX_UPSTREAM_CALLS: '100000' }, () => now);
  const { campaigns } = await gateway.data(CampaignPageDocument, { first: 130 });
  sids = campaigns.edges.map(({ node }) => node?.sid ?? '');
});
beforeEach(() => {
  sandbox.calls.splice(0);
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

/** What was asked for, by list: offset and limit of each call. */
function asked(kind: 'campaigns' | 'messages'): string[] {
  return sandbox.calls
    .filter(
      ({ path, query }) => 'limit' in query && path.endsWith('message-details') === (kind === 'messages'),
    )
    .map(({ query }) => `${query['offset'] ?? ''}+${query['limit'] ?? ''}`);
}

async function answered(query: string): Promise<void> {
  const { data, errors } = await ask(gateway, query);
  expect(errors).toBeUndefined();
  expect(data).toBeTruthy();
}

const campaign = (selection: string, index = 0): string =>
  `campaign(sid: "${sids[index] ?? ''}") { ${selection} }`;
const page = (argument: string): string => `messages(${argument}) { totalCount nodes { sid } }`;
const list = (argument: string): string => `campaigns(${argument}) { totalCount nodes { sid } }`;

describe('with CACHE=off only the needed rows are requested', () => {
  it.each<[what: string, query: () => string, campaigns: string[], messages: string[]]>([
    ['a list', () => `{ ${list('first: 20')} }`, ['0+20'], []],
    ['the total alone', () => '{ campaigns(first: 0) { totalCount } }', ['0+1'], []],
    ['a list longer than a call gives', () => `{ ${list('first: 70')} }`, ['0+50', '50+20'], []],
    ['messages of a campaign', () => `{ ${campaign(`name ${page('first: 5')}`)} }`, [], ['0+5']],
    [
      'messages of each of a list',
      () => `{ campaigns(first: 3) { nodes { sid ${page('first: 5')} } } }`,
      ['0+3'],
      ['0+5', '0+5', '0+5'],
    ],
    ['the end of a list', () => `{ ${list('last: 10')} }`, ['0+50', '115+15'], []],
  ])('%s', async (_what, query, campaigns, messages) => {
    await answered(query());
    expect([asked('campaigns'), asked('messages')]).toEqual([campaigns, messages]);
  });

  it('a page after a cursor in one call, even if it spans two windows', async () => {
    const { campaigns } = await gateway.data(CampaignPageDocument, { first: 45 });
    sandbox.calls.splice(0);
    const next = await gateway.data(CampaignPageDocument, {
      first: 20,
      after: campaigns.pageInfo.endCursor ?? null,
    });
    expect(next.campaigns.edges.map(({ node }) => node?.sid)).toEqual(sids.slice(45, 65));
    expect(sandbox.calls).toHaveLength(1);
  });
});

describe('several pages of one list in a request share one call', () => {
  it.each<[what: string, query: () => string, kind: 'campaigns' | 'messages', calls: string[]]>([
    [
      'two pages from the start',
      () => `{ a: ${list('first: 20')} b: ${list('first: 40')} }`,
      'campaigns',
      ['0+40'],
    ],
    [
      'two pages of messages',
      () => `{ ${campaign(`a: ${page('first: 5')} b: ${page('first: 30')}`)} }`,
      'messages',
      ['0+30'],
    ],
    [
      "a page of messages, and a longer one of their campaign's",
      () =>
        `{ ${campaign('messages(first: 2) { nodes { campaign { messages(first: 9) { nodes { sid } } } } }')} }`,
      'messages',
      ['0+9'],
    ],
    [
      'the same campaign in a list and by its sid',
      () => `{ ${campaign(page('first: 3'))} campaigns(first: 1) { nodes { ${page('first: 8')} } } }`,
      'messages',
      ['0+8'],
    ],
    [
      'pages from both ends of what one call gives',
      () => `{ ${campaign(`a: ${page('first: 5')} b: ${page('last: 5')}`)} }`,
      'messages',
      ['0+50', '50+50'],
    ],
  ])('%s', async (_what, query, kind, calls) => {
    await answered(query());
    expect(asked(kind)).toEqual(calls);
  });

  it('a page and the next one in the same window', async () => {
    const { campaigns } = await gateway.data(CampaignPageDocument, { first: 20 });
    sandbox.calls.splice(0);
    await answered(
      `{ a: ${list('first: 20')} b: ${list(`first: 20, after: "${campaigns.pageInfo.endCursor ?? ''}"`)} }`,
    );
    expect(asked('campaigns')).toEqual(['0+50']);
  });
});

describe('upstream calls with CACHE=off', () => {
  const size = fc
    .tuple(fc.constantFrom('first', 'last'), fc.nat(70))
    .map(([end, n]) => `${end}: ${String(n)}`);
  const messages = (below: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.tuple(size, below).map(([of, fields]) => `messages(${of}) { totalCount nodes { sid ${fields} } }`);
  const nested = fc.oneof(
    fc.constantFrom('', 'campaign { sid }', 'campaign { name }'),
    messages(fc.constant('')).map((fields) => `campaign { ${fields} }`),
  );
  const fields = fc
    .array(fc.oneof(fc.constantFrom('name', 'status'), messages(fc.constantFrom('', 'campaign { name }'))), {
      minLength: 1,
      maxLength: 3,
    })
    .map((parts) => parts.map((part, index) => `f${String(index)}: ${part}`).join(' '));
  const root = fc.oneof(
    fc.tuple(fc.nat(129), fields).map(([index, below]) => campaign(below, index)),
    fc.tuple(fc.nat(129), messages(nested)).map(([index, below]) => campaign(below, index)),
    fc
      .tuple(fc.constantFrom('first: 0', 'first: 2', 'last: 3'), fields)
      .map(([of, below]) => `campaigns(${of}) { totalCount nodes { ${below} } }`),
    size.map(list),
  );

  it('never exceed the estimate (property)', () =>
    fc.assert(
      fc.asyncProperty(fc.array(root, { minLength: 1, maxLength: 3 }), async (roots) => {
        const query = `{ ${roots.map((field, index) => `r${String(index)}: ${field}`).join(' ')} }`;
        sandbox.calls.splice(0);
        await answered(query);
        expect(sandbox.calls.length).toBeLessThanOrEqual(estimateOf(query));
      }),
      { numRuns: runsOf(30), ...limitOf(15_000) },
    ));
});
