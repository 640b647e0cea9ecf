import { beforeEach, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { change } from '../../support/writing/creating.js';
import { setup, startScripted } from '../../support/gateway/setup.js';
import { enveloped, item } from '../../support/upstream/odd-upstream.js';
import { documentedCampaign, documentedSid } from '../../fixtures/documented-answer.js';
import { type ClientError, type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { acceptsMultipart } from '../../support/clients/multipart.js';
import { subscribe, transports } from '../../support/clients/subscribing.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sid: string;
let messagesFault: Fault | undefined;

beforeEach(async () => {
  const at = Date.now(); // nothing happens at the upstream but what the test does
  messagesFault = undefined;
  const faults = ({ path }: { path: string }) =>
    path.endsWith('/message-details') ? messagesFault : undefined;
  const environment = { MAX_UPSTREAM_CALLS: '3' };
  ({ sandbox, gateway } = await setup({ sandbox: { clock: () => at, faults }, gateway: { environment } }));
  ({ sid } = sandbox.state.insert({
    name: 'The one',
    audience: 30,
    startsAt: at - 1000,
    status: 'in-progress',
  }));
});

const codesOf = (errors: readonly ClientError[] = []) => errors.map(({ extensions }) => extensions?.code);
interface Updated {
  readonly campaignUpdated: { readonly status: string };
}
const statusOf = ({ campaignUpdated }: Updated): string => campaignUpdated.status;
const manyPages = [1, 2, 3, 4, 5]
  .map((first) => `m${first}: messages(first: ${first}) { totalCount }`)
  .join(' ');

it('one read of a lagging replica is not a change: a campaign does not go back to a state that it has left', async () => {
  let shown = {};
  const show = (status: string, name: string, time: string): void => {
    shown = documentedCampaign({ status, name, date_updated: `2026-05-01T${time}:00+05:30` });
  };
  show('in-progress', 'first', '10:00');
  const { gateway: one } = await startScripted(({ target }) => ({
    json: JSON.parse(
      target.includes(documentedSid) ? enveloped(item(shown)) : enveloped([item(shown)]),
    ) as unknown,
  }));
  const query = 'subscription ($sid: ID!) { campaignUpdated(sid: $sid) { status name } }';
  const subscriber = await subscribe<{ campaignUpdated: { status: string; name: string } }>(
    one.url,
    'sse',
    query,
    { sid: documentedSid },
  );
  const read = () =>
    ask(one, `{ campaign(sid: "${documentedSid}") { status } }`, {
      headers: { 'cache-control': 'no-cache' },
    });
  for (const [status, name, time] of [
    ['paused', 'first', '10:05'],
    ['in-progress', 'first', '10:00'], // lags
    ['paused', 'first', '10:05'],
    ['paused', 'second', '10:06'],
    ['in-progress', 'first', '10:00'], // lags by two changes
    ['paused', 'first', '10:05'], // lags
    ['paused', 'second', '10:06'],
    ['in-progress', 'second', '10:10'], // resumed
    ['paused', 'second', '10:11'], // and paused again
  ] as const) {
    show(status, name, time);
    await read();
  }
  await subscriber.next(4);
  expect(subscriber.events.map(({ campaignUpdated: { status, name } }) => `${status} ${name}`)).toEqual([
    'PAUSED first',
    'PAUSED second',
    'IN_PROGRESS second',
    'PAUSED second',
  ]);
});

describe.each(transports)('over %s', (transport) => {
  it('with sendCurrent the first event is the campaign as a query would return it, also for a later subscriber, then each change', async () => {
    const query =
      'subscription ($sid: ID!) { campaignUpdated(sid: $sid, sendCurrent: true) { status stats { total } } }';
    const first = await subscribe<Updated>(gateway.url, transport, query, { sid });
    expect((await first.next(1)).map(statusOf)).toEqual(['IN_PROGRESS']);
    await change(gateway, 'pause', sid);
    expect((await first.next(2)).map(statusOf)).toEqual(['IN_PROGRESS', 'PAUSED']);
    const later = await subscribe<Updated>(gateway.url, transport, query, { sid });
    expect((await later.next(1)).map(statusOf)).toEqual(['PAUSED']);
    await change(gateway, 'resume', sid);
    expect((await first.next(3)).map(statusOf)).toEqual(['IN_PROGRESS', 'PAUSED', 'IN_PROGRESS']);
    expect((await later.next(2)).map(statusOf)).toEqual(['PAUSED', 'IN_PROGRESS']);
  });

  it.each(['', ', sendCurrent: false', ', sendCurrent: null'])(
    'nothing is sent before a change with "%s"',
    async (argument) => {
      const query = `subscription ($sid: ID!) { campaignUpdated(sid: $sid${argument}) { status stats { total } } }`;
      const subscriber = await subscribe<Updated>(gateway.url, transport, query, { sid });
      await change(gateway, 'pause', sid);
      expect((await subscriber.next(1)).map(statusOf)).toEqual(['PAUSED']);
    },
  );

  it.each([
    ['unknown', '0123456789abcdef'],
    ['blank', '  '],
    ['empty', ''],
    ['a path', '../campaigns'],
  ])('a subscription to a sid that is %s is BAD_USER_INPUT with its argument', async (_what, wrong) => {
    for (const [argument, query] of [
      ['sid', 'subscription ($sid: ID!) { campaignUpdated(sid: $sid) { status } }'],
      ['campaignSid', 'subscription ($sid: ID!) { messageStatusChanged(campaignSid: $sid) { status } }'],
    ] as const) {
      const subscriber = await subscribe(gateway.url, transport, query, { sid: wrong });
      await subscriber.next(1);
      expect(subscriber.errors).toEqual([
        expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT', argument } }),
      ]);
      expect(subscriber.events).toEqual([]);
    }
  });

  it.each([
    ['a syntax error', '{ campaign(', 'GRAPHQL_PARSE_FAILED'],
    ['a field that is not there', '{ campaign(sid: "a") { nothing } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['too much', `{ campaign(sid: "a") { ${manyPages} } }`, 'QUERY_TOO_EXPENSIVE'],
    ['a variable that is missing', 'query ($sid: ID!) { campaign(sid: $sid) { name } }', 'BAD_USER_INPUT'],
    ['an invalid cursor', '{ campaigns(after: "x") { totalCount } }', 'BAD_USER_INPUT'],
  ])('%s is refused as over HTTP', async (_what, query, code) => {
    const subscriber = await subscribe(gateway.url, transport, query);
    await subscriber.next(1);
    expect(codesOf(subscriber.errors)).toEqual([code]);
    expect(codesOf((await ask(gateway, query)).errors)).toEqual([code]);
  });

  it.each([
    ['a field that is not there', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['too much for an event', `{ ${manyPages} }`, 'QUERY_TOO_EXPENSIVE'],
  ])('a subscription that selects %s is refused at once', async (_what, selection, code) => {
    const query = `subscription { campaignUpdated(sid: "${sid}") ${selection} }`;
    const subscriber = await subscribe(gateway.url, transport, query);
    await subscriber.next(1);
    expect(codesOf(subscriber.errors)).toEqual([code]);
  });

  it('queries and mutations work too', async () => {
    const query = await subscribe(gateway.url, transport, `{ campaign(sid: "${sid}") { name } }`);
    expect(await query.next(1)).toEqual([{ campaign: { name: 'The one' } }]);
    const pause = `mutation { pauseCampaign(sid: "${sid}") { campaign { status } userErrors { code } } }`;
    const mutation = await subscribe(gateway.url, transport, pause);
    expect(await mutation.next(1)).toEqual([
      { pauseCampaign: { campaign: { status: 'PAUSED' }, userErrors: [] } },
    ]);
  });

  it('nested fields of an event are read again for each event', async () => {
    interface Event {
      readonly campaignUpdated: {
        readonly messages: { readonly nodes: readonly { readonly status: string }[] };
      };
    }
    const query = `subscription { campaignUpdated(sid: "${sid}") { messages(first: 30) { nodes { status } } } }`;
    const subscriber = await subscribe<Event>(gateway.url, transport, query);
    await change(gateway, 'pause', sid);
    await subscriber.next(1);
    await change(gateway, 'complete', sid);
    const events = await subscriber.next(2);
    const waiting = events.map(
      ({ campaignUpdated: { messages } }) =>
        messages.nodes.filter(({ status }) => status === 'SCHEDULED').length,
    );
    expect(waiting[0]).toBeGreaterThan(0);
    expect(waiting[1]).toBe(0);
  });

  it('an upstream failure in an event has an error code and no upstream text, and the next event follows', async () => {
    const query = `subscription { campaignUpdated(sid: "${sid}") { status messages { totalCount } } }`;
    const subscriber = await subscribe(gateway.url, transport, query);
    messagesFault = { kind: 'html' };
    await change(gateway, 'pause', sid);
    await subscriber.next(1, 10_000);
    expect(codesOf(subscriber.errors)).toEqual(['UPSTREAM_UNAVAILABLE']);
    expect(JSON.stringify(subscriber.errors)).not.toMatch(/nginx|502|http/i);
    messagesFault = undefined;
    await change(gateway, 'complete', sid);
    await subscriber.next(subscriber.events.length + 2, 10_000);
    expect(subscriber.events.at(-1)).toMatchObject({ campaignUpdated: { status: 'COMPLETED' } });
  });

  it.each([
    ['of another host', 'https://evil.example', false],
    ['of another port', 'http://127.0.0.1:1', false],
    ['of nowhere', 'null', false],
    ['of the gateway', 'own', true],
    ['that is not said', undefined, true],
  ])('Origin of a page %s: %s is allowed: %s', async (_what, said, isAuthorized) => {
    const origin = said === 'own' ? gateway.url : said;
    expect(await opens[transport](origin)).toBe(isAuthorized);
  });
});

function opensSocket(origin: string | undefined): Promise<boolean> {
  const url = `${gateway.url.replace('http', 'ws')}/graphql`;
  return new Promise((resolve) => {
    const socket = new WebSocket(url, 'graphql-transport-ws', origin === undefined ? {} : { origin });
    const received = (isOpen: boolean) => (): void => {
      resolve(isOpen);
      socket.terminate();
    };
    socket.on('open', received(true)).on('error', received(false));
  });
}

const opens = {
  ws: opensSocket,
  sse: opensStream,
  multipart: async (origin: string | undefined): Promise<boolean> => {
    const { statusCode, body } = await request(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: acceptsMultipart,
        ...(origin !== undefined && { origin }),
      },
      body: '{"query":"{ __typename }"}',
    });
    await body.dump();
    return statusCode === 200;
  },
};

async function opensStream(origin: string | undefined): Promise<boolean> {
  const { status } = await stream('{ __typename }', { ...(origin !== undefined && { origin }) });
  return status === 200;
}

async function stream(query: string, headers: Record<string, string>, accept = 'text/event-stream') {
  const address = `${gateway.url}/graphql/stream?${new URLSearchParams({ query }).toString()}`;
  const answer = await request(address, { headers: { ...(accept && { accept }), ...headers } });
  return { status: answer.statusCode, text: await answer.body.text() };
}

describe('an event stream', () => {
  it.each(['text/event-stream', 'text/html, text/event-stream;q=0.9'])(
    'is served by GET: %s',
    async (accept) => {
      const { status, text } = await stream('{ __typename }', {}, accept);
      expect(status).toBe(200);
      expect(text).toContain('event: next\ndata: {"data":{"__typename":"Query"}}');
    },
  );

  it.each(['', 'application/json', 'text/html'])('is 406 for another Accept header: %j', async (accept) => {
    expect((await stream('{ __typename }', {}, accept)).status).toBe(406);
  });
});

describe('a subscription by plain POST', () => {
  it('is refused with a message, without an upstream call', async () => {
    const query = `subscription { campaignUpdated(sid: "${sid}") { status } }`;
    const { status, text } = await gateway.send({ query });
    expect(status).toBeLessThan(500);
    expect(text).not.toContain('INTERNAL_SERVER_ERROR');
    expect(text).toMatch(/subscription/i);
    expect(sandbox.calls).toEqual([]);
    expect((await ask(gateway, '{ __typename }')).errors).toBeUndefined();
  });
});

it('refused operations do not count against the limit of a connection', async () => {
  const url = `${gateway.url.replace('http', 'ws')}/graphql`;
  const client = createClient({
    url,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => undefined,
  });
  const run = (query: string): Promise<unknown> =>
    new Promise((resolve) =>
      client.subscribe({ query }, { next: resolve, error: resolve, complete: () => undefined }),
    );
  for (let count = 0; count < 120; count += 1) expect(await run('{ nothing }')).toBeInstanceOf(Array);
  expect(await run('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
  await client.dispose();
});
