import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { print } from 'graphql';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { CreateDocument, type CreateMutation } from '../../operations/generated.js';
import { keyed } from '../../support/writing/creating.js';
import { type Answered, everyTransport, run } from '../../support/clients/every-transport.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/upstream/scripted-upstream.js';
import { until } from '../../support/clients/subscribing.js';

const campaign = '{ campaign(sid: "a") { name } }';
const open: { close(): Promise<unknown> }[] = [];
let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ ...credentials, seed: 'empty' });
  open.push(sandbox);
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function gatewayWith(
  environment: Record<string, string>,
  upstream: { readonly baseUrl: string } = sandbox,
  parts?: Parameters<typeof startGatewayOn>[4],
): Promise<GatewayUnderTest> {
  const gateway = await startGatewayOn(upstream.baseUrl, environment, undefined, undefined, parts);
  open.push(gateway);
  return gateway;
}

/** An upstream that answers when it is told to. */
async function slowUpstream(): Promise<ScriptedUpstream & { answer(): void }> {
  const waiting: (() => void)[] = [];
  const upstream = await startScriptedUpstream((_request, response) => {
    waiting.push(() => {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end('{}');
    });
    return undefined;
  });
  open.push(upstream);
  return {
    ...upstream,
    answer: () => {
      waiting.splice(0).forEach((one) => {
        one();
      });
    },
  };
}

describe('size of requests', () => {
  it.each(['/graphql', '/graphql/stream'])(
    'a body over MAX_BODY_BYTES is 413 at %s, with a GraphQL error',
    async (path) => {
      const gateway = await gatewayWith({ MAX_BODY_BYTES: '2000' });
      const answer = await request(gateway.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query: campaign, variables: { x: 'x'.repeat(2000) } }),
      });
      expect(answer.statusCode).toBe(413);
      expect(await answer.body.json()).toEqual({
        errors: [{ message: expect.stringContaining('2000 bytes'), extensions: { code: 'BAD_REQUEST' } }],
      });
      expect(sandbox.calls).toEqual([]);
    },
  );

  it('a message over MAX_BODY_BYTES closes the WebSocket', async () => {
    const gateway = await gatewayWith({ MAX_BODY_BYTES: '2000' });
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    socket.once('open', () => {
      socket.send(JSON.stringify({ type: 'connection_init', payload: { x: 'x'.repeat(2000) } }));
    });
    expect(await closed).toBe(1009);
  });

  it.each([
    ['a batch', '[{"query":"{ __typename }"},{"query":"{ __typename }"}]'],
    ['an empty batch', '[]'],
  ])('%s is refused', async (_what, body) => {
    const gateway = await gatewayWith({});
    const answer = await request(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(answer.statusCode).toBe(400);
    expect(await answer.body.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });

  it('a URL over 16 KiB is refused', async () => {
    const gateway = await gatewayWith({});
    const answer = await request(`${gateway.url}/graphql?query=${'x'.repeat(20_000)}`);
    await answer.body.dump();
    expect(answer.statusCode).toBe(431);
  });
});

