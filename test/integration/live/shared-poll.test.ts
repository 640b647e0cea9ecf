import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Campaign } from '../../../src/sandbox/campaign.js';
import { type CampaignDraft } from '../../../src/sandbox/draft.js';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import {
  callbackSettings,
  type CampaignSubscriber,
  createWithCallbacks,
  subscribeToCampaign,
} from '../../support/writing/callbacks.js';
import { change } from '../../support/writing/creating.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { HeldTimers } from '../../support/gateway/held-timers.js';
import { leaveAll, until } from '../../support/clients/subscribing.js';

const hour = 3_600_000;
let at: number;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let time: HeldTimers;

beforeEach(() => {
  time = new HeldTimers(100);
  at = time.now();
});
afterEach(() => {
  time.release();
});

/** Nothing happens at the upstream but what the test does; the gateway's time passes when the test says so. */
async function start(environment: Record<string, string> = {}) {
  const both = await setup({ sandbox: { clock: () => at }, gateway: { now: time.now, environment } });
  ({ sandbox, gateway } = both);
  return both;
}

/** Campaigns that go on for long; with the latest starts, unless told otherwise. */
function insert(count: number, draft: CampaignDraft = {}, on = sandbox): Campaign[] {
  const times = { startsAt: at + 48 * hour, endsAt: at + 96 * hour, audience: 1000 };
  const status = 'scheduled' as const;
  return Array.from({ length: count }, () => on.state.insert({ status, ...times, ...draft }));
}

const old = {
  startsAt: Date.now() - 1000 * hour,
  endsAt: Date.now() + hour,
  createdAt: Date.now() - 2000 * hour,
};

function listenAll(sids: readonly string[], to = gateway): Promise<CampaignSubscriber[]> {
  return Promise.all(sids.map((sid, index) => subscribeToCampaign(to, index % 2 === 0 ? 'ws' : 'sse', sid)));
}

/** Time passes, and all that the gateway asks for meanwhile is answered. */
async function pass(ms: number): Promise<void> {
  for (let leftMs = ms; leftMs > 0; leftMs -= 500) {
    await time.pass(Math.min(leftMs, 500));
    await ask(gateway, '{ __typename }');
    await until(() => sandbox.calls.every(({ status }) => status > 0));
  }
}

async function received(subscribers: readonly CampaignSubscriber[]): Promise<void> {
  await Promise.all(subscribers.map((subscriber) => subscriber.next(1)));
  for (const subscriber of subscribers) {
    expect(subscriber.statuses()).toEqual(['PAUSED']);
    expect(subscriber.errors).toEqual([]);
  }
}

describe('without callbacks, 50 subscribers get a change within 25 s for at most 8 calls', () => {
  it('on one campaign, and on 50', async () => {
    const alone = await start();
    const many = await start();
    const one = insert(1, {}, alone.sandbox).flatMap(({ sid }) => Array.from({ length: 50 }, () => sid));
    const fifty = insert(50, {}, many.sandbox).map(({ sid }) => sid);
    // One call for all of them, however far apart the subscriptions arrive.
    await ask(many.gateway, '{ campaigns(first: 50) { nodes { sid } } }');
    const onOne = await listenAll(one, alone.gateway);
    const onFifty = await listenAll(fifty, many.gateway);
    alone.sandbox.state.setStatus(one[0] ?? '', 'paused');
    for (const sid of fifty) many.sandbox.state.setStatus(sid, 'paused');
    await time.pass(25_000);
    await Promise.all([received(onOne), received(onFifty)]);
    expect(alone.sandbox.calls.length).toBeLessThanOrEqual(8);
    expect(many.sandbox.calls.length).toBeLessThanOrEqual(8);
  });
});

