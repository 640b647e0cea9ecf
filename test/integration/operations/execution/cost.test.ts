import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { print } from 'graphql';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/sandbox.js';
import * as operations from '../../../operations/generated.js';
import { ask } from '../../../support/clients/ask.js';
import { estimateOf } from '../../../support/operations/estimate.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../../support/gateway/gateway-under-test.js';

const now = Date.parse('2026-05-01T10:00:00Z');
const clock = (): number => now;
const dayMs = 86_400_000;
const report = { headers: { 'x-upstream-report': '1' } };
let upstreamNow = now;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sids: readonly string[];

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, clock: () => upstreamNow });
  sids = sandbox.state.campaigns().map(({ sid }) => sid);
  // The newest window has none of the sids: the worst that may come.
  for (let index = 0; index < 60; index += 1) sandbox.state.insert({ startsAt: now + (100 + index) * dayMs });
});
beforeEach(async () => {
  gateway = await startGatewayOn(sandbox.baseUrl, { MAX_UPSTREAM_CALLS: '30' }, clock);
  sandbox.calls.splice(0);
});
afterEach(async () => {
  await gateway.close();
});
afterAll(async () => {
  await sandbox.close();
});

describe('MAX_UPSTREAM_CALLS', () => {
  const lists = (first: number): string =>
    `{ campaigns(first: ${String(first)}) { nodes { sid messages(first: 5) { nodes { sid } } } } }`;

  it('refuses a larger estimate before any call, with estimate and limit', async () => {
    const { data, errors } = await ask(gateway, lists(30));
    expect(data ?? null).toBeNull();
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'QUERY_TOO_EXPENSIVE', estimate: 31, limit: 30 });
    expect(sandbox.calls).toEqual([]);
  });

  it('accepts an estimate equal to the limit', async () => {
    const { data, errors } = await ask<{ campaigns: { nodes: unknown[] } }>(gateway, lists(29));
    expect(errors).toBeUndefined();
    expect(data?.campaigns.nodes.length).toBeGreaterThan(5);
  });

  it('counts page sizes in variables', async () => {
    const query = 'query ($n: Int) { campaigns(first: $n) { nodes { messages { totalCount } } } }';
    const { errors } = await ask(gateway, query, { variables: { n: 200 } });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'QUERY_TOO_EXPENSIVE', estimate: 204 });
  });

  it('refuses an expensive mutation before it is executed', async () => {
    const query = `mutation { pauseCampaign(sid: "${sids[0] ?? ''}") { campaign { messages { nodes {
      campaign { messages(first: 60) { nodes { sid } } } } } } } }`;
    const { errors } = await ask(gateway, query);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'QUERY_TOO_EXPENSIVE' });
    expect(sandbox.calls).toEqual([]);
  });
});

describe('variables do not hide the cost of an operation', () => {
  it('neither the type of an entity nor its sid', async () => {
    const entities = Array.from(
      { length: 90 },
      (_, n) => `{ __typename: $t, sid: "${sids[n % 5] ?? ''}${n}" }`,
    );
    const query = `query ($t: ID) { _entities(representations: [${entities.join(' ')}]) {
      ... on Campaign { messages { totalCount } } } }`;
    for (const t of ['ContactList', 'Campaign', 'Campaign']) {
      sandbox.calls.splice(0);
      const { errors } = await ask(gateway, query, { variables: { t } });
      const code = t === 'Campaign' ? 'QUERY_TOO_EXPENSIVE' : 'BAD_USER_INPUT';
      expect(errors?.[0]?.extensions).toMatchObject({ code });
      expect(sandbox.calls).toEqual([]);
    }
  });

  it('nor a sid that appears twice', async () => {
    const many = Array.from({ length: 30 }, (_, n) => n);
    const query = `query (${many.map((n) => `$s${n}: ID!`).join(' ')}) {
      ${many.map((n) => `c${n}: campaign(sid: $s${n}) { name }`).join(' ')} }`;
    const variables = (sid: (n: number) => string) => Object.fromEntries(many.map((n) => [`s${n}`, sid(n)]));
    const one = await ask(gateway, query, { variables: variables(() => sids[0] ?? '') });
    expect(one.errors).toBeUndefined();
    sandbox.calls.splice(0);
    const all = await ask(gateway, query, { variables: variables((n) => sids[n] ?? '') });
    expect(all.errors?.[0]?.extensions).toMatchObject({ code: 'QUERY_TOO_EXPENSIVE', estimate: 31 });
    expect(sandbox.calls).toEqual([]);
  });
});

