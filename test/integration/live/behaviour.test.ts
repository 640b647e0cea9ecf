import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { HeldTimers } from '../../support/gateway/held-timers.js';
import { inSeconds, type Issuer, sign, startIssuer } from '../../support/clients/issuer.js';
import { scrape } from '../../support/gateway/scraping.js';
import { until } from '../../support/clients/subscribing.js';
import {
  CallbackRouter,
  type Protocol,
  type Watched,
  watch,
  type Way,
  ways,
} from '../../support/clients/ways.js';

type Cells = readonly [json: string, sse: string, multipart: string, webSocket: string, callback: string];
const columns: readonly Protocol[] = ['JSON', 'SSE', 'multipart', 'WebSocket', 'callback'];

/** A refusal before anything is read from the upstream, in the words of each protocol. */
const refused = (code: string): Cells => [
  `status 400 ${code}`,
  `\`next\` ${code}, \`complete\``,
  `\`payload: null\` ${code}, last boundary`,
  `\`error\` ${code}`,
  `status 400 ${code}`,
];
/** No subscription over JSON. */
const none = 'status 400 BAD_REQUEST';
/** The refusal of a valid subscription; for graphql-ws, it has begun by then. */
const notOpened = (code: string, status = 400): Cells => {
  const [, sse, multipart] = refused(code);
  return [none, sse, multipart, sse, `status ${status} ${code}`];
};

/** The table of docs/live.md: what a client sees over each protocol. */
const table = {
  'a query': [
    'status 200 data',
    '`next` data, `complete`',
    '`payload` data, last boundary',
    '`next` data, `complete`',
    'status 200 data',
  ],
  'a mutation by GET': [
    'status 405 BAD_REQUEST',
    'status 405 BAD_REQUEST',
    'status 405 BAD_REQUEST',
    '–',
    '–',
  ],
  'an event': [none, '`next` data', '`payload` data', '`next` data', 'status 200, `next` data'],
  'an event with an error': [
    none,
    '`next` data and UPSTREAM_UNAVAILABLE',
    '`payload` data and UPSTREAM_UNAVAILABLE',
    '`next` data and UPSTREAM_UNAVAILABLE',
    'status 200, `next` data and UPSTREAM_UNAVAILABLE',
  ],
  'no credentials': [
    'status 401 UNAUTHENTICATED',
    'status 401 UNAUTHENTICATED',
    'status 401 UNAUTHENTICATED',
    'closed 4401',
    'status 401 UNAUTHENTICATED',
  ],
  'too many requests': [
    'status 429 TOO_MANY_REQUESTS',
    'status 429 TOO_MANY_REQUESTS',
    'status 429 TOO_MANY_REQUESTS',
    '`error` TOO_MANY_REQUESTS',
    'status 429 TOO_MANY_REQUESTS',
  ],
  'an invalid document': refused('GRAPHQL_VALIDATION_FAILED'),
  'a query without its scope': [
    'status 200 data and FORBIDDEN',
    '`next` data and FORBIDDEN, `complete`',
    '`payload` data and FORBIDDEN, last boundary',
    '`next` data and FORBIDDEN, `complete`',
    'status 200 data and FORBIDDEN',
  ],
  'a subscription without its scope': notOpened('FORBIDDEN'),
  'too many upstream calls': refused('QUERY_TOO_EXPENSIVE'),
  'too deep': refused('QUERY_TOO_LARGE'),
  'too many subscriptions': notOpened('TOO_MANY_SUBSCRIPTIONS'),
  'an unknown sid': notOpened('BAD_USER_INPUT'),
  'a campaign that the upstream fails to show': notOpened('UPSTREAM_UNAVAILABLE', 503),
  'a campaign that is deleted': [
    '–',
    '`next` data, `next` NOT_FOUND, `complete`',
    '`payload` data, `payload: null` NOT_FOUND, last boundary',
    '`next` data, `next` NOT_FOUND, `complete`',
    'status 200, `next` data, `next` NOT_FOUND, `complete`',
  ],
  'credentials end': [
    '–',
    '`next` data, `complete`',
    '`payload` data, `payload: null` UNAUTHENTICATED, last boundary',
    '`next` data, closed 4403',
    'status 200, `next` data, `complete` UNAUTHENTICATED',
  ],
  'the gateway stops': [
    '–',
    '`next` data, `retry: 1000`, closed',
    '`payload` data, `payload: null` SHUTTING_DOWN, last boundary',
    '`next` data, closed 1001',
    'status 200, `next` data, `complete`',
  ],
  'heartbeat in 15 s': ['–', 'a comment', '`{}`', 'a ping', '`check`, as often as the router asks'],
  'the client leaves': ['–', 'freed', 'freed', 'freed', 'freed at the next message'],
  'a slow reader': ['–', 'newest state', 'newest state', 'newest state', 'newest state'],
} as const satisfies Readonly<Record<string, Cells>>;
type Row = keyof typeof table;

