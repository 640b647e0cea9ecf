import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closeNow } from '../../support/closing.js';
import { ask } from '../../support/clients/ask.js';
import {
  callbackSettings,
  campaignCallback,
  createWithCallbacks,
  messageCallback,
} from '../../support/writing/callbacks.js';
import { type Fault, type FaultPlan } from '../../../src/sandbox/http/faults.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest, startGatewayOn } from '../../support/gateway/gateway-under-test.js';
import { invalidating, type RouterCache, startRouterCache } from '../../support/programs/router-cache.js';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { sent } from '../../support/clients/sent-bytes.js';
import { scrape } from '../../support/gateway/scraping.js';
import { HeldTimers } from '../../support/gateway/held-timers.js';
import { leaveAll, postCallback, subscribe, until } from '../../support/clients/subscribing.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let router: RouterCache;
/** Milliseconds that the gateway has waited between its requests to the router. */
let waitedMs: number[];

beforeEach(async () => {
  waitedMs = [];
  router = await startRouterCache();
});
afterEach(async () => {
  router.behaviour = 'up';
  await router.close();
});

/** Waits take no time, and are noted. */
const noWait = async (ms: number): Promise<void> => {
  waitedMs.push(ms);
  await turn();
};

async function start(
  environment = {},
  sleep: (ms: number) => Promise<unknown> = noWait,
  faults?: FaultPlan,
  now?: () => number,
): Promise<void> {
  const at = now?.() ?? Date.now();
  const settings = { ...invalidating(router), ...callbackSettings, ...environment };
  const plan = faults && { faults };
  ({ sandbox, gateway } = await setup({
    sandbox: { clock: () => at, ...plan },
    gateway: { now: now ?? (() => at), environment: settings, sleep },
  }));
}

const named = (sid: string): string => `{ campaign(sid: "${sid}") { name status } }`;
const list = '{ campaigns(first: 50) { nodes { sid name status } } }';
const tagsSent = (): unknown[] =>
  router.seen.flatMap(({ requests }) => requests.map((each) => each['cache_tag'] ?? each['kind']));
const fresh = { headers: { 'cache-control': 'no-cache' } };
const archive = (sid: string) =>
  ask(gateway, `mutation { archiveCampaign(sid: "${sid}") { campaign { status } } }`);

describe('a change is sent to the router', () => {
  it('after a write, as Apollo Router documents it', async () => {
    await start();
    const { sid } = sandbox.state.insert({ status: 'completed' });
    expect(await router.ask(gateway, named(sid))).toContain('COMPLETED');
    await router.ask(gateway, list);
    await archive(sid);
    await until(() => router.entries.size === 0);
    expect(await router.ask(gateway, named(sid))).toContain('ARCHIVED');
    const [first] = router.seen;
    expect(first?.headers).toMatchObject({
      authorization: 'the key of the router',
      'content-type': 'application/json',
    });
    expect(first?.requests).toEqual([
      { kind: 'cache_tag', subgraphs: ['campaigns'], cache_tag: `campaign-${sid}` },
      { kind: 'cache_tag', subgraphs: ['campaigns'], cache_tag: 'campaigns' },
    ]);
    expect(waitedMs[0]).toBe(250);
  });

  it('after a create: of a sid that was asked for before, and of lists', async () => {
    await start();
    await router.ask(gateway, list);
    const { sid } = await createWithCallbacks(gateway);
    await until(() => tagsSent().includes(`campaign-${sid}`) && tagsSent().includes('campaigns'));
    expect(router.entries.size).toBe(0);
  });

  it('after a callback, without subscribers and without a call', async () => {
    await start();
    const { sid, campaignUrl } = await createWithCallbacks(gateway);
    await until(() => tagsSent().includes(`campaign-${sid}`));
    router.seen.splice(0);
    const calls = sandbox.calls.length;
    await postCallback(campaignUrl, campaignCallback(sid, 'in-progress'));
    await until(() => tagsSent().includes(`campaign-${sid}`));
    expect(sandbox.calls).toHaveLength(calls);
  });

  it('after a callback of a campaign that this gateway has not read, as after a restart', async () => {
    const secret = { WEBHOOK_SECRET: 'a secret of both gateways' };
    await start(secret);
    const { sid, campaignUrl } = await createWithCallbacks(gateway);
    await gateway.close();
    router.seen.splice(0);
    const settings = { ...invalidating(router), ...callbackSettings, ...secret };
    const next = await startGatewayOn(sandbox.baseUrl, settings);
    try {
      await postCallback(next.url + new URL(campaignUrl).pathname, campaignCallback(sid, 'in-progress'));
      await until(() => tagsSent().includes(`campaign-${sid}`));
    } finally {
      await next.close();
    }
  });

  it('after a callback of a message, whose campaign counts it', async () => {
    await start();
    const { sid, messageUrl } = await createWithCallbacks(gateway);
    await until(() => tagsSent().includes(`campaign-${sid}`));
    router.seen.splice(0);
    await postCallback(messageUrl, messageCallback(sid, 'a-message', 'sent'));
    await until(() => tagsSent().includes(`campaign-${sid}`));
  });

  it('after the poll that finds one for a subscriber', async () => {
    const time = new HeldTimers();
    try {
      await start({}, noWait, undefined, time.now);
      const { sid } = sandbox.state.insert({ status: 'in-progress' });
      await router.ask(gateway, named(sid));
      const subscriber = await subscribe(
        gateway.url,
        'sse',
        `subscription { campaignUpdated(sid: "${sid}") { status } }`,
      );
      sandbox.state.setStatus(sid, 'paused');
      await time.pass(25_000);
      await subscriber.next(1);
      await until(() => router.entries.size === 0);
      expect(tagsSent()).toContain(`campaign-${sid}`);
    } finally {
      time.release();
      await leaveAll();
    }
  });

  it('after a read that shows one, and after no other', async () => {
    await start();
    const [one, other] = [1, 2].map(() => sandbox.state.insert({ status: 'in-progress' }).sid) as [
      string,
      string,
    ];
    await ask(gateway, list);
    await ask(gateway, named(one), fresh);
    await ask(gateway, list, fresh);
    sandbox.state.setStatus(one, 'paused');
    await ask(gateway, list, fresh);
    await until(() => router.seen.length > 0);
    expect(tagsSent().sort()).toEqual([`campaign-${one}`, 'campaigns']);
    expect(tagsSent()).not.toContain(`campaign-${other}`);
  });
});

