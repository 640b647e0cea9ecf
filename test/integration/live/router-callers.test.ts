import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { entryOf, keyFor, type KeysFile, showing, writeKeys } from '../../support/clients/callers.js';
import { setup } from '../../support/gateway/setup.js';
import { type ClientAnswer, type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { type RouterUnderTest, startRouter } from '../../support/clients/router.js';
import { until } from '../../support/clients/subscribing.js';

const reading = ['campaigns:read'] as const;
const writing = ['campaigns:write'] as const;
const everything = ['campaigns:read', 'campaigns:write', 'messages:read'] as const;

let router: RouterUnderTest;
let keys: KeysFile;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sid: string;

beforeEach(async () => {
  router = await startRouter(50);
  keys = await writeKeys(
    [reading, writing, everything].map((scopes) => entryOf(scopes.join('+'), keyFor(scopes), scopes)),
  );
  ({ sandbox, gateway } = await setup({
    sandbox: { clock: () => 0 },
    gateway: {
      environment: {
        ...keys.environment,
        SUBSCRIPTION_CALLBACK_ORIGINS: router.origin,
        MAX_SUBSCRIPTIONS_PER_CALLER: '1',
      },
    },
  }));
  ({ sid } = sandbox.state.insert({ status: 'in-progress', audience: 3 }));
});
afterEach(async () => {
  await router.close();
  await keys.remove();
});

async function route(headers: Readonly<Record<string, string>>, selection = '{ status }') {
  const query = `subscription { campaignUpdated(sid: "${sid}") ${selection} }`;
  const answer = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, extensions: router.extensions }),
  });
  const { data, errors } = (await answer.json()) as ClientAnswer<unknown>;
  return { status: answer.status, data, codes: errors?.map(({ extensions }) => extensions?.code) };
}

/** Long enough for heartbeats, if there were any. */
async function askSomethingElse(): Promise<void> {
  for (let time = 0; time < 5; time += 1) await ask(gateway, '{ __typename }', { headers: showing(reading) });
}

it('a router subscription without its scope is refused before anything is sent or read', async () => {
  const { status, data, codes } = await route(showing(writing), '{ status }');
  expect([status, data, codes]).toEqual([400, undefined, ['FORBIDDEN']]);
  await askSomethingElse();
  expect(router.received).toEqual([]);
  expect(sandbox.calls).toEqual([]);
});

it('a router subscription over MAX_SUBSCRIPTIONS_PER_CALLER is refused before anything is sent', async () => {
  expect((await route(showing(reading))).status).toBe(200);
  const id = 'subscription';
  const { codes } = await route(showing(reading));
  expect(codes).toEqual(['TOO_MANY_SUBSCRIPTIONS']);
  const checks = router.received.filter(({ action }) => action === 'check').length;
  await until(() => router.received.length > checks); // heartbeats of the first one only
  expect(new Set(router.received.map(({ kind }) => kind))).toEqual(new Set([id]));
});

it('revoking the API key ends a router subscription with UNAUTHENTICATED, and no heartbeat follows', async () => {
  expect((await route(showing(reading))).status).toBe(200);
  await until(() => router.received.length > 2);
  await keys.replace([entryOf('everything', keyFor(everything), everything)]);
  await until(() => router.received.some(({ action }) => action === 'complete'));
  const end = router.received.find(({ action }) => action === 'complete');
  expect(end?.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  const count = router.received.length;
  const pause = `mutation { pauseCampaign(sid: "${sid}") { campaign { status } } }`;
  const { errors } = await ask(gateway, pause, { headers: showing(everything) });
  expect(errors).toBeUndefined();
  await askSomethingElse();
  expect(router.received.length).toBe(count);
});

it.each([
  ['next', ['next']],
  ['next and check', ['next', 'check']],
] as const)(
  'revoking the API key ends a router subscription that waits for the answer to %s, at once',
  async (_what, actions) => {
    expect((await route(showing(reading))).status).toBe(200);
    router.ignore(actions);
    const pause = `mutation { pauseCampaign(sid: "${sid}") { campaign { status } } }`;
    expect((await ask(gateway, pause, { headers: showing(everything) })).errors).toBeUndefined();
    await until(() => router.received.some(({ action }) => action === 'next'));
    await keys.replace([entryOf('everything', keyFor(everything), everything)]);
    await until(() => router.received.some(({ action }) => action === 'complete'), 4000); // before the router times out
    const end = router.received.findIndex(({ action }) => action === 'complete');
    expect(router.received[end]?.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    await askSomethingElse();
    expect(router.received.slice(end + 1)).toEqual([]);
    expect(router.received.filter(({ action }) => action === 'next')).toHaveLength(1);
  },
);

it('revoking the API key ends the wait for a router to confirm its subscription', async () => {
  router.ignore(['check']);
  const routed = route(showing(reading));
  await until(() => router.received.length === 1);
  await keys.replace([entryOf('everything', keyFor(everything), everything)]);
  expect(await routed).toMatchObject({ status: 401, data: undefined, codes: ['UNAUTHENTICATED'] });
  await askSomethingElse();
  expect(router.received).toHaveLength(1);
});