let issuer: Issuer;
let router: CallbackRouter;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let messagesFault: Fault | undefined;
let campaignsFault: Fault | undefined;
let sid: string;
let shiftMs = 0;
let callers = 0;

beforeAll(async () => {
  issuer = await startIssuer();
  router = new CallbackRouter();
  await router.start();
  ({ sandbox, gateway } = await start(() => Date.now() + shiftMs));
});
beforeEach(() => {
  messagesFault = undefined;
  campaignsFault = undefined;
  ({ sid } = sandbox.state.insert({
    status: 'in-progress',
    audience: 3,
    template: 't'.repeat(20_000),
  }));
  sandbox.calls.splice(0);
});
afterAll(async () => {
  await issuer.close();
  await router.close();
});

const requestsPerMinute = 6;
function start(now: () => number) {
  return setup({
    sandbox: {
      clock: () => 0,
      faults: ({ path }) => (path.endsWith('/message-details') ? messagesFault : campaignsFault),
    },
    gateway: {
      now,
      environment: {
        ...issuer.environment,
        SUBSCRIPTION_CALLBACK_ORIGINS: router.origin,
        MAX_UPSTREAM_CALLS: '3',
        MAX_SUBSCRIPTIONS_PER_CALLER: '1',
        MAX_REQUESTS_PER_MINUTE: String(requestsPerMinute),
      },
    },
  });
}

/** Credentials of a caller that no other test has. */
async function caller(claims: Readonly<Record<string, unknown>> = {}) {
  callers += 1;
  const token = await sign(issuer.key, { sub: `caller ${callers}`, exp: inSeconds(3600), ...claims });
  return { authorization: `Bearer ${token}` };
}

type Headers = Awaited<ReturnType<typeof caller>>;
const at = () => ({ url: gateway.url, router });
const toCampaign = (selection = 'status', of = sid): string =>
  `subscription { campaignUpdated(sid: "${of}", sendCurrent: true) { ${selection} } }`;
const cellOf = (row: Row, { protocol }: Way): string => table[row][columns.indexOf(protocol)] ?? '';
const nameOf = ({ protocol, method, path = '' }: Way): string =>
  [protocol, method, path].filter(Boolean).join(' ');

/** Waits until this was seen, and nothing else. */
async function expectSeen({ seen }: Watched, expected: string): Promise<void> {
  await until(() => seen.length >= expected.split(', ').length).catch(() => undefined);
  await new Promise(setImmediate);
  expect(seen.join(', ')).toBe(expected);
}

/** Sends an operation over a way, and expects what the table says. */
async function expectRow(row: Row, way: Way, query: string, headers?: Headers): Promise<Watched> {
  const watched = await watch(at(), way, query, headers ?? (await caller()));
  await expectSeen(watched, cellOf(row, way));
  return watched;
}

/** Subscribes over every way that has subscriptions, once each. */
async function subscribeAll(claims?: Readonly<Record<string, unknown>>, selection?: string) {
  const live = ways.filter(({ protocol }) => protocol !== 'JSON');
  return Promise.all(
    live.map(async (way) => ({
      way,
      watched: await watch(at(), way, toCampaign(selection), await caller(claims)),
    })),
  );
}