describe('extensions.upstream', () => {
  const query = (): string =>
    `{ campaign(sid: "${sids[0] ?? ''}") { name messages(first: 5) { totalCount } } }`;

  it('has the calls of a request without cache entries', async () => {
    const { extensions } = await ask(gateway, query(), report);
    expect(extensions?.upstream).toEqual({ calls: 2, fromCache: 0, shared: 0, budgetLeft: null });
    expect(sandbox.calls).toHaveLength(2);
  });

  it('has the reads from the cache', async () => {
    await ask(gateway, query());
    const { extensions } = await ask(gateway, query(), report);
    expect(extensions?.upstream).toEqual({ calls: 0, fromCache: 2, shared: 0, budgetLeft: null });
  });

  it('has the reads that two concurrent requests share', async () => {
    const slow = await startSandbox({
      ...credentials,
      clock,
      faults: () => ({ kind: 'delay', delayMs: 200 }),
    });
    const inFront = await startGatewayOn(slow.baseUrl, {}, clock);
    try {
      const answers = await Promise.all([ask(inFront, query(), report), ask(inFront, query(), report)]);
      const costs = answers.map(({ extensions }) => extensions?.upstream);
      const sum = (key: 'calls' | 'shared'): number =>
        costs.reduce((all, cost) => all + (cost?.[key] ?? NaN), 0);
      expect([sum('calls'), sum('shared'), slow.calls.length]).toEqual([2, 2, 2]);
    } finally {
      await inFront.close();
      await slow.close();
    }
  });

  it('has the calls left in the rate limit (budgetLeft)', async () => {
    const limited = await startGatewayOn(sandbox.baseUrl, { EXOTEL_RATE_LIMIT: '30' }, clock);
    const { extensions } = await ask(limited, query(), report);
    await limited.close();
    expect(extensions?.upstream).toMatchObject({ calls: 2, budgetLeft: 28 });
  });

  it('is missing without X-Upstream-Report', async () => {
    expect(await ask(gateway, query())).not.toHaveProperty('extensions');
    expect(await ask(gateway, query(), { headers: { 'x-upstream-report': '0' } })).not.toHaveProperty(
      'extensions',
    );
  });
});

const shapes: readonly (readonly [what: string, make: () => string])[] = [
  ['one campaign', () => `{ campaign(sid: "${sids[0] ?? ''}") { name } }`],
  ['two campaigns', () => bySids(2, 'name')],
  ['30 campaigns by their sids', () => bySids(29, 'name')],
  ['eight with messages alone', () => bySids(8, 'messages { totalCount }')],
  ['eight with details and messages', () => bySids(8, 'name messages { totalCount }')],
  [
    "eight with their messages' campaign",
    () => bySids(8, 'messages(first: 3) { nodes { campaign { name } } }'),
  ],
  [
    'some with details, some without',
    () => `{ ${aliased(0, 4, 'name')} ${aliased(4, 8, 'messages { nodes { campaign { name } } }')} }`,
  ],
  ['200 campaigns', () => '{ campaigns(first: 200) { totalCount nodes { name } } }'],
  ['the last 30', () => '{ campaigns(last: 30) { nodes { name } } }'],
  [
    'the same list in two orders',
    () =>
      '{ a: campaigns { totalCount } b: campaigns(orderBy: { field: NAME, direction: ASC }) { nodes { name } } }',
  ],
  [
    'a list with two pages of messages each',
    () =>
      '{ campaigns(first: 12) { nodes { a: messages(first: 3) { totalCount } b: messages(first: 60) { totalCount } } } }',
  ],
  [
    'the last messages',
    () => `{ campaign(sid: "${sids.at(-1) ?? ''}") { name messages(last: 100) { totalCount } } }`,
  ],
  ['a list and sids together', () => `{ campaigns(first: 3) { nodes { name } } ${aliased(0, 5, 'name')} }`],
];

function aliased(from: number, to: number, selection: string): string {
  return sids
    .slice(from, to)
    .map((sid, index) => `c${String(from + index)}: campaign(sid: "${sid}") { ${selection} }`)
    .join(' ');
}

function bySids(count: number, selection: string): string {
  return `{ ${aliased(0, count, selection)} }`;
}

describe.each(['on', 'off'])('upstream calls never exceed the estimate, with CACHE=%s', (cache) => {
  let cold: GatewayUnderTest;
  let later = now;

  beforeAll(async () => {
    const limits = { CACHE: cache, MAX_UPSTREAM_CALLS: '1000' };
    cold = await startGatewayOn(sandbox.baseUrl, limits, () => later);
  });
  afterAll(() => cold.close());

  async function check(query: string, variables: Record<string, unknown> = {}): Promise<void> {
    later += 3 * dayMs; // whatever was read is too old
    sandbox.calls.splice(0);
    // An answer to a create whose clock is days off does not prove the campaign, and costs a read.
    if (query.includes('createCampaign')) upstreamNow = later;
    const { data } = await ask(cold, query, { variables });
    upstreamNow = now;
    expect(data).toBeTruthy();
    expect(sandbox.calls.length).toBeLessThanOrEqual(estimateOf(query, variables));
  }

  it.each(shapes)('%s', (_what, make) => check(make()));

  it('messages of an unknown sid', () =>
    check('{ campaign(sid: "0123456789abcdef") { messages { totalCount } } }'));

  it.each(Object.keys(operations).filter((name) => name.endsWith('Document')))('%s', async (name) => {
    const document = operations[name as keyof typeof operations];
    const input = name === 'UpdateDocument' ? { name: 'Another name' } : create;
    await check(print(document), { sid: sids[0], first: 20, messages: 5, input });
  });
});

const create: operations.CreateCampaignInput = {
  contentType: 'DYNAMIC',
  lists: ['f2284e77ea5a4224911251b08f861af2'],
  dltEntityId: '1101428740000012125',
  dltTemplateId: '1107159950325048979',
  senderId: 'EXOTEL',
  smsType: 'TRANSACTIONAL',
  template: 'A text',
};
