import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { type RouterUnderTest, startRouter } from '../../support/clients/router.js';
import { until } from '../../support/clients/subscribing.js';
import { type ClientAnswer, type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { setup } from '../../support/gateway/setup.js';
import { change } from '../../support/writing/creating.js';

const mebibyte = 1024 ** 2;
const audience = 400;
const messages = `messages(first: ${audience}) { nodes { sid number name body status } }`;

let router: RouterUnderTest;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sid: string;

beforeEach(async () => {
  router = await startRouter();
});
afterEach(async () => {
  router.ignore([]);
  router.answerAll();
  await router.close();
});

async function start(environment: Record<string, string>, readTimeoutMs = 60_000): Promise<void> {
  const clientTimeouts = { headersMs: 8000, requestMs: 12_000, checkEveryMs: 2000, readTimeoutMs };
  ({ sandbox, gateway } = await setup({
    sandbox: { clock: () => 0 },
    gateway: {
      environment: { SUBSCRIPTION_CALLBACK_ORIGINS: router.origin, ...environment },
      clientTimeouts,
      heapBytes: 96 * mebibyte,
    },
  }));
  ({ sid } = sandbox.state.insert({ status: 'in-progress', audience }));
}

/** Subscribes as a router does, with an event at once. */
async function route(selection: string, extension: Readonly<Record<string, unknown>> = {}): Promise<number> {
  const subscription = { ...(router.extensions['subscription'] as object), ...extension };
  const query = `subscription { campaignUpdated(sid: "${sid}", sendCurrent: true) { ${selection} } }`;
  return (await gateway.send({ query, extensions: { subscription } })).status;
}

const nexts = (): number => router.received.filter(({ action }) => action === 'next').length;

it('a subscription ends when its router has not taken an event for as long as connections may read nothing', async () => {
  await start({ MAX_SUBSCRIPTIONS_PER_CALLER: '1' }, 500);
  router.ignore(['next']);
  expect(await route('status')).toBe(200);
  await until(() => router.waiting() === 1);
  await until(() => router.waiting() === 0, 3000);
  await until(async () => (await route('status')) === 200);
  expect(nexts()).toBeLessThanOrEqual(2);
});

it('events that no router takes leave the memory of results to other operations', async () => {
  await start({ OPERATION_TIMEOUT_MS: '4000' });
  router.ignore(['next']);
  for (let opened = 0; opened < 60; opened += 1) expect(await route(messages)).toBe(200);
  await until(() => nexts() > 5);
  const { status, text } = await gateway.send({
    query: `{ campaign(sid: "${sid}") { ${messages} } }`,
  });
  const { errors } = JSON.parse(text) as ClientAnswer<unknown>;
  expect([status, errors]).toEqual([200, undefined]);
});

it('large events wait until routers have taken earlier ones, and small ones do not', async () => {
  await start({ MAX_ANSWER_BYTES: '4000000', MAX_UNREAD_BYTES: '8000000' }); // an event has 3.9 MB at most
  router.ignore(['next']);
  for (let opened = 0; opened < 4; opened += 1) expect(await route(messages)).toBe(200);
  await until(() => nexts() === 2);
  expect(await route('status')).toBe(200);
  await until(() => nexts() === 3);
  expect(router.received.filter(({ payload }) => JSON.stringify(payload ?? '').length > 50_000)).toHaveLength(
    2,
  );
  router.ignore([]);
  router.answerAll();
  await until(() => nexts() === 5);
});

it('an event that is larger than the bound is sent alone', async () => {
  await start({ MAX_ANSWER_BYTES: '0', MAX_UNREAD_BYTES: '1000000' });
  router.ignore(['next']);
  for (let opened = 0; opened < 2; opened += 1) expect(await route(messages)).toBe(200);
  await until(() => nexts() === 1);
  await change(gateway, 'pause', sid); // time for the second one
  expect(nexts()).toBe(1);
  router.answerAll();
  await until(() => nexts() === 2);
});

it('an event that waits is not executed once its subscription has ended', async () => {
  await start({ MAX_ANSWER_BYTES: '0', MAX_UNREAD_BYTES: '1000000', CACHE: 'off' });
  router.ignore(['next']);
  expect(await route(messages)).toBe(200);
  await until(() => nexts() === 1);
  expect(await route(messages, { heartbeatIntervalMs: 50 })).toBe(200);
  router.status = 404; // of the heartbeats
  await until(() => gateway.logs.some((line) => line.includes('takes no more events')));
  router.status = 204;
  sandbox.calls.splice(0);
  router.answerAll();
  await until(() => router.waiting() === 0);
  await ask(gateway, `{ campaign(sid: "${sid}") { name } }`); // as long as an execution
  expect(sandbox.calls.filter(({ path }) => path.endsWith('/message-details'))).toEqual([]);
});
