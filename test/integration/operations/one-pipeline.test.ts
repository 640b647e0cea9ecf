import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { request } from 'undici';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { setup } from '../../support/gateway/setup.js';
import {
  type Answered,
  everyTransport,
  type Payload,
  run,
  type Transport,
} from '../../support/clients/every-transport.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { type RouterUnderTest, startRouter } from '../../support/clients/router.js';
import { subscribe } from '../../support/clients/subscribing.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let router: RouterUnderTest;
let sid: string;
const stderr = jest.spyOn(console, 'error').mockImplementation(() => undefined);

beforeAll(async () => {
  router = await startRouter(50);
  ({ sandbox, gateway } = await setup({
    sandbox: { clock: () => 0 },
    gateway: { environment: { SUBSCRIPTION_CALLBACK_ORIGINS: router.origin } },
  }));
  ({ sid } = sandbox.state.insert({ status: 'in-progress', audience: 3 }));
});
beforeEach(() => {
  sandbox.calls.splice(0);
  stderr.mockClear();
});
afterEach(() => {
  expect(stderr).not.toHaveBeenCalled();
});
afterAll(async () => {
  await router.close();
});

/** Every way in which an operation can arrive, a GET and a router's callback included. */
type Arrival = Transport | 'get' | 'callback';
const arrivals: readonly Arrival[] = [...everyTransport, 'get', 'callback'];

function send(arrival: Arrival, payload: Payload): Promise<Answered<unknown>> {
  if (arrival === 'get') return sendByGet(payload);
  if (arrival !== 'callback') return run(gateway.url, arrival, payload);
  return run(gateway.url, 'http', {
    ...payload,
    extensions: { ...payload.extensions, ...router.extensions },
  });
}

async function sendByGet({ query = '', operationName, variables, extensions }: Payload) {
  const parameters = new URLSearchParams({ query });
  if (operationName !== undefined) parameters.set('operationName', operationName);
  if (variables) parameters.set('variables', JSON.stringify(variables));
  if (extensions) parameters.set('extensions', JSON.stringify(extensions));
  return get(parameters);
}

async function get(parameters: URLSearchParams | string): Promise<Answered<unknown>> {
  const answer = await request(`${gateway.url}/graphql?${String(parameters)}`, {
    headers: { 'apollo-require-preflight': '1' },
  });
  const body = (await answer.body.json()) as Answered<unknown>;
  return { ...body, status: answer.statusCode, headers: answer.headers };
}

type Refused = readonly [what: string, code: string, payload: () => Payload];
const refused: readonly Refused[] = [
  ['text that is not GraphQL', 'GRAPHQL_PARSE_FAILED', () => ({ query: '{ campaign(' })],
  ['a field that does not exist', 'GRAPHQL_VALIDATION_FAILED', () => ({ query: '{ nope }' })],
  ['a subscription to such a field', 'GRAPHQL_VALIDATION_FAILED', () => ({ query: 'subscription { nope }' })],
  [
    'an operation that the document does not have',
    'OPERATION_RESOLUTION_FAILURE',
    () => ({ query: 'query A { __typename }', operationName: 'B' }),
  ],
  [
    'one of several operations without its name',
    'OPERATION_RESOLUTION_FAILURE',
    () => ({ query: 'query A { __typename } query B { __typename }' }),
  ],
  [
    'a variable of the wrong type',
    'BAD_USER_INPUT',
    () => ({ query: 'query ($n: Int) { campaigns(first: $n) { totalCount } }', variables: { n: 'x' } }),
  ],
  [
    'a variable that is missing',
    'BAD_USER_INPUT',
    () => ({ query: 'query ($s: ID!) { campaign(sid: $s) { sid } }' }),
  ],
  [
    'null in place of a default where null is not allowed',
    'BAD_USER_INPUT',
    () => ({ query: 'query ($s: ID = "x") { campaign(sid: $s) { sid } }', variables: { s: null } }),
  ],
  [
    'such a null inside a list',
    'BAD_USER_INPUT',
    () => ({
      query: 'query ($s: CampaignStatus = PAUSED) { campaigns(filter: { status: [$s] }) { totalCount } }',
      variables: { s: null },
    }),
  ],
  [
    'such a null in a fragment',
    'BAD_USER_INPUT',
    () => ({
      query: 'query ($b: Boolean = true) { ...F } fragment F on Query { __typename @include(if: $b) }',
      variables: { b: null },
    }),
  ],
  [
    'more upstream calls than allowed',
    'QUERY_TOO_EXPENSIVE',
    () => ({ query: '{ campaigns(first: 200) { nodes { messages(first: 1) { totalCount } } } }' }),
  ],
  [
    'a condition on the root of a subscription',
    'GRAPHQL_VALIDATION_FAILED',
    () => ({
      query: `subscription ($b: Boolean!) { campaignUpdated(sid: "${sid}") @include(if: $b) { sid } }`,
      variables: { b: true },
    }),
  ],
  [
    'a root of a subscription that is left out',
    'GRAPHQL_VALIDATION_FAILED',
    () => ({ query: `subscription { campaignUpdated(sid: "${sid}") @skip(if: true) { sid } }` }),
  ],
  [
    'a condition inside a fragment of a subscription',
    'GRAPHQL_VALIDATION_FAILED',
    () => ({
      query: `subscription { ...F } fragment F on Subscription { campaignUpdated(sid: "${sid}") @skip(if: true) { sid } }`,
    }),
  ],
  [
    'such a condition next to a fragment that does not exist and has the name of a JavaScript method',
    'GRAPHQL_VALIDATION_FAILED',
    () => ({
      query: `subscription ($b: Boolean!) { ...F ...toString } fragment F on Subscription { campaignUpdated(sid: "${sid}") @skip(if: $b) { sid } }`,
      variables: { b: true },
    }),
  ],
  [
    'a condition on a fragment of a subscription',
    'GRAPHQL_VALIDATION_FAILED',
    () => ({
      query: `subscription { ... on Subscription @include(if: false) { campaignUpdated(sid: "${sid}") { sid } } }`,
    }),
  ],
];

