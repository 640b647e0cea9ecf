import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { change } from '../../support/writing/creating.js';
import { setup } from '../../support/gateway/setup.js';
import { type ClientAnswer, type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { PartReader } from '../../support/clients/multipart.js';
import { type RouterUnderTest, startRouter } from '../../support/clients/router.js';
import { until } from '../../support/clients/subscribing.js';

const app = 'https://app.example.com';
const multipart = 'multipart/mixed;subscriptionSpec="1.0"';
const events = 'text/event-stream';
const proof = { 'apollo-require-preflight': '1' };

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let router: RouterUnderTest;
let sid: string;
let open: Agent;

beforeAll(async () => {
  router = await startRouter();
  ({ sandbox, gateway } = await setup({
    sandbox: { clock: () => 0 },
    gateway: { environment: { CORS_ORIGINS: app, SUBSCRIPTION_CALLBACK_ORIGINS: router.origin } },
  }));
});
beforeEach(() => {
  open = new Agent();
  ({ sid } = sandbox.state.insert({ name: 'One', status: 'in-progress', audience: 3 }));
  sandbox.calls.splice(0);
});
afterEach(() => open.destroy());
afterAll(async () => {
  await router.close();
});

type Headers = Readonly<Record<string, string>>;

async function post(body: object, headers: Headers) {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } } as const;
  const answer = await request(`${gateway.url}/graphql`, {
    ...init,
    dispatcher: open,
    body: JSON.stringify(body),
  });
  return { status: answer.statusCode, type: String(answer.headers['content-type']), ...answer };
}

async function get(query: string, headers: Headers) {
  const url = `${gateway.url}/graphql?query=${encodeURIComponent(query)}`;
  const answer = await request(url, { dispatcher: open, headers });
  return { status: answer.statusCode, type: String(answer.headers['content-type']), ...answer };
}

const query = (): string => `{ campaign(sid: "${sid}") { name } }`;
const subscription = (field = 'name'): string =>
  `subscription { campaignUpdated(sid: "${sid}", sendCurrent: true) { ${field} } }`;
const types = {
  sse: 'text/event-stream; charset=utf-8',
  multipart: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
};

describe('a subscription is answered by the stream that the client ranks highest', () => {
  it.each<[keyof typeof types, string]>([
    ['multipart', `${multipart}, ${events}`],
    ['multipart', `${multipart}, application/json`],
    [
      'multipart',
      'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json,application/json;q=0.9',
    ],
    ['sse', `${events}, multipart/mixed`],
    ['sse', `application/json, ${events}, ${multipart}`],
    ['sse', `${multipart};q=0.1, ${events}`],
  ])('%s: %s', async (format, accept) => {
    const answers = [
      await post({ query: subscription() }, { accept }),
      await get(subscription(), { accept, ...proof }),
    ];
    for (const { status, type, headers, body } of answers) {
      expect([status, type, headers['x-accel-buffering']]).toEqual([200, types[format], 'no']);
      for await (const text of body.setEncoding('utf8') as AsyncIterable<string>)
        if (text.includes('"One"')) break;
    }
    expect(sandbox.calls.filter(({ path }) => path.includes(sid)).length).toBeLessThanOrEqual(1);
  });
});

