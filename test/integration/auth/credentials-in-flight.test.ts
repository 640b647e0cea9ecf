import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { entryOf, type KeysFile, writeKeys } from '../../support/clients/callers.js';
import { inSeconds, sign, startIssuer } from '../../support/clients/issuer.js';
import { type RouterUnderTest, startRouter } from '../../support/clients/router.js';
import { leaveAll, subscribe, until } from '../../support/clients/subscribing.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { setup } from '../../support/gateway/setup.js';
import { validInput } from '../../support/writing/valid-input.js';

const anna = entryOf('anna', 'key-of-anna', ['campaigns:read', 'campaigns:write', 'messages:read']);
const credentials = { authorization: 'Bearer key-of-anna' };
/** Far less than the upstream takes. */
const withinMs = 20_000;

let keys: KeysFile;
let router: RouterUnderTest;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let held: RegExp | undefined;
/** Calls that take long enough for the gateway to see that a key was revoked. */
let delayed: RegExp | undefined;

beforeEach(async () => {
  held = undefined;
  delayed = undefined;
  keys = await writeKeys({ keys: [anna] });
  router = await startRouter();
  ({ sandbox, gateway } = await setup({
    sandbox: {
      clock: () => 0,
      faults: ({ method, path }) => {
        if (method === 'POST') return { kind: 'delay', delayMs: 4000 };
        if (delayed?.test(path)) return { kind: 'delay', delayMs: 3000 };
        return held?.test(path) ? { kind: 'hang' } : undefined;
      },
    },
    gateway: {
      environment: {
        ...keys.environment,
        EXOTEL_TIMEOUT_MS: '100000',
        OPERATION_TIMEOUT_MS: '90000',
        EXOTEL_RATE_LIMIT: '0',
        SUBSCRIPTION_CALLBACK_ORIGINS: router.origin,
      },
    },
  }));
});
afterEach(async () => {
  await leaveAll();
  await router.close();
  await keys.remove();
});

const revoke = () => keys.replace({ keys: [] });
const heldCalls = () => sandbox.calls.filter(({ path }) => held?.test(path));
const codesOf = (errors: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[]) =>
  errors.map(({ extensions }) => extensions?.['code']);

describe('a subscription whose credentials end', () => {
  it.each([
    ['sse', []],
    ['multipart', ['UNAUTHENTICATED']],
    ['ws', ['4403']],
  ] as const)(
    'while an event is executed ends at once, as it is documented for %s',
    async (transport, expected) => {
      const { sid } = sandbox.state.insert({ status: 'in-progress', audience: 5 });
      const query = `subscription { campaignUpdated(sid: "${sid}", sendCurrent: true) { messages { nodes { sid } } } }`;
      held = /message-details/;
      const subscriber = await subscribe(gateway.url, transport, query, {}, credentials);
      await until(() => heldCalls().length > 0);
      await revoke();
      await until(subscriber.hasEnded, withinMs);
      expect([subscriber.events, codesOf(subscriber.errors)]).toEqual([[], expected]);
    },
  );

  it.each([
    ['sse', ['UNAUTHENTICATED']],
    ['multipart', ['UNAUTHENTICATED']],
    ['ws', ['4403']],
  ] as const)('while it begins is refused at once over %s', async (transport, expected) => {
    const { sid } = sandbox.state.insert({ status: 'in-progress', audience: 5 });
    held = new RegExp(sid);
    const query = `subscription { campaignUpdated(sid: "${sid}") { status } }`;
    const opening = subscribe(gateway.url, transport, query, {}, credentials);
    await until(() => heldCalls().length > 0);
    await revoke();
    const subscriber = await opening;
    await until(subscriber.hasEnded, withinMs);
    expect([subscriber.events, codesOf(subscriber.errors)]).toEqual([[], expected]);
  });

  it('while it begins is refused at once for a router, which hears nothing', async () => {
    const { sid } = sandbox.state.insert({ status: 'in-progress', audience: 5 });
    held = new RegExp(sid);
    const answer = request(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...credentials },
      body: JSON.stringify({
        query: `subscription { campaignUpdated(sid: "${sid}") { status } }`,
        extensions: router.extensions,
      }),
    });
    await until(() => heldCalls().length > 0);
    await revoke();
    const { body } = await answer;
    const { errors } = (await body.json()) as { errors: { extensions: { code: string } }[] };
    expect(codesOf(errors)).toEqual(['UNAUTHENTICATED']);
    expect(router.received).toEqual([]);
  });
});