describe.each(arrivals)('over %s', (arrival) => {
  it.each(refused)(
    '%s is refused as %s, without data and without an upstream call',
    async (_what, code, payload) => {
      const { data, errors, status } = await send(arrival, payload());
      expect(errors?.map(({ extensions }) => extensions?.code)).toContain(code);
      expect(data).toBeUndefined();
      if (arrival === 'http' || arrival === 'get' || arrival === 'callback') expect(status).toBe(400);
      expect(sandbox.calls).toEqual([]);
      expect(router.received).toEqual([]);
    },
  );

  it('a valid operation succeeds after all of these', async () => {
    expect(await send(arrival, { query: '{ __typename }' })).toMatchObject({ data: { __typename: 'Query' } });
  });
});

it('a refused subscription does not affect other operations of its connection', async () => {
  const query = `subscription ($b: Boolean!) { campaignUpdated(sid: "${sid}") { sid @include(if: $b) } }`;
  const events = await subscribe(gateway.url, 'ws', query, { b: true });
  const conditional = await subscribe(
    gateway.url,
    'ws',
    query.replace('{ sid @include(if: $b) }', '@skip(if: $b) { sid }'),
    {
      b: true,
    },
  );
  expect(conditional.errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  expect([events.errors, events.hasEnded()]).toEqual([[], false]);
});

it('suggestions take linear time for variables that repeat their words', async () => {
  const words = 'Did you mean '.repeat(19_000);
  const times: number[] = [];
  for (const value of ['x'.repeat(words.length), words]) {
    const from = performance.now();
    const query = 'query ($n: Int) { campaigns(first: $n) { totalCount } }';
    const { errors } = await send('http', { query, variables: { n: value } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(errors?.[0]?.message.length).toBeLessThanOrEqual(1000);
    times.push(performance.now() - from);
  }
  expect(times[1]).toBeLessThan(20 * (times[0] ?? 0) + 200);
});

describe('GET parameters', () => {
  const query = encodeURIComponent('{ __typename }');

  it.each(['operationName=', 'variables=', 'extensions=', 'variables=null', 'unknown=1'])(
    'are the same with %s',
    async (more) => {
      expect(await get(`query=${query}&${more}`)).toMatchObject({
        status: 200,
        data: { __typename: 'Query' },
      });
    },
  );

  it.each<[string, string]>([
    ['a parameter that appears twice', `query=${query}&x=1&x=2`],
    ['a document that appears twice', `query=${query}&query=${query}`],
    ['no document', 'query='],
    ['variables that are not JSON', `query=${query}&variables={`],
    ['variables that are a list', `query=${query}&variables=[]`],
    ['variables of 101 levels', `query=${query}&variables={"a":${'['.repeat(100)}${']'.repeat(100)}}`],
    ['extensions that are a text', `query=${query}&extensions="x"`],
  ])('%s is BAD_REQUEST', async (_what, search) => {
    expect(await get(search)).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'BAD_REQUEST' } }],
    });
  });
});

