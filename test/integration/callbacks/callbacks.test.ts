import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { change } from '../../support/writing/creating.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import {
  callbackSettings,
  type CampaignWithCallbacks,
  campaignCallback,
  createWithCallbacks,
  subscribeToCampaign,
  subscribeToMessages,
  messageCallback,
} from '../../support/writing/callbacks.js';
import { HeldTimers } from '../../support/gateway/held-timers.js';
import { type LiveTransport, postCallback, transports, until } from '../../support/clients/subscribing.js';

let fault: Fault | undefined;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let one: CampaignWithCallbacks;
let time: HeldTimers;

beforeEach(async () => {
  fault = undefined;
  time = new HeldTimers();
  const at = time.now(); // nothing happens at the upstream but what the test does
  const faults = () => fault;
  const environment = { ...callbackSettings, EXOTEL_TIMEOUT_MS: '2000' };
  ({ sandbox, gateway } = await setup({
    sandbox: { clock: () => at, faults },
    gateway: { now: time.now, environment },
  }));
  one = await createWithCallbacks(gateway);
});
afterEach(() => {
  time.release();
});

/** Listens; what it costs from then on is counted. */
async function listenTo(transport: LiveTransport, sid = one.sid) {
  const subscriber = await subscribeToCampaign(gateway, transport, sid);
  sandbox.calls.splice(0);
  return subscriber;
}

async function listenToMessagesOf(transport: LiveTransport) {
  const subscriber = await subscribeToMessages(gateway, transport, one.sid);
  sandbox.calls.splice(0);
  return subscriber;
}

describe.each(transports)('over %s, a campaign callback', (transport) => {
  it.each([
    ['JSON', {}],
    ['a form', { form: true }],
    ['JSON that is labelled as a form', { contentType: 'application/x-www-form-urlencoded' }],
    ['JSON that is labelled as text', { contentType: 'text/plain' }],
  ])('sent three times as %s is published once, within a second', async (_what, writing) => {
    const subscriber = await listenTo(transport);
    sandbox.state.setStatus(one.sid, 'in-progress');
    for (let copy = 0; copy < 3; copy += 1) {
      const body = campaignCallback(one.sid, 'in-progress');
      expect((await postCallback(one.campaignUrl, body, writing)).status).toBe(200);
    }
    await subscriber.next(1);
    await change(gateway, 'pause', one.sid);
    await subscriber.next(2);
    expect(subscriber.statuses()).toEqual(['IN_PROGRESS', 'PAUSED']);
    expect(sandbox.calls.map(({ method }) => method)).toEqual(['GET', 'PUT']);
  });

  it('is published at once along with those of nine other campaigns, with a slow upstream', async () => {
    const others = await Promise.all(Array.from({ length: 9 }, () => createWithCallbacks(gateway)));
    const all = [one, ...others];
    const subscribers = await Promise.all(all.map(({ sid }) => listenTo(transport, sid)));
    fault = { kind: 'delay', delayMs: 300 };
    for (const { sid, campaignUrl } of all) {
      sandbox.state.setStatus(sid, 'in-progress');
      await postCallback(campaignUrl, campaignCallback(sid, 'in-progress'));
    }
    await Promise.all(subscribers.map((subscriber) => subscriber.next(1)));
  });

  it('that is ahead of the upstream is published at the second read, five seconds later', async () => {
    const subscriber = await listenTo(transport);
    await postCallback(one.campaignUrl, campaignCallback(one.sid, 'in-progress'));
    await until(() => sandbox.calls[0]?.status === 200);
    sandbox.state.setStatus(one.sid, 'in-progress');
    await time.pass(4999);
    await ask(gateway, '{ __typename }');
    expect(sandbox.calls).toHaveLength(1);
    await time.pass(1);
    await subscriber.next(1);
    expect(subscriber.statuses()).toEqual(['IN_PROGRESS']);
    expect(sandbox.calls).toHaveLength(2);
  });
});