describe('deadline of requests', () => {
  const clientTimeouts = { headersMs: 200, requestMs: 400, checkEveryMs: 50 };

  it.each([
    ['headers', 'POST /graphql HTTP/1.1\r\nhost: localhost\r\nx: '],
    [
      'a body',
      'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n{',
    ],
  ])('a client that sends %s too slowly is disconnected', async (_what, beginning) => {
    const gateway = await gatewayWith({}, sandbox, { clientTimeouts });
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    let hasEnded = false;
    socket.on('close', () => (hasEnded = true)).on('error', () => undefined);
    socket.resume();
    socket.write(beginning);
    const drip = setInterval(() => socket.write(' '), 20);
    await until(() => hasEnded, 10_000).finally(() => {
      clearInterval(drip);
    });
  });

  it('an event stream lasts longer than the request deadline', async () => {
    const gateway = await gatewayWith({}, sandbox, { clientTimeouts });
    const { sid } = sandbox.state.insert({ startsAt: Date.now() + 1_000_000 });
    const { body } = await request(`${gateway.url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: `subscription { campaignUpdated(sid: "${sid}") { sid } }` }),
    });
    let hasEnded = false;
    body.on('close', () => (hasEnded = true)).on('error', () => undefined);
    body.resume();
    const begun = performance.now();
    await until(() => performance.now() - begun > 3 * clientTimeouts.requestMs);
    expect(hasEnded).toBe(false);
    body.destroy();
  });
});

describe.each(everyTransport)('OPERATION_TIMEOUT_MS over %s', (transport) => {
  it('a query gets OPERATION_TIMEOUT', async () => {
    const upstream = await slowUpstream();
    const gateway = await gatewayWith({ OPERATION_TIMEOUT_MS: '150' }, upstream);
    const { errors, status, data } = await run(gateway.url, transport, { query: campaign });
    expect(errors?.[0]?.extensions).toEqual({ code: 'OPERATION_TIMEOUT', limitMs: 150 });
    expect(data ?? null).toBeNull();
    expect(errors?.[0]?.message).not.toContain('idempotencyKey');
    if (transport === 'http') expect(status).toBe(504);
    upstream.answer();
  });

  it('a create gets OPERATION_TIMEOUT, and a repeat with its key returns the campaign', async () => {
    const slow = await startSandbox({
      ...credentials,
      seed: 'empty',
      faults: ({ method }) => (method === 'POST' ? { kind: 'delay', delayMs: 600 } : undefined),
    });
    open.push(slow);
    const create = { query: print(CreateDocument), variables: { input: keyed } };
    const hasty = await gatewayWith({ OPERATION_TIMEOUT_MS: '100' }, slow);
    const { errors } = await run(hasty.url, transport, create);
    expect(errors?.[0]?.extensions?.code).toBe('OPERATION_TIMEOUT');
    expect(errors?.[0]?.message).toContain('idempotencyKey');
    let created: Answered<CreateMutation>;
    const giveUpAt = performance.now() + 15_000;
    do {
      created = await run<CreateMutation>(hasty.url, transport, create);
    } while (!created.data && performance.now() < giveUpAt);
    expect(created.data?.createCampaign.campaign?.sid).toBe(slow.state.campaigns()[0]?.sid);
    expect(slow.state.campaigns()).toHaveLength(1);
    expect(slow.calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});

describe.each(everyTransport)('MAX_CONCURRENT_OPERATIONS over %s', (transport) => {
  it('one more is refused until another ends', async () => {
    const upstream = await slowUpstream();
    const gateway = await gatewayWith({ MAX_CONCURRENT_OPERATIONS: '1' }, upstream);
    const first = run(gateway.url, transport, { query: campaign });
    await until(() => upstream.seen.length > 0);
    const { errors, status, headers } = await run(gateway.url, transport, { query: '{ __typename }' });
    expect(errors?.[0]?.extensions).toEqual({ code: 'OVERLOADED', retryAfter: 1 });
    if (transport === 'http') expect([status, headers?.['retry-after']]).toEqual([503, '1']);
    upstream.answer();
    await first;
    expect((await run(gateway.url, transport, { query: '{ __typename }' })).errors).toBeUndefined();
  });
});

it('an operation of a client that has left stops counting when it ends', async () => {
  const upstream = await slowUpstream();
  const limits = { MAX_CONCURRENT_OPERATIONS: '1', OPERATION_TIMEOUT_MS: '300' };
  const gateway = await gatewayWith(limits, upstream);
  const gone = new AbortController();
  const aborted = request(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: campaign }),
    signal: gone.signal,
  }).catch(() => undefined);
  await until(() => upstream.seen.length > 0);
  gone.abort();
  await aborted;
  const giveUpAt = performance.now() + 10_000;
  while ((await run(gateway.url, 'http', { query: '{ __typename }' })).status !== 200)
    if (performance.now() > giveUpAt) throw new Error('the place was never free again');
});
