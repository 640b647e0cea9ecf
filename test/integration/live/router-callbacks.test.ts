import { drainMs } from '../../../src/app/grace-period.js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { subscribeToCampaign } from '../../support/writing/callbacks.js';
import { change } from '../../support/writing/creating.js';
import { setup } from '../../support/gateway/setup.js';
import { type ClientError, type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { type RouterMessage, type RouterUnderTest, startRouter } from '../../support/clients/router.js';
import { until } from '../../support/clients/subscribing.js';

let router: RouterUnderTest;
let shiftMs: number;
let fault: Fault | undefined;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sid: string;

beforeEach(async () => {
  [shiftMs, fault] = [0, undefined];
  router = await startRouter();
  const at = Date.now(); // nothing happens at the upstream but what the test does
  ({ sandbox, gateway } = await setup({
    sandbox: {
      clock: () => at,
      faults: ({ path }) => (path.endsWith('/message-details') ? fault : undefined),
    },
    gateway: {
      now: () => Date.now() + shiftMs,
      environment: {
        SUBSCRIPTION_CALLBACK_ORIGINS: `http://other.example, ${router.origin}`,
        MAX_UPSTREAM_CALLS: '3',
      },
    },
  }));
  ({ sid } = sandbox.state.insert({ status: 'in-progress', audience: 30 }));
});
afterEach(() => router.close());

const said = (action: RouterMessage['action']): RouterMessage[] =>
  router.received.filter((one) => one.action === action);
const codesOf = (errors: readonly ClientError[] = []) => errors.map(({ extensions }) => extensions?.code);

/** Asks as a router does. */
async function route(selection = '{ status }', extension: Record<string, unknown> = {}, of = sid) {
  const subscription = { ...(router.extensions['subscription'] as object), ...extension };
  const query = `subscription { campaignUpdated(sid: "${of}") ${selection} }`;
  const { status, text } = await gateway.send({ query, extensions: { subscription } });
  return {
    status,
    body: JSON.parse(text) as { readonly data?: unknown; readonly errors?: readonly ClientError[] },
  };
}

describe('a router receives', () => {
  it('check first, then next for each event, once and in order', async () => {
    const { status, body } = await route();
    expect(status).toBe(200);
    expect(body.errors).toBeUndefined();
    expect(router.received).toEqual([{ kind: 'subscription', action: 'check', id: 'a', verifier: 'v' }]);
    expect(router.protocols).toEqual(['callback/1.0']);
    for (const [index, action] of (['pause', 'complete', 'archive'] as const).entries()) {
      await change(gateway, action, sid);
      await until(() => said('next').length > index);
    }
    const payloadOf = (status: string) => ({ data: { campaignUpdated: { status } } });
    expect(said('next').map(({ payload }) => payload)).toEqual(
      ['PAUSED', 'COMPLETED', 'ARCHIVED'].map(payloadOf),
    );
    expect(said('next').every(({ id, verifier }) => id === 'a' && verifier === 'v')).toBe(true);
  });

  it.each([408, 421, 425, 429, 500, 503])(
    'an event again that it answered with %i, and then the next one',
    async (status) => {
      await route();
      router.status = status;
      await change(gateway, 'pause', sid);
      await until(() => said('next').length > 1);
      router.status = 200;
      await change(gateway, 'complete', sid);
      const statuses = () =>
        said('next').map(
          ({ payload }) => (payload?.data as { campaignUpdated: { status: string } }).campaignUpdated.status,
        );
      await until(() => statuses().includes('COMPLETED'));
      expect([...new Set(statuses())]).toEqual(['PAUSED', 'COMPLETED']);
    },
  );

  it('heartbeats, and complete when the gateway stops', async () => {
    await route('{ status }', { heartbeatIntervalMs: 50 });
    await until(() => said('check').length > 3);
    const from = performance.now();
    await gateway.close();
    expect(performance.now() - from).toBeLessThan(drainMs(10_000)); // the time that requests in flight have
    expect(router.received.at(-1)).toMatchObject({ action: 'complete', id: 'a' });
  });

  it('nothing for an unknown sid: the response to its request has the error', async () => {
    const { status, body } = await route('{ status }', {}, '0123456789abcdef');
    expect(codesOf(body.errors)).toEqual(['BAD_USER_INPUT']);
    expect(status).toBe(400);
    expect(router.received).toEqual([]);
  });

  it('the error code of an upstream failure in an event, without upstream text', async () => {
    await route('{ status messages { totalCount } }');
    fault = { kind: 'html' };
    await change(gateway, 'pause', sid);
    await until(() => said('next').length > 0, 10_000);
    expect(codesOf(said('next')[0]?.payload?.errors)).toEqual(['UPSTREAM_UNAVAILABLE']);
    expect(JSON.stringify(router.received)).not.toMatch(/nginx|502|stack/i);
  });
});

describe('events and upstream reads stop when a router', () => {
  const nobodyIsPolledFor = async (): Promise<void> => {
    const { sid: another } = sandbox.state.insert({ status: 'archived', audience: 1 });
    await (await subscribeToCampaign(gateway, 'sse', another)).close();
    sandbox.calls.splice(0);
    shiftMs += 30_000;
    await (await subscribeToCampaign(gateway, 'sse', another)).close(); // who comes has the gateway look at its clock
    await ask(gateway, '{ __typename }');
    expect(sandbox.calls).toEqual([]);
  };

  it.each([
    ['answers 404 to an event', 404, 0],
    ['answers 404 to a heartbeat', 404, 50],
  ])('%s', async (_what, status, heartbeatIntervalMs) => {
    await route('{ status }', { heartbeatIntervalMs });
    router.status = status;
    if (heartbeatIntervalMs === 0) await change(gateway, 'pause', sid);
    const before = heartbeatIntervalMs === 0 ? 2 : said('check').length + 1;
    await until(() => router.received.length >= before);
    await ask(gateway, '{ __typename }');
    const count = router.received.length;
    await nobodyIsPolledFor();
    await change(gateway, heartbeatIntervalMs === 0 ? 'complete' : 'pause', sid);
    expect(router.received.length).toBe(count);
  });

  it('rejects check', async () => {
    router.status = 400;
    const { body } = await route();
    expect(body.errors).toHaveLength(1);
    await nobodyIsPolledFor();
    expect(said('next')).toEqual([]);
  });
});

describe('refused without sending anything:', () => {
  it.each([
    ['another host', 'http://127.0.0.1:1/callback'],
    ['another scheme', 'https://other.example/callback'],
    ['an origin that only begins like one', 'http://other.example.evil.example/callback'],
    ['credentials that look like one', 'http://other.example@evil.example/'],
    ['no URL', 'callback'],
    ['nothing', ''],
    ['a number', 42],
    ['a list', [1]],
  ])('a callback URL with %s', async (_what, wrong) => {
    const { status, body } = await route('{ status }', { callbackUrl: wrong });
    expect(codesOf(body.errors)).toEqual(['BAD_USER_INPUT']);
    expect(status).toBe(400);
    expect(router.received).toEqual([]);
    expect(sandbox.calls).toEqual([]);
  });

  it.each([1, -5, 'x', 2 ** 31, 1.5])('a heartbeat interval of %p ms', async (heartbeatIntervalMs) => {
    const { status, body } = await route('{ status }', { heartbeatIntervalMs });
    expect(codesOf(body.errors)).toEqual(['BAD_USER_INPUT']);
    expect(status).toBe(400);
    expect(router.received).toEqual([]);
    expect(sandbox.calls).toEqual([]);
  });

  it.each([
    ['nothing that is there', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'too much for an event',
      `{ ${[1, 2, 3, 4, 5].map((first) => `m${first}: messages(first: ${first}) { totalCount }`).join(' ')} }`,
      'QUERY_TOO_EXPENSIVE',
    ],
  ])('a subscription to %s', async (_what, selection, code) => {
    const { body } = await route(selection);
    expect(codesOf(body.errors)).toEqual([code]);
    await ask(gateway, '{ __typename }');
    expect(said('next')).toEqual([]);
    expect(sandbox.calls).toEqual([]);
    expect(router.received).toEqual([]);
  });
});