describe('a campaign callback', () => {
  it('of the start that arrives after the end has no effect and costs no call', async () => {
    const subscribers = await Promise.all(transports.map((transport) => listenTo(transport)));
    sandbox.state.setStatus(one.sid, 'completed');
    await postCallback(one.campaignUrl, campaignCallback(one.sid, 'completed'));
    await Promise.all(subscribers.map((subscriber) => subscriber.next(1)));
    const late = await postCallback(one.campaignUrl, campaignCallback(one.sid, 'in-progress'));
    expect(late.status).toBe(200);
    await time.pass(5500); // when a second look would have been
    await ask(gateway, '{ __typename }');
    expect(sandbox.calls).toHaveLength(1);
    await change(gateway, 'archive', one.sid);
    for (const subscriber of subscribers) {
      await subscriber.next(2);
      expect(subscriber.statuses()).toEqual(['COMPLETED', 'ARCHIVED']);
    }
  });

  it('is acknowledged while the upstream hangs', async () => {
    await listenTo('ws');
    fault = { kind: 'hang' };
    expect((await postCallback(one.campaignUrl, campaignCallback(one.sid, 'completed'))).status).toBe(200);
    await until(() => sandbox.calls.length === 1);
    expect((await postCallback(one.campaignUrl, campaignCallback(one.sid, 'in-progress'))).status).toBe(200);
    expect(sandbox.calls.map(({ status }) => status)).toEqual([0]); // no answer yet
  });

  it('without subscribers costs no call, and the next query shows the new state', async () => {
    const status = async (): Promise<unknown> =>
      (await ask(gateway, `{ campaign(sid: "${one.sid}") { status } }`)).data;
    expect(await status()).toEqual({ campaign: { status: 'CREATED' } });
    sandbox.state.setStatus(one.sid, 'completed');
    sandbox.calls.splice(0);
    expect((await postCallback(one.campaignUrl, campaignCallback(one.sid, 'completed'))).status).toBe(200);
    expect(await status()).toEqual({ campaign: { status: 'COMPLETED' } });
    expect(sandbox.calls).toHaveLength(1);
  });

  it('during the read of a list is not undone by the older rows of that list', async () => {
    sandbox.calls.splice(0);
    fault = { kind: 'delay', when: 'after', delayMs: 1000 };
    const list = ask(gateway, '{ campaigns { nodes { status } } }');
    await until(() => sandbox.calls.length > 0);
    fault = undefined;
    sandbox.state.setStatus(one.sid, 'completed');
    expect((await postCallback(one.campaignUrl, campaignCallback(one.sid, 'completed'))).status).toBe(200);
    expect((await list).data).toEqual({ campaigns: { nodes: [{ status: 'CREATED' }] } });
    const { data } = await ask(gateway, `{ campaign(sid: "${one.sid}") { status } }`);
    expect(data).toEqual({ campaign: { status: 'COMPLETED' } });
    expect(sandbox.calls.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });
});

describe('message callbacks', () => {
  it.each(transports)(
    'over %s: each status of a message is published once, and a message never goes back',
    async (transport) => {
      const subscriber = await listenToMessagesOf(transport);
      const said =
        'a sent, a submitted, a sent, b submitted, b sent, b Sent, c Failed_Expired, c failed_expired, d failed, d sent, e sent';
      for (const [message = '', status = ''] of said.split(', ').map((words) => words.split(' ')))
        expect((await postCallback(one.messageUrl, messageCallback(one.sid, message, status))).status).toBe(
          200,
        );
      await subscriber.next(6);
      expect(subscriber.summaries()).toEqual([
        'a SENT sent',
        'b SUBMITTED submitted',
        'b SENT sent',
        'c FAILED_EXPIRED Failed_Expired',
        'd FAILED failed',
        'e SENT sent',
      ]);
    },
  );

  it.each([1, 2])('500 of them, %i of each, are published in order for at most 3 calls', async (copies) => {
    const subscribers = await Promise.all(transports.map((transport) => listenToMessagesOf(transport)));
    await listenTo('ws'); // the campaign itself is of interest too
    const messages = Array.from({ length: 500 }, (_, index) => `message-${index}`);
    for (const message of messages)
      for (let copy = 0; copy < copies; copy += 1)
        await postCallback(one.messageUrl, messageCallback(one.sid, message, 'sent'), { form: copy === 1 });
    for (const subscriber of subscribers) {
      await subscriber.next(500);
      expect(subscriber.summaries()).toEqual(messages.map((message) => `${message} SENT sent`));
    }
    await time.pass(5500); // what they came to is read by then
    await until(() => sandbox.calls.length > 0 && sandbox.calls.every(({ status }) => status === 200));
    expect(sandbox.calls.length).toBeGreaterThan(0);
    expect(sandbox.calls.length).toBeLessThanOrEqual(3);
  });
});
