import { beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import {
  callbackSettings,
  type CampaignWithCallbacks,
  campaignCallback,
  createWithCallbacks,
  subscribeToCampaign,
  subscribeToMessages,
  messageCallback,
} from '../../support/writing/callbacks.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { postCallback } from '../../support/clients/subscribing.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let one: CampaignWithCallbacks;
let another: CampaignWithCallbacks;

beforeEach(async () => {
  const at = Date.now(); // nothing happens at the upstream but what the test does
  ({ sandbox, gateway } = await setup({
    sandbox: { clock: () => at },
    gateway: { environment: callbackSettings },
  }));
  [one, another] = [await createWithCallbacks(gateway), await createWithCallbacks(gateway)];
});

const changedAtTheEnd = (url: string): string => url.slice(0, -1) + (url.endsWith('A') ? 'B' : 'A');
const changedInTheMiddle = (url: string): string =>
  url.slice(0, -40) + changedAtTheEnd(url.slice(-40, -39)) + url.slice(-39);
const without = (url: string): string => url.slice(0, url.lastIndexOf('/') + 1);
const swapped = (url: string): string =>
  url.replace(/(campaign|message)\/(?=[^/]+$)/, (kind) => (kind === 'campaign/' ? 'message/' : 'campaign/'));

const lacking = (body: Record<string, string | null>, name: string): Record<string, string | null> =>
  Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));

type Way = (
  url: string,
  body: Record<string, string | null>,
) => { readonly to: string; readonly say: Record<string, string | null> | string };

const forged: [what: string, status: number, way: Way][] = [
  ['whose address ends otherwise', 404, (url, body) => ({ to: changedAtTheEnd(url), say: body })],
  ['whose address differs in the middle', 404, (url, body) => ({ to: changedInTheMiddle(url), say: body })],
  ['whose address lacks the last letter', 404, (url, body) => ({ to: url.slice(0, -1), say: body })],
  ['whose address has one letter more', 404, (url, body) => ({ to: `${url}A`, say: body })],
  ['without a token', 404, (url, body) => ({ to: without(url), say: body })],
  ['with nothing after the root', 404, (url, body) => ({ to: without(url).slice(0, -1), say: body })],
  ['whose token is very long', 400, (url, body) => ({ to: `${without(url)}${'A'.repeat(5000)}`, say: body })],
  [
    'whose token is an escaped path',
    404,
    (url, body) => ({ to: `${without(url)}..%2f..%2fgraphql`, say: body }),
  ],
  ['of 20 kB', 413, (url, body) => ({ to: url, say: { ...body, reports: 'x'.repeat(20_000) } })],
  ['that is half JSON', 400, (url, body) => ({ to: url, say: JSON.stringify(body).slice(0, -1) })],
  ['that is an array', 400, (url, body) => ({ to: url, say: JSON.stringify([body]) })],
  ['that is empty', 400, (url) => ({ to: url, say: '' })],
  ['that is a number', 400, (url) => ({ to: url, say: '42' })],
  ['without a sid', 400, (url, body) => ({ to: url, say: lacking(body, 'campaign_sid') })],
  ['without a status', 400, (url, body) => ({ to: url, say: lacking(body, 'status') })],
  ['with an empty sid', 400, (url, body) => ({ to: url, say: { ...body, campaign_sid: '' } })],
  [
    'with objects for texts',
    400,
    (url, body) => ({ to: url, say: JSON.stringify({ ...body, status: {}, campaign_sid: {} }) }),
  ],
];

describe('a campaign callback is refused without an event or an upstream call', () => {
  it.each([
    ...forged,
    ['at the address for messages', 400, (url, body) => ({ to: one.messageUrl || url, say: body })],
    ["with the other kind's token", 404, (url, body) => ({ to: swapped(url), say: body })],
  ] as typeof forged)('%s: %i', async (_what, status, way) => {
    const subscriber = await subscribeToCampaign(gateway, 'ws', one.sid);
    sandbox.calls.splice(0);
    sandbox.state.setStatus(one.sid, 'completed');
    const { to, say } = way(one.campaignUrl, campaignCallback(one.sid, 'completed'));
    const refused = await postCallback(to, say);
    expect(refused.status).toBe(status);
    expect(refused.text).not.toContain(one.sid);
    expect(sandbox.calls).toEqual([]);
    expect(subscriber.statuses()).toEqual([]);
    await postCallback(one.campaignUrl, campaignCallback(one.sid, 'completed'));
    await subscriber.next(1);
    expect(subscriber.statuses()).toEqual(['COMPLETED']);
    expect(sandbox.calls).toHaveLength(1);
  });
});

describe('a message callback is refused without an event or an upstream call', () => {
  it.each([
    ...forged,
    ['at the address for campaigns', 404, (url, body) => ({ to: swapped(url), say: body })],
    ['without a message', 400, (url, body) => ({ to: url, say: lacking(body, 'sms_sid') })],
  ] as typeof forged)('%s: %i', async (_what, status, way) => {
    const subscriber = await subscribeToMessages(gateway, 'sse', one.sid);
    sandbox.calls.splice(0);
    const { to, say } = way(one.messageUrl, messageCallback(one.sid, 'forged', 'sent'));
    expect((await postCallback(to, say)).status).toBe(status);
    expect(sandbox.calls).toEqual([]);
    await postCallback(one.messageUrl, messageCallback(one.sid, 'true', 'sent'));
    await subscriber.next(1);
    expect(subscriber.summaries()).toEqual(['true SENT sent']);
  });
});

describe('a callback at the address of another campaign', () => {
  it('is refused without an event, for one upstream read at most however often it is sent', async () => {
    const campaign = await subscribeToCampaign(gateway, 'ws', one.sid);
    const messages = await subscribeToMessages(gateway, 'ws', one.sid);
    sandbox.calls.splice(0);
    for (let time = 0; time < 20; time += 1) {
      const said = [
        await postCallback(another.campaignUrl, campaignCallback(one.sid, 'completed')),
        await postCallback(another.messageUrl, messageCallback(one.sid, `message-${time}`, 'sent')),
      ];
      expect(said.map(({ status }) => status)).toEqual([404, 404]);
    }
    await postCallback(one.messageUrl, messageCallback(one.sid, 'true', 'sent'));
    await messages.next(1);
    expect(messages.summaries()).toEqual(['true SENT sent']);
    expect(campaign.events).toEqual([]);
    expect(sandbox.calls.length).toBeLessThanOrEqual(1);
  });

  it('is accepted without effect if nobody has read the campaign', async () => {
    sandbox.calls.splice(0);
    const { sid } = sandbox.state.insert({});
    const { status, text } = await postCallback(one.campaignUrl, campaignCallback(sid, 'completed'));
    expect(status).toBe(200);
    expect(text).not.toContain(sid);
    expect(sandbox.calls).toEqual([]);
  });
});

it.each(['GET', 'PUT', 'DELETE'] as const)('%s at a webhook address is 405', async (method) => {
  const answer = await request(one.campaignUrl, { method });
  expect([answer.statusCode, answer.headers['allow']]).toEqual([405, 'POST']);
  await answer.body.dump();
});

it('a callback that is too large gets 413 with the limit', async () => {
  const { status, text } = await postCallback(one.campaignUrl, 'x'.repeat(20_000));
  expect([status, text]).toEqual([413, expect.stringContaining(`${16 * 1024} bytes`)]);
});
