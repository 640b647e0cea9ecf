import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { inSeconds, type Issuer, sign, startIssuer } from '../../support/clients/issuer.js';
import { ask } from '../../support/clients/ask.js';
import { startRouter } from '../../support/clients/router.js';
import { subscribe, transports, until } from '../../support/clients/subscribing.js';

let issuer: Issuer;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sid: string;
let shiftMs = 0;

beforeAll(async () => {
  issuer = await startIssuer();
  ({ sandbox, gateway } = await setup({
    sandbox: { clock: () => 0 },
    gateway: { now: () => Date.now() + shiftMs, environment: issuer.environment },
  }));
  ({ sid } = sandbox.state.insert({ status: 'in-progress', audience: 1 }));
});
afterAll(async () => {
  await issuer.close();
});

const socketUrl = (): string => `${gateway.url.replace('http', 'ws')}/graphql`;
const changes = 'subscription ($sid: ID!) { campaignUpdated(sid: $sid) { status } }';
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Asks one thing over a WebSocket; a close code where it was closed instead. */
function askOverSocket(
  connectionParams: Record<string, unknown> | undefined,
  headers: Record<string, string> = {},
): Promise<unknown> {
  class WithHeaders extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, { headers });
    }
  }
  const client = createClient({
    url: socketUrl(),
    webSocketImpl: WithHeaders,
    retryAttempts: 0,
    ...(connectionParams && { connectionParams }),
  });
  return new Promise((resolve) => {
    client.subscribe(
      { query: '{ campaigns(first: 1) { totalCount } }' },
      {
        next: ({ errors }) => {
          resolve(errors ? errors[0]?.extensions?.['code'] : 'answered');
        },
        error: (error) => {
          resolve((error as { readonly code?: number }).code);
        },
        complete: () => undefined,
      },
    );
  }).finally(() => void client.dispose());
}

describe('over WebSocket', () => {
  it.each([
    ['authorization with Bearer', (token: string) => bearer(token)],
    ['Authorization', (token: string) => ({ Authorization: `bearer ${token}` })],
    ['authorization without a scheme', (token: string) => ({ authorization: token })],
    ['token', (token: string) => ({ token })],
    [
      'headers, as Apollo and GraphiQL do',
      (token: string) => ({ headers: { Authorization: `Bearer ${token}` } }),
    ],
  ])('credentials are read from connectionParams: %s', async (_how, paramsOf) => {
    expect(await askOverSocket(paramsOf(await sign(issuer.key)))).toBe('answered');
  });

  it('credentials are read from the upgrade headers if connectionParams has none', async () => {
    const token = await sign(issuer.key);
    expect(await askOverSocket(undefined, bearer(token))).toBe('answered');
    expect(await askOverSocket({ language: 'en' }, bearer(token))).toBe('answered');
    expect(await askOverSocket({ token: 'nonsense' }, bearer(token))).toBe(4401);
  });

  it.each([
    ['nothing', undefined],
    ['nothing of it', { authorization: 7, headers: 'x', token: null }],
    ['nonsense', { authorization: 'Bearer nonsense' }],
    ['more than anyone needs', { token: 'x'.repeat(9000) }],
    ['a name of prototypes', { __proto__: { token: 'x' }, constructor: 'x' }],
  ])('%s closes the socket with a code after which clients do not reconnect', async (_what, params) => {
    sandbox.calls.splice(0);
    expect(await askOverSocket(params)).toBe(4401);
    expect(sandbox.calls).toEqual([]);
  });

  it('no operation runs before authentication', async () => {
    const socket = new WebSocket(socketUrl(), 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: '{ __typename }' } }));
    expect((await once(socket, 'close'))[0]).toBe(4401);
  });
});

describe('a subscription', () => {
  const open = (token: string) =>
    Promise.all(
      transports.map((transport) => subscribe(gateway.url, transport, changes, { sid }, bearer(token))),
    );

  it('ends when its token expires, and frees its resources', async () => {
    const subscribers = await open(await sign(issuer.key, { exp: inSeconds(5) }));
    expect(subscribers.map(({ hasEnded }) => hasEnded())).toEqual([false, false, false]);
    await until(() => subscribers.every(({ hasEnded }) => hasEnded()), 15_000);
    expect(subscribers.map(({ errors }) => errors.map(({ extensions }) => extensions?.code))).toEqual([
      ['4403'],
      [],
      ['UNAUTHENTICATED'],
    ]);

    const { sid: another } = sandbox.state.insert({ status: 'archived', audience: 1 });
    const later = bearer(await sign(issuer.key, { exp: inSeconds(7200) }));
    const lookAtTheClock = async (): Promise<void> => {
      await (await subscribe(gateway.url, 'sse', changes, { sid: another }, later)).close();
    };
    await lookAtTheClock();
    sandbox.calls.splice(0);
    shiftMs = 30_000; // whoever is listened to in progress is read by now
    await lookAtTheClock();
    shiftMs = 0;
    expect(sandbox.calls).toEqual([]);
  });

  it('does not end early if the token expires in 40 days', async () => {
    const subscribers = await open(await sign(issuer.key, { exp: inSeconds(40 * 86_400) }));
    await askOverSocket(bearer(await sign(issuer.key)));
    for (const { errors, hasEnded } of subscribers) expect([...errors, hasEnded()]).toEqual([false]);
  });
});

it('a router is told that a token has expired, also if a change arrives first after the clock was set', async () => {
  const router = await startRouter();
  let aheadMs = 0;
  const routed = await setup({
    sandbox: { clock: () => 0 },
    gateway: {
      now: () => Date.now() + aheadMs,
      environment: { ...issuer.environment, SUBSCRIPTION_CALLBACK_ORIGINS: router.origin },
    },
  });
  const { sid: watched } = routed.sandbox.state.insert({ status: 'in-progress', audience: 1 });
  const askAs = async (seconds: number, query: string, extensions = {}) => {
    const headers = bearer(await sign(issuer.key, { exp: inSeconds(seconds) }));
    expect((await ask(routed.gateway, query, { headers, extensions })).errors).toBeUndefined();
  };
  const query = `subscription { campaignUpdated(sid: "${watched}") { status } }`;
  await askAs(3600, query, router.extensions);
  aheadMs = 7_200_000;
  await askAs(10_000, `mutation { pauseCampaign(sid: "${watched}") { campaign { status } } }`);
  await until(() => router.received.some(({ action }) => action !== 'check'));
  const [end] = router.received.filter(({ action }) => action !== 'check');
  expect(end).toMatchObject({ action: 'complete', errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  await router.close();
});

it('a WebSocket client whose token expired reconnects with a new one and receives later events', async () => {
  const tokens = [await sign(issuer.key, { exp: inSeconds(4) }), await sign(issuer.key)];
  const shown: string[] = [];
  const client = createClient({
    url: socketUrl(),
    webSocketImpl: WebSocket,
    retryAttempts: 3,
    retryWait: () => Promise.resolve(),
    connectionParams: () => {
      const token = tokens[Math.min(shown.length, 1)] ?? '';
      shown.push(token);
      return bearer(token);
    },
  });
  const ends: unknown[] = [];
  let connections = 0;
  client.on('connected', () => (connections += 1));
  const end = (error?: unknown): void => {
    ends.push(error);
  };
  client.subscribe(
    { query: changes, variables: { sid } },
    { next: () => undefined, error: end, complete: end },
  );
  await until(() => connections === 2, 15_000);
  expect(shown).toEqual(tokens);
  expect(ends).toEqual([]);
  await client.dispose();
});