/** The gateway sees a change, by a read. */
async function change(status: 'paused' | 'in-progress' | 'completed', headers: Headers): Promise<void> {
  sandbox.state.setStatus(sid, status);
  const { errors } = await ask(gateway, `{ campaign(sid: "${sid}") { status } }`, {
    headers: { 'cache-control': 'no-cache', ...headers },
  });
  expect(errors).toBeUndefined();
}

const readOnly = { scope: 'messages:read' };
const refusals: readonly [row: Row, query: () => string, headers?: () => Promise<Headers>][] = [
  ['an invalid document', () => 'subscription { nope }'],
  [
    'too many upstream calls',
    () =>
      `{ campaign(sid: "a") { ${[1, 2, 3, 4].map((n) => `m${n}: messages(first: ${n}) { totalCount }`).join(' ')} } }`,
  ],
  [
    'too deep',
    () => `{ campaign(sid: "a") { ${'messages { nodes { campaign { '.repeat(5)} sid ${'} } }'.repeat(5)} } }`,
  ],
  ['a subscription without its scope', toCampaign, () => caller(readOnly)],
  ['a query without its scope', () => `{ campaign(sid: "${sid}") { name } }`, () => caller(readOnly)],
  ['no credentials', toCampaign, () => Promise.resolve({ authorization: '' })],
];

describe.each(ways.map((way) => [nameOf(way), way] as const))('over %s', (_name, way) => {
  it('a query is one result', async () => {
    const { data } = await expectRow('a query', way, `{ campaign(sid: "${sid}") { status } }`);
    expect(data).toEqual([{ campaign: { status: 'IN_PROGRESS' } }]);
    expect(sandbox.calls).toHaveLength(1);
  });

  it.each(refusals.map(([row, query, headers]) => ({ row, query, headers })))(
    '$row is refused without an upstream call',
    async ({ row, query, headers }) => {
      await expectRow(row, way, query(), await headers?.());
      expect(sandbox.calls).toEqual([]);
    },
  );

  it('a mutation by GET is refused', async () => {
    if (way.method !== 'GET') return;
    await expectRow(
      'a mutation by GET',
      way,
      `mutation { pauseCampaign(sid: "${sid}") { userErrors { code } } }`,
    );
    expect(sandbox.calls).toEqual([]);
  });

  it('an event is a result, and one with an error is one too', async () => {
    await expectRow('an event', way, toCampaign());
    messagesFault = { kind: 'html' };
    await expectRow('an event with an error', way, toCampaign('status messages { totalCount }'));
  });

  it('an unknown sid is refused', async () => {
    await expectRow('an unknown sid', way, toCampaign('status', 'unknown'));
  });

  it('a campaign that the upstream fails to show is refused', async () => {
    campaignsFault = { kind: 'html' };
    await expectRow('a campaign that the upstream fails to show', way, toCampaign());
  });

  it('one more request or subscription than allowed is refused', async () => {
    const [many, one] = [await caller(), await caller()];
    for (let count = 0; count < requestsPerMinute; count += 1)
      await ask(gateway, '{ __typename }', { headers: many });
    await expectRow('too many requests', way, toCampaign(), many);
    await watch(at(), { protocol: 'SSE' }, toCampaign(), one);
    const calls = sandbox.calls.length;
    await expectRow('too many subscriptions', way, toCampaign(), one);
    expect(sandbox.calls).toHaveLength(calls);
  });
});

it('a campaign that is deleted ends its subscriptions with NOT_FOUND', async () => {
  const all = await subscribeAll();
  for (const { way, watched } of all) await expectSeen(watched, cellOf('an event', way));
  sandbox.state.remove(sid);
  for (let time = 0; time < 2; time += 1) {
    sandbox.calls.splice(0);
    shiftMs += 6001;
    const { sid: other } = sandbox.state.insert({ status: 'archived', audience: 1 });
    await watch(at(), { protocol: 'SSE' }, toCampaign('status', other), await caller()); // the gateway looks at its clock
    await until(() => sandbox.calls.some(({ path, status }) => path.includes(sid) && status === 404));
  }
  for (const { way, watched } of all) await expectSeen(watched, cellOf('a campaign that is deleted', way));
});

