import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { CreateDocument } from '../../operations/generated.js';
import {
  callbackSettings,
  type CampaignWithCallbacks,
  campaignCallback,
  createWithCallbacks,
} from '../../support/writing/callbacks.js';
import { change } from '../../support/writing/creating.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { describeWithRedis, type RunningRedis, startRedis } from '../../support/programs/redis.js';
import { look, sent } from '../../support/clients/sent-bytes.js';
import { postCallback } from '../../support/clients/subscribing.js';
import { startTwoGateways, until } from '../../support/gateway/two-gateways.js';
import { validInput } from '../../support/writing/valid-input.js';

let now: number;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let one: CampaignWithCallbacks;
let fault: Fault | undefined;

beforeEach(async () => {
  now = Date.parse('2026-05-01T10:00:00Z');
  fault = undefined;
  const clock = () => now;
  const faults = () => fault;
  ({ sandbox, gateway } = await setup({
    sandbox: { clock, faults },
    gateway: { now: clock, environment: callbackSettings },
  }));
  one = await createWithCallbacks(gateway);
});

const campaign = () => ({ query: `{ campaign(sid: "${one.sid}") { status } }` });
const list = () => ({ query: '{ campaigns(first: 1) { totalCount nodes { status } } }' });

/** Asks until it is given as bytes. */
async function keep(body: Readonly<Record<string, unknown>>): Promise<void> {
  await sent(gateway, body);
  expect((await look(gateway, body)).looked).toBe('hit');
}

const pausedThere = () => sandbox.state.setStatus(one.sid, 'paused');

describe('a response is no longer served from the cache after', () => {
  it.each<[string, () => { readonly query: string }, () => Promise<unknown>]>([
    [
      'it has aged',
      campaign,
      () => {
        pausedThere();
        now += 31_000;
        return Promise.resolve();
      },
    ],
    ['a mutation has changed what is in it', campaign, () => change(gateway, 'pause', one.sid)],
    [
      'a callback says that it is not so any more',
      campaign,
      () => {
        pausedThere();
        return postCallback(one.campaignUrl, campaignCallback(one.sid, 'paused'));
      },
    ],
    [
      'another caller has read something newer',
      campaign,
      () => {
        pausedThere();
        return sent(gateway, campaign(), { 'cache-control': 'no-cache' });
      },
    ],
    [
      'a list has shown something newer',
      campaign,
      () => {
        pausedThere();
        return sent(gateway, list());
      },
    ],
    [
      'a list that it is of has been read again',
      list,
      () => {
        pausedThere();
        return sent(gateway, list(), { 'cache-control': 'no-cache' });
      },
    ],
  ])('%s', async (_why, asked, happens) => {
    sandbox.state.setStatus(one.sid, 'in-progress');
    await sent(gateway, asked(), { 'cache-control': 'no-cache' });
    await keep(asked());
    await happens();
    const next = await look(gateway, asked());
    expect(next.looked).toBe('stale');
    expect(next.text).toContain('"PAUSED"');
  });

  it('the list has a new campaign', async () => {
    await keep(list());
    await gateway.data(CreateDocument, { input: validInput });
    const next = await look(gateway, list());
    expect(next.looked).toBe('stale');
    expect(next.text).toContain('"totalCount":2');
  });

  it('it has expired, even if the upstream fails: stale data is not stored as bytes', async () => {
    await keep(campaign());
    now += 60_000;
    fault = { kind: 'status', status: 500 };
    const [next, third] = [await look(gateway, campaign()), await look(gateway, campaign())];
    expect([next.looked, third.looked]).toEqual(['stale', 'miss']);
    expect(third.text).toContain('"campaign":{');
  });
});

describeWithRedis('several gateways of one account', () => {
  let redis: RunningRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  it('a response cached by one is not served after a write by another', async () => {
    const two = await startTwoGateways(sandbox.baseUrl, redis, {}, () => now);
    const { a, b } = two;
    try {
      await sent(a, campaign());
      expect((await look(a, campaign())).looked).toBe('hit');
      await change(b, 'pause', one.sid);
      await until(async () => (await sent(a, campaign())).text.includes('"PAUSED"'));
      expect((await look(a, campaign())).text).toContain('"PAUSED"');
    } finally {
      await two.close();
    }
  });
});