describe('a WebSocket whose credentials end', () => {
  async function openSocket() {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: { token: 'key-of-anna' } }));
    await once(socket, 'message');
    const received: { readonly id: string; readonly type: string; readonly payload?: unknown }[] = [];
    socket.on('message', (data) =>
      received.push(JSON.parse((data as Buffer).toString()) as (typeof received)[number]),
    );
    const send = (id: string, query: string, variables = {}): void => {
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query, variables } }));
    };
    return { socket, received, send };
  }

  it('answers the mutation that runs, begins nothing more, and is then closed', async () => {
    const { socket, received, send } = await openSocket();
    const closed = once(socket, 'close');
    const { sid } = sandbox.state.insert({ status: 'archived', audience: 1 });
    const watching = await subscribe(
      gateway.url,
      'sse',
      `subscription { campaignUpdated(sid: "${sid}") { status } }`,
      {},
      credentials,
    );
    send('watch', `subscription { campaignUpdated(sid: "${sid}") { status } }`);
    send(
      'create',
      'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { sid } } }',
      {
        input: validInput,
      },
    );
    await until(() => sandbox.calls.some(({ method }) => method === 'POST'));
    await revoke();
    await until(watching.hasEnded, withinMs);
    const { sid: another } = sandbox.state.insert({ status: 'archived', audience: 1 });
    send('late', `{ campaign(sid: "${another}") { name } }`);
    expect((await closed)[0]).toBe(4403);
    expect(received.map(({ id, type }) => `${id} ${type}`)).toEqual(['create next', 'create complete']);
    const created = /"sid":"(\w+)"/.exec(JSON.stringify(received))?.[1] ?? '';
    expect(sandbox.state.find(created)).toBeDefined();
    expect(sandbox.calls.filter(({ path }) => path.endsWith(another))).toEqual([]);
  });

  it('refuses the queries that still wait for their turn, and makes no call for them', async () => {
    const { socket, received, send } = await openSocket();
    const closed = once(socket, 'close');
    const sids = [1, 2, 3].map(() => sandbox.state.insert({ status: 'completed', audience: 250 }).sid);
    delayed = /message-details/;
    // So large that a WebSocket makes one of them at a time.
    const nodes = '{ nodes { sid number name body status detailedStatus } }';
    for (const [index, sid] of sids.entries())
      send(`${index}`, `{ campaign(sid: "${sid}") { messages(first: 500) ${nodes} } }`);
    await until(() => sandbox.calls.some(({ path }) => delayed?.test(path)), withinMs);
    await revoke();
    expect((await closed)[0]).toBe(4403);
    const answers = received.filter(({ type }) => type === 'next');
    const codes = answers.map(({ id, payload }) => [id, /"code":"(\w+)"/.exec(JSON.stringify(payload))?.[1]]);
    expect(codes).toEqual([
      ['0', undefined],
      ['1', 'UNAUTHENTICATED'],
      ['2', 'UNAUTHENTICATED'],
    ]);
    expect(new Set(sandbox.calls.map(({ path }) => path)).size).toBe(1);
  });

  it('with many subscriptions is closed once, without a warning', async () => {
    const warnings: string[] = [];
    const warn = (warning: Error) => warnings.push(warning.message);
    process.on('warning', warn);
    const { socket, send, received } = await openSocket();
    const closed = once(socket, 'close');
    const { sid } = sandbox.state.insert({ status: 'archived', audience: 1 });
    for (let index = 0; index < 30; index += 1)
      send(`${index}`, `subscription { campaignUpdated(sid: "${sid}", sendCurrent: true) { status } }`);
    await until(() => received.length === 30);
    await revoke();
    expect((await closed)[0]).toBe(4403);
    await new Promise(setImmediate);
    process.off('warning', warn);
    expect([warnings, received.filter(({ type }) => type !== 'next')]).toEqual([[], []]);
  });
});