it('a slow reader gets the newest state, and delays nobody', async () => {
  const long = Array.from({ length: 40 }, (_, index) => `t${index}: template`).join(' ');
  const all = await subscribeAll({}, `status ${long}`);
  const fast = await watch(at(), { protocol: 'SSE' }, toCampaign(), await caller());
  for (const { watched } of all) await until(() => watched.data.length === 1);
  for (const { watched } of all) watched.pause();
  const changes = 25; // of 800 kB each: more than the buffers of a connection hold
  for (let count = 0; count < changes; count += 1) {
    const status = count === changes - 1 ? 'completed' : count % 2 === 0 ? 'paused' : 'in-progress';
    await change(status, await caller());
    await until(() => fast.data.length === count + 2);
  }
  for (const { watched } of all) watched.pause(false);
  for (const { way, watched } of all) {
    const statuses = () =>
      watched.data.map((data) => (data as { campaignUpdated: { status: string } }).campaignUpdated.status);
    await until(() => statuses().at(-1) === 'COMPLETED', 60_000, nameOf(way));
    expect([nameOf(way), watched.data.length < changes]).toEqual([nameOf(way), true]);
  }
});

it('the resources of a client that leaves are freed', async () => {
  const open = async () => (await scrape(gateway)).value('campaign_gateway_subscriptions_open') ?? 0;
  await until(async () => (await open()) === 0);
  const all = await subscribeAll();
  expect(await open()).toBe(all.length);
  for (const { watched } of all) watched.leave();
  await change('paused', await caller());
  await until(async () => (await open()) === 0);
});

it('every stream has a heartbeat in 15 s, and ends with the credentials of its caller', async () => {
  const time = new HeldTimers();
  const shared = { sandbox, gateway };
  try {
    ({ sandbox, gateway } = await start(time.now));
    ({ sid } = sandbox.state.insert({ status: 'in-progress', audience: 3 }));
    const all = await subscribeAll({ exp: inSeconds(40) });
    for (const { way, watched } of all) {
      await expectSeen(watched, cellOf('an event', way));
      watched.heartbeats = 0;
    }
    await time.pass(15_000);
    for (const { way, watched } of all) await until(() => watched.heartbeats > 0, 5000, nameOf(way));
    await time.pass(30_000);
    for (const { way, watched } of all) await expectSeen(watched, cellOf('credentials end', way));
  } finally {
    time.release();
    ({ sandbox, gateway } = shared);
  }
});

it('a gateway that stops ends every stream, so that its client subscribes again', async () => {
  const shared = { sandbox, gateway };
  try {
    ({ sandbox, gateway } = await start(Date.now));
    ({ sid } = sandbox.state.insert({ status: 'in-progress', audience: 3 }));
    const all = await subscribeAll();
    for (const { way, watched } of all) await expectSeen(watched, cellOf('an event', way));
    await gateway.close();
    for (const { way, watched } of all) await expectSeen(watched, cellOf('the gateway stops', way));
  } finally {
    ({ sandbox, gateway } = shared);
  }
});

it('docs/live.md has this table; UPDATE_DOCS=1 npm test -- test/integration/live/behaviour.test.ts writes it', () => {
  const page = readFileSync('docs/live.md', 'utf8');
  const lines = Object.entries(table).map(([row, cells]) => `| ${[row, ...cells].join(' | ')} |`);
  const head = `| | ${columns.join(' | ')} |\n|---|${'---|'.repeat(columns.length)}\n`;
  const [begin, end] = ['<!-- behaviour of transports -->\n', '<!-- end -->'];
  const [from, to] = [page.indexOf(begin) + begin.length, page.indexOf(end)];
  const written = `${page.slice(0, from)}${head}${lines.join('\n')}\n${page.slice(to)}`;
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync('docs/live.md', written);
  else expect(page).toBe(written);
});
