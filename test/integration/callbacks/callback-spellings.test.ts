import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import {
  callbackSettings,
  type CampaignWithCallbacks,
  campaignCallback,
  createWithCallbacks,
  subscribeToCampaign,
  subscribeToMessages,
  messageCallback,
  postBytes,
} from '../../support/writing/callbacks.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { linesOf } from '../../support/gateway/log-lines.js';
import { subscribe } from '../../support/clients/subscribing.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let one: CampaignWithCallbacks;

beforeEach(async () => {
  const at = Date.now(); // nothing happens at the upstream but what the test does
  ({ sandbox, gateway } = await setup({
    sandbox: { clock: () => at },
    gateway: { environment: callbackSettings },
  }));
  one = await createWithCallbacks(gateway);
});

const json = { 'content-type': 'application/json' };
const says = (changes: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({ ...messageCallback(one.sid, 'm1', 'sent'), ...changes });

it('a time without an offset is read as Indian time, and counted as drift', async () => {
  const query =
    'subscription ($sid: ID!) { messageStatusChanged(campaignSid: $sid) { number sentAt createdAt } }';
  const subscriber = await subscribe(gateway.url, 'ws', query, { sid: one.sid });
  const body = {
    SmsSid: 'm1',
    To: '1',
    Status: 'sent',
    DeliveredAt: '2026-05-01 15:30:00',
    CampaignSid: one.sid,
  };
  await postBytes(one.messageUrl, JSON.stringify(body), json);
  await postBytes(one.messageUrl, says({ sms_sid: 'm2', date_created: '2026-05-01 15:30:00' }), json);
  await subscriber.next(2);
  expect(subscriber.events).toEqual([
    { messageStatusChanged: { number: '1', sentAt: '2026-05-01T10:00:00.000Z', createdAt: null } },
    {
      messageStatusChanged: {
        number: '+919876543210',
        sentAt: '2026-05-01T10:00:00.000Z',
        createdAt: '2026-05-01T10:00:00.000Z',
      },
    },
  ]);
  const drifts = linesOf(gateway, 'upstream response differs from its documentation');
  expect(drifts.map(({ drift }) => drift)).toEqual([
    ...['SmsSid', 'To', 'Status', 'DeliveredAt', 'CampaignSid'].map((path) => ({
      route: 'messageCallback',
      kind: 'key',
      path,
    })),
    { route: 'messageCallback', kind: 'shape', path: 'date_created' },
  ]);
});

describe('a status that the API document lacks', () => {
  it('is UNKNOWN, counted as drift, and can be followed by any status until a final one', async () => {
    const subscriber = await subscribeToMessages(gateway, 'ws', one.sid);
    const received = { SmsSid: 'm1', To: '1', CampaignSid: one.sid };
    for (const Status of ['Delivered', 'Delivered', 'submitted', 'sent', 'failed'])
      expect(await postBytes(one.messageUrl, JSON.stringify({ ...received, Status }), json)).toBe(200);
    await postBytes(one.messageUrl, JSON.stringify(messageCallback(one.sid, 'last', 'sent')), json);
    await subscriber.next(4);
    expect(subscriber.summaries()).toEqual([
      'm1 UNKNOWN Delivered',
      'm1 SUBMITTED submitted',
      'm1 SENT sent',
      'last SENT sent',
    ]);
    const drifts = linesOf(gateway, 'upstream response differs from its documentation');
    expect(drifts.map(({ drift }) => drift)).toContainEqual({
      route: 'messageCallback',
      kind: 'status',
      path: 'status',
    });
  });

  it('in a campaign callback causes one read of the campaign', async () => {
    const subscriber = await subscribeToCampaign(gateway, 'ws', one.sid);
    sandbox.calls.splice(0);
    sandbox.state.setStatus(one.sid, 'completed');
    const body = {
      CampaignSid: one.sid,
      Status: 'Delivered',
      Stats: { total: 1 },
      report_url: 'https://example.com/r',
    };
    expect(await postBytes(one.campaignUrl, JSON.stringify(body), json)).toBe(200);
    await subscriber.next(1);
    expect(subscriber.statuses()).toEqual(['COMPLETED']);
    expect(sandbox.calls).toHaveLength(1);
  });
});

it('a campaign callback in the spelling of newer guides is accepted once', async () => {
  const subscriber = await subscribeToCampaign(gateway, 'ws', one.sid);
  sandbox.calls.splice(0);
  sandbox.state.setStatus(one.sid, 'completed');
  const body = JSON.stringify({
    CampaignSid: one.sid,
    Status: 'completed',
    Stats: { total: 1, delivered: 1 },
  });
  for (let time = 0; time < 3; time += 1)
    expect(await postBytes(one.campaignUrl, `\ufeff${body}`, json)).toBe(200);
  await subscriber.next(1);
  expect([subscriber.statuses(), sandbox.calls.length]).toEqual([['COMPLETED'], 1]);
});

it('an unusual header of a valid callback is logged once, by name', async () => {
  const headers = {
    ...json,
    'x-exotel-signature': 'secret',
    'x-forwarded-for': '1.2.3.4',
    traceparent: 'no',
  };
  const body = JSON.stringify(campaignCallback(one.sid, 'in-progress'));
  await postBytes(one.campaignUrl.slice(0, -1), body, { ...headers, 'x-forged': '1' });
  await postBytes(one.campaignUrl, body, headers);
  await postBytes(one.campaignUrl, body, { ...headers, 'x-9876543210': '1' });
  await postBytes(one.messageUrl, says(), headers);
  const lines = linesOf(gateway, 'callbacks have an unknown header').map(({ header }) => header);
  expect(lines).toEqual(['x-exotel-signature', '(unprintable)']);
  expect(gateway.logs.join('')).not.toContain('secret');
});