describe('a query and a refusal are answered by', () => {
  const json = 'application/json; charset=utf-8';
  it.each([
    ['JSON', `application/json, ${events}`, json],
    ['JSON', `${events}, ${multipart}, application/json`, json],
    [
      'JSON',
      `application/graphql-response+json;q=0.1, ${multipart}`,
      `application/graphql-response+json; charset=utf-8`,
    ],
    ['JSON', '*/*', json],
    ['an event', events, types.sse],
    ['a part', multipart, types.multipart],
    ['a part', `${multipart}, ${events}, application/json;q=0`, types.multipart],
  ])('%s: %s', async (what, accept, type) => {
    const answers = [await post({ query: query() }, { accept }), await get(query(), { accept, ...proof })];
    for (const answer of answers) {
      expect([answer.status, answer.type]).toEqual([200, type]);
      expect(await answer.body.text()).toContain('{"data":{"campaign":{"name":"One"}}');
    }
    const unknown = 'subscription { campaignUpdated(sid: "unknown") { sid } }';
    for (const refused of ['subscription { nope }', 'subscription {', unknown]) {
      if (accept === '*/*') continue; // no subscription at all
      const answer = await post({ query: refused }, { accept });
      expect([answer.status, answer.type]).toEqual([what === 'JSON' ? 400 : 200, type]);
      expect(await answer.body.text()).toMatch(
        /GRAPHQL_VALIDATION_FAILED|GRAPHQL_PARSE_FAILED|BAD_USER_INPUT/,
      );
    }
  });

  it('the same format at each repetition, also while JSON is in the response cache', async () => {
    const once = `{ campaign(sid: "${sid}") { name status } }`;
    for (const accept of ['application/json', events, multipart, 'application/json', multipart, events]) {
      const { type } = await post({ query: once }, { accept });
      expect(type).toBe(
        { [events]: types.sse, [multipart]: types.multipart }[accept] ?? 'application/json; charset=utf-8',
      );
    }
  });
});