describe('an export whose credentials end', () => {
  const exported = (sid: string, headers: Record<string, string>, format = 'ndjson') =>
    request(`${gateway.url}/campaigns/${sid}/messages.${format}`, { headers });

  it.each(['ndjson', 'csv'])(
    'before its first rows are read is refused, without a further call: %s',
    async (format) => {
      const { sid } = sandbox.state.insert({ status: 'completed', audience: 2000 });
      held = /message-details/;
      const answer = exported(sid, credentials, format);
      await until(() => heldCalls().length > 0);
      await revoke();
      const { statusCode, body } = await answer;
      expect([statusCode, await body.text()]).toEqual([401, expect.stringContaining('UNAUTHENTICATED')]);
      expect(heldCalls()).toHaveLength(1);
    },
  );

  it('is refused at once too where the gateway stops before its first rows are read', async () => {
    const { sid } = sandbox.state.insert({ status: 'completed', audience: 2000 });
    held = /message-details/;
    const answer = exported(sid, credentials);
    await until(() => heldCalls().length > 0);
    const closing = gateway.close();
    const { statusCode, body } = await answer;
    expect([statusCode, await body.text()]).toEqual([503, expect.stringContaining('SHUTTING_DOWN')]);
    expect(heldCalls()).toHaveLength(1);
    await closing;
  });

  it('by a clock that is set forward sends no further call, and is then incomplete', async () => {
    const issuer = await startIssuer();
    let aheadMs = 0;
    const callsAheadMs: number[] = [];
    const clocked = await setup({
      sandbox: {
        faults: ({ path }) => {
          if (!path.endsWith('message-details')) return undefined;
          callsAheadMs.push(aheadMs);
          if (callsAheadMs.length === 3) aheadMs = 7_200_000;
          return undefined;
        },
      },
      gateway: {
        now: () => Date.now() + aheadMs,
        environment: { ...issuer.environment, EXOTEL_RATE_LIMIT: '0' },
      },
    });
    ({ gateway, sandbox } = clocked);
    const token = await sign(issuer.key, { exp: inSeconds(3600), scope: 'messages:read' });
    const { sid } = sandbox.state.insert({ status: 'completed', audience: 20_000 });
    const text = await (await exported(sid, { authorization: `Bearer ${token}` })).body.text();
    expect(text.trimEnd().split('\n').at(-1)).toContain('UNAUTHENTICATED');
    expect(callsAheadMs).toEqual([0, 0, 0]);
    await issuer.close();
  });
});

it('a token that expires while its key is fetched is refused, and costs no call', async () => {
  const issuer = await startIssuer();
  let aheadMs = 0;
  issuer.answer((response) => {
    aheadMs = 7_200_000;
    response.end(JSON.stringify({ keys: [issuer.key.publicJwk] }));
  });
  ({ gateway, sandbox } = await setup({
    gateway: { now: () => Date.now() + aheadMs, environment: issuer.environment },
  }));
  const token = await sign(issuer.key, { exp: inSeconds(3600) });
  const { statusCode, body } = await request(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ campaigns(first: 1) { totalCount } }' }),
  });
  expect([statusCode, await body.text()]).toEqual([401, expect.stringContaining('The token has expired.')]);
  expect(sandbox.calls).toEqual([]);
  await issuer.close();
});