describe('a body', () => {
  const json = { 'content-type': 'application/json' };
  it.each<[string, unknown, RegExp]>([
    ['a list', [{ query: '{ __typename }' }], /one operation/],
    ['a text', 'x', /JSON object/],
    ['null', null, /JSON object/],
    ['a query that is a number', { query: 1 }, /`query`/],
    ['a name that is a list', { query: '{ __typename }', operationName: ['A'] }, /`operationName`/],
    ['variables that are a text', { query: '{ __typename }', variables: '{}' }, /`variables`/],
    ['variables that are a list', { query: '{ __typename }', variables: [] }, /`variables`/],
    ['extensions that are a number', { query: '{ __typename }', extensions: 1 }, /`extensions`/],
  ])('that is or has %s is BAD_REQUEST, over both routes', async (_what, body, message) => {
    for (const path of ['/graphql', '/graphql/stream']) {
      const answer = await request(gateway.url + path, {
        method: 'POST',
        headers: { ...json, accept: path === '/graphql' ? '*/*' : 'text/event-stream' },
        body: JSON.stringify(body),
      });
      const { errors, data } = (await answer.body.json()) as Answered<unknown>;
      expect([answer.statusCode, errors?.[0]?.extensions?.code]).toEqual([400, 'BAD_REQUEST']);
      expect(errors?.[0]?.message).toMatch(message);
      expect(data).toBeUndefined();
    }
  });

  it.each(['gzip', 'br', 'deflate', 'x-unknown', 'gzip, identity'])(
    'that is encoded as %s is 415',
    async (encoding) => {
      const answer = await request(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { ...json, 'content-encoding': encoding },
        body: Buffer.from([0x1f, 0x8b, 8, 0]),
      });
      expect([answer.statusCode, answer.headers['accept-encoding']]).toEqual([415, 'identity']);
      expect(await answer.body.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    },
  );

  it('with Content-Encoding: identity is read', async () => {
    const answer = await request(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { ...json, 'content-encoding': 'identity' },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    expect(await answer.body.json()).toEqual({ data: { __typename: 'Query' } });
  });
});

describe('an unsupported media type', () => {
  const create = `mutation { pauseCampaign(sid: "a") { campaign { sid } } }`;
  it.each(['text/html', 'text/event-stream;q=0', 'multipart/mixed', 'application/json;q=0'])(
    '%s is 406 before anything runs',
    async (accept) => {
      for (const query of [create, '{ nope }']) {
        const answer = await request(`${gateway.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept },
          body: JSON.stringify({ query }),
        });
        expect(answer.statusCode).toBe(406);
        expect(await answer.body.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
      }
      expect(sandbox.calls).toEqual([]);
    },
  );

  it.each([
    ['*/*', 200],
    ['text/*', 200],
    ['text/event-stream', 200],
    ['application/json', 406],
    ['text/event-stream;q=0, */*', 406],
  ])('for an event stream, %s is %i', async (accept, status) => {
    const answer = await request(`${gateway.url}/graphql/stream?query=%7B__typename%7D`, {
      headers: { accept },
    });
    expect(answer.statusCode).toBe(status);
    await answer.body.dump();
  });
});

describe('an unsupported method is 405 with Allow', () => {
  it.each([
    ['PUT', '/graphql', 'GET, POST'],
    ['OPTIONS', '/graphql', 'GET, POST'],
    ['DELETE', '/graphql?query=x', 'GET, POST'],
    ['PATCH', '/graphql/stream', 'GET, POST'],
    ['POST', '/livez', 'GET, HEAD'],
    ['GET', '/webhooks/exotel/message/token', 'POST'],
  ] as const)('%s %s', async (method, path, allow) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await request(gateway.url + path, { method, headers });
    expect([answer.statusCode, answer.headers['allow']]).toEqual([405, allow]);
    expect(await answer.body.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });
});

describe('a shared cache', () => {
  const query = encodeURIComponent(`{ campaigns(first: 1) { totalCount } }`);
  const headers = { 'apollo-require-preflight': '1' };

  it('gets Vary: Accept', async () => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const answer = await request(`${gateway.url}/graphql?query=${query}`, {
        headers: { ...headers, accept },
      });
      expect(answer.headers['content-type']).toContain(accept);
      expect(String(answer.headers['vary']).toLowerCase().split(', ')).toContain('accept');
      await answer.body.dump();
    }
  });

  it('gets no-store for a response with extensions.upstream', async () => {
    const report = { ...headers, 'x-upstream-report': '1' };
    const answer = await request(`${gateway.url}/graphql?query=${query}`, { headers: report });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(await answer.body.json()).toMatchObject({
      extensions: { upstream: { calls: expect.any(Number) } },
    });
  });
});

it('a refused router subscription sends neither check nor heartbeats', async () => {
  await send('callback', { query: 'subscription { campaignUpdated(sid: "no-such-sid") { sid } }' });
  await send('callback', { query: `subscription { campaignUpdated(sid: "${sid}") { nope } }` });
  for (let time = 0; time < 3; time += 1) await ask(gateway, '{ __typename }');
  expect(router.received).toEqual([]);
});