describe('the bytes of', () => {
  it('an event stream are those of graphql-sse', async () => {
    const { body } = await post({ query: query() }, { accept: events });
    expect(await body.text()).toBe(
      ':\n\nevent: next\ndata: {"data":{"campaign":{"name":"One"}}}\n\nevent: complete\ndata:\n\n',
    );
  });

  it('parts are those of Apollo’s protocol', async () => {
    const head = '\r\ncontent-type: application/json\r\n\r\n';
    const { body } = await post({ query: query() }, { accept: multipart });
    expect(await body.text()).toBe(
      `\r\n--graphql${head}{}\r\n--graphql${head}{"payload":{"data":{"campaign":{"name":"One"}}}}\r\n--graphql--\r\n`,
    );
  });

  it('a refusal are a fatal error in the last part, without locations', async () => {
    const { status, body } = await post({ query: 'subscription { nope }' }, { accept: multipart });
    const reader = new PartReader();
    const parts = reader.read(await body.text());
    expect([status, reader.hasEnded]).toEqual([200, true]);
    expect(parts).toEqual([
      {},
      {
        payload: null,
        errors: [
          { message: expect.stringContaining('nope'), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
        ],
      },
    ]);
    expect(sandbox.calls).toEqual([]);
  });
});

it('a text may contain the boundary, also for clients that look for it everywhere', async () => {
  const name = '\r\n--graphql--\r\n--graphql \\--graphql"--graphql';
  ({ sid } = sandbox.state.insert({ name, status: 'in-progress', audience: 3 }));
  const { body } = await post({ query: query() }, { accept: multipart });
  const text = await body.text();
  expect(text.split('--graphql')).toHaveLength(4);
  const [, part] = new PartReader().read(text);
  expect(part).toEqual({ payload: { data: { campaign: { name } } } });
});

it('parts are whole as soon as they are sent: the next boundary does not wait for the next event', async () => {
  const { body } = await post({ query: subscription('status') }, { accept: multipart });
  const reader = new PartReader();
  const statuses: unknown[] = [];
  body.setEncoding('utf8').on('data', (text: string) => {
    for (const { payload } of reader.read(text))
      if (payload)
        statuses.push((payload.data as { campaignUpdated: { status: string } }).campaignUpdated.status);
  });
  body.on('error', () => undefined);
  await until(() => statuses.length === 1);
  await change(gateway, 'pause', sid);
  await until(() => statuses.length === 2);
  expect(statuses).toEqual(['IN_PROGRESS', 'PAUSED']);
});

describe('refused with an error that names what to accept', () => {
  it.each([
    ['a subscription without a stream', 400, 'application/json'],
    ['a subscription of a client that accepts anything', 400, '*/*'],
    ['a subscription of a client that accepts no type', 406, 'text/html'],
    ['parts of an unknown protocol', 406, 'multipart/mixed'],
    ['parts of another version', 406, 'multipart/mixed;subscriptionSpec="2.0"'],
  ])('%s: %i', async (_what, status, accept) => {
    for (const answer of [
      await post({ query: subscription() }, { accept }),
      await get(subscription(), { accept, ...proof }),
    ]) {
      const { errors } = (await answer.body.json()) as ClientAnswer<unknown>;
      expect([answer.status, errors?.[0]?.extensions?.code]).toEqual([status, 'BAD_REQUEST']);
      expect(errors?.[0]?.message).toMatch(/text\/event-stream.*multipart\/mixed;subscriptionSpec=1\.0/);
    }
    expect(sandbox.calls).toEqual([]);
  });
});

describe.each([
  ['events', events],
  ['parts', multipart],
])('over %s', (_what, accept) => {
  it.each<[string, number, 'GET' | 'POST', Headers]>([
    ['a POST of an allowed page', 200, 'POST', { origin: app }],
    ['a POST of another page', 403, 'POST', { origin: 'https://evil.example' }],
    ['a POST of a hidden page', 403, 'POST', { origin: 'null' }],
    ['an EventSource of an allowed page', 200, 'GET', { origin: app, 'sec-fetch-site': 'cross-site' }],
    ['an EventSource of the gateway’s page', 200, 'GET', { 'sec-fetch-site': 'same-origin' }],
    [
      'an EventSource of another page',
      403,
      'GET',
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    ],
    ['an EventSource of another page, proved', 403, 'GET', { origin: 'https://evil.example', ...proof }],
    ['a link', 400, 'GET', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
    ['a GET without a proof', 400, 'GET', {}],
    ['a GET of a program', 200, 'GET', proof],
  ])('%s is %i', async (_how, status, method, headers) => {
    const answer =
      method === 'GET'
        ? await get(subscription(), { accept, ...headers })
        : await post({ query: subscription() }, { accept, ...headers });
    expect(answer.status).toBe(status);
    if (status !== 200) expect(sandbox.calls).toEqual([]);
  });

  it('a mutation by GET is 405, and an invalid body 400', async () => {
    const pause = `mutation { pauseCampaign(sid: "${sid}") { userErrors { code } } }`;
    const refusal = await get(pause, { accept, ...proof });
    expect([refusal.status, refusal.headers['allow']]).toEqual([405, 'POST']);
    for (const body of [[], {}, { query: 1 }]) expect((await post(body, { accept })).status).toBe(400);
    expect((await post({ query: '{ __typename }' }, { accept, 'content-type': 'text/plain' })).status).toBe(
      415,
    );
    expect(sandbox.calls).toEqual([]);
  });

  it('a mutation runs once, and its result is the only one', async () => {
    const pause = `mutation { pauseCampaign(sid: "${sid}") { campaign { status } userErrors { code } } }`;
    const { body } = await post({ query: pause }, { accept });
    const text = await body.text();
    expect(text.match(/"data"/g)).toHaveLength(1);
    expect(text).toContain('{"data":{"pauseCampaign":{"campaign":{"status":"PAUSED"},"userErrors":[]}}}');
    expect(sandbox.calls.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });
});

it('a router’s callback comes first where JSON is accepted, and a stream where it is not', async () => {
  const body = { query: subscription(), extensions: router.extensions };
  const accept = `${multipart}, application/json;callbackSpec=1.0`;
  expect((await post(body, { accept })).type).toMatch(/^application\/json/);
  await until(() => router.received.some(({ action }) => action === 'next'));
  const sent = router.received.length;
  expect((await post(body, { accept: multipart })).type).toBe(types.multipart);
  expect(router.received.filter(({ action }) => action === 'check')).toHaveLength(1);
  expect(router.received.length).toBe(sent);
  expect((await ask(gateway, '{ __typename }')).errors).toBeUndefined();
});