describe('the poll', () => {
  it.each([
    ['in-progress', 6_000],
    ['scheduled', 20_000],
    ['paused', 20_000],
    ['completed', 20_000],
    ['archived', 300_000],
  ] as const)('reads a campaign that is %s when it is %i ms old, and not before', async (status, ms) => {
    await start();
    const [{ sid } = { sid: '' }] = insert(1, { status });
    await listenAll([sid]);
    sandbox.calls.splice(0);
    await pass(ms - 1);
    expect(sandbox.calls).toEqual([]);
    await pass(1);
    await until(() => sandbox.calls.length === 1);
  });

  it('reads a campaign that calls back once a minute', async () => {
    await start(callbackSettings);
    const { sid } = await createWithCallbacks(gateway);
    await listenAll([sid]);
    sandbox.state.setStatus(sid, 'in-progress');
    sandbox.calls.splice(0);
    await pass(59_999);
    expect(sandbox.calls).toEqual([]);
    await pass(1);
    await until(() => sandbox.calls.length === 1);
  });

  it('reads campaigns outside of the newest window too', async () => {
    await start();
    const outside = insert(4, { ...old, status: 'in-progress' }).map(({ sid }) => sid);
    const [{ sid: inside } = { sid: '' }] = insert(60);
    const subscribers = await listenAll([...outside, inside]);
    for (const sid of [...outside, inside]) sandbox.state.setStatus(sid, 'paused');
    sandbox.calls.splice(0);
    await pass(20_001);
    await received(subscribers);
    expect(sandbox.calls.length).toBeLessThanOrEqual(6);
  });

  it('stops when its last subscriber leaves', async () => {
    await start();
    const sids = insert(3, { status: 'in-progress' }).map(({ sid }) => sid);
    const subscribers = await listenAll([...sids, ...sids]);
    sandbox.calls.splice(0);
    await pass(6001);
    await until(() => sandbox.calls.length > 0);
    await leaveAll();
    sandbox.calls.splice(0);
    await pass(7500);
    expect(sandbox.calls).toEqual([]);
    expect(subscribers.flatMap(({ events }) => events)).toEqual([]);
  });

  it('uses at most a third of a limit of 30', async () => {
    await start({ EXOTEL_RATE_LIMIT: '30' });
    const sids = insert(6, { ...old, status: 'in-progress' }).map(({ sid }) => sid);
    insert(60);
    await listenAll(sids);
    sandbox.calls.splice(0);
    await pass(6001);
    await pass(12_000);
    expect(sandbox.calls.length).toBeGreaterThan(3);
    expect(sandbox.calls.length).toBeLessThanOrEqual(10);
    const { errors } = await ask(gateway, '{ campaigns(first: 1) { totalCount } }');
    expect(errors).toBeUndefined();
  });

  it('delays no query that asks for the same campaign while it waits for the rate limit', async () => {
    await start({ EXOTEL_RATE_LIMIT: '20' });
    const [{ sid } = { sid: '' }] = insert(1, { ...old, status: 'in-progress' });
    await listenAll([sid]);
    for (let unknown = 0; unknown < 20; unknown += 1)
      await ask(gateway, `{ campaign(sid: "unknown${unknown}") { name } }`);
    sandbox.calls.splice(0);
    await pass(6001);
    const query = `{ campaign(sid: "${sid}") { status } }`;
    const { data } = await ask<{ campaign: unknown }>(gateway, query, {
      headers: { 'cache-control': 'no-cache' },
    });
    expect(data?.campaign).toEqual({ status: 'IN_PROGRESS' }); // the stale entry, as after any refusal
    expect(sandbox.calls).toEqual([]);
    await pass(60_000);
    await until(() => sandbox.calls.length > 0);
  });
});

describe('a change is published without a further call', () => {
  it.each([
    ['a query for it', (sid: string) => `{ campaign(sid: "${sid}") { name } }`],
    ['a query for a list that it is in', () => '{ campaigns { nodes { name } } }'],
  ])('if %s finds it', async (_what, query) => {
    await start();
    const [{ sid } = { sid: '' }] = insert(1);
    const subscribers = await listenAll([sid, sid]);
    sandbox.calls.splice(0);
    sandbox.state.setStatus(sid, 'paused');
    await ask(gateway, query(sid), { headers: { 'cache-control': 'no-cache' } });
    await received(subscribers);
    expect(sandbox.calls).toHaveLength(1);
  });

  it('if a mutation makes it', async () => {
    await start();
    const [{ sid } = { sid: '' }] = insert(1);
    const [subscriber] = await listenAll([sid]);
    sandbox.calls.splice(0);
    for (const [index, action] of (
      ['update', 'pause', 'resume', 'pause', 'complete', 'archive'] as const
    ).entries()) {
      expect(await change(gateway, action, sid)).toMatchObject({ sid, codes: [] });
      await subscriber?.next(index + 1);
    }
    expect(subscriber?.statuses()).toEqual([
      'SCHEDULED',
      'PAUSED',
      'SCHEDULED',
      'PAUSED',
      'COMPLETED',
      'ARCHIVED',
    ]);
    expect(new Set(sandbox.calls.map(({ method }) => method))).toEqual(new Set(['PUT']));
  });
});

it('no event if only fetchedAt differs, or a field that some responses lack', async () => {
  await start();
  const [campaign] = insert(1);
  const sid = campaign?.sid ?? '';
  const subscribers = await listenAll([sid, sid]);
  const look = async (query: string): Promise<void> => {
    await time.pass(1000);
    expect((await ask(gateway, query, { headers: { 'cache-control': 'no-cache' } })).errors).toBeUndefined();
  };
  for (let time = 0; time < 3; time += 1) {
    await look(`{ campaign(sid: "${sid}") { name } }`);
    await look('{ campaigns { nodes { name } } }');
  }
  sandbox.state.setStatus(sid, 'paused');
  await look(`{ campaign(sid: "${sid}") { name } }`);
  await received(subscribers);
});