it('1,000 changes: no entry is stale after a second', async () => {
  await start();
  const sids = Array.from({ length: 50 }, () => sandbox.state.insert({ status: 'in-progress' }).sid);
  await ask(gateway, list);
  for (let round = 0; round < 20; round += 1) {
    await Promise.all([...sids.map(named), list].map((query) => router.ask(gateway, query)));
    expect(router.entries.size).toBe(51);
    const status = round % 2 === 0 ? 'paused' : 'in-progress';
    for (const sid of sids) sandbox.state.setStatus(sid, status);
    waitedMs = [];
    await ask(gateway, list, fresh); // the gateway learns of fifty changes
    await until(() => router.entries.size === 0);
    expect(waitedMs.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(1000);
  }
  expect(tagsSent().filter((tag) => tag !== 'campaigns')).toHaveLength(1000);
});

it('a router that was down has no stale entry within a second after it is back', async () => {
  await start();
  const sids = Array.from({ length: 3 }, () => sandbox.state.insert({ status: 'completed' }).sid);
  await Promise.all(sids.map((sid) => router.ask(gateway, named(sid))));
  for (const behaviour of ['down', 503, 401] as const) {
    router.behaviour = behaviour;
    if (behaviour === 'down') for (const sid of sids) await archive(sid);
    const pauses = waitedMs.length;
    await until(() => waitedMs.length > pauses + 5);
    expect(router.entries.size).toBe(3);
  }
  expect(Math.max(...waitedMs)).toBeLessThan(1000);
  router.behaviour = 'up';
  waitedMs = [];
  await until(() => router.entries.size === 0);
  expect(waitedMs.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(1000);
  for (const sid of sids) expect(await router.ask(gateway, named(sid))).toContain('ARCHIVED');
  const { value } = await scrape(gateway);
  expect(value('campaign_gateway_cache_invalidations_total', { outcome: 'failed' })).toBeGreaterThan(10);
  expect(value('campaign_gateway_cache_invalidations_total', { outcome: 'sent' })).toBeGreaterThan(0);
  const lines = gateway.logs.filter((line) => line.includes('cache of a router'));
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
    'the cache of a router cannot be invalidated; it is tried again',
    'the cache of a router is invalidated again',
  ]);
  expect(gateway.logs.join('')).not.toContain('the key of the router');
});

it('a router that does not answer delays no read and no write', async () => {
  await start();
  router.behaviour = 'silent';
  const { sid } = sandbox.state.insert({ status: 'completed' });
  await archive(sid);
  await until(() => router.seen.length === 1);
  expect(await ask(gateway, named(sid), fresh)).toMatchObject({ data: { campaign: { status: 'ARCHIVED' } } });
});

it('each of several routers gets every change, whatever the others do', async () => {
  const other = await startRouterCache();
  try {
    await start(invalidating(router, other));
    router.behaviour = 'down';
    const { sid } = sandbox.state.insert({ status: 'completed' });
    await archive(sid);
    await until(() => other.seen.length > 0);
    router.behaviour = 'up';
    await until(() => tagsSent().includes(`campaign-${sid}`));
  } finally {
    await closeNow();
    await other.close();
  }
});

it('what waits is sent during a stop', async () => {
  const never = new Promise<never>(() => undefined);
  await start({ SUBGRAPH_NAME: 'messages-of-acme' }, () => never);
  const { sid } = sandbox.state.insert({ status: 'completed' });
  await archive(sid);
  expect(router.seen).toEqual([]);
  await gateway.close();
  expect(tagsSent()).toEqual([`campaign-${sid}`, 'campaigns']);
  expect(router.seen[0]?.requests[0]?.['subgraphs']).toEqual(['messages-of-acme']);
});

it('an answer whose campaign changes while it is made is stored by no cache', async () => {
  let fault: Fault | undefined;
  await start({}, noWait, () => fault);
  const [one, other] = [1, 2].map(() => sandbox.state.insert({ status: 'completed' }).sid) as [
    string,
    string,
  ];
  await ask(gateway, named(one));
  fault = { kind: 'delay', delayMs: 500 };
  const calls = sandbox.calls.length;
  const answer = sent(gateway, {
    query: `{ one: campaign(sid: "${one}") { status } other: campaign(sid: "${other}") { status } }`,
  });
  await until(() => sandbox.calls.length > calls);
  fault = undefined;
  await archive(one);
  const { headers, text } = await answer;
  expect(text).toContain('COMPLETED');
  expect([headers['cache-control'], headers['cache-tag']]).toEqual(['no-store', undefined]);
});
