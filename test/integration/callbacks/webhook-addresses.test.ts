import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Scope } from '../../../src/domain/requests/caller.js';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { callbackSettings } from '../../support/writing/callbacks.js';
import { type KeysFile, keysForScopes, showing, someScopes } from '../../support/clients/callers.js';
import { diwali } from '../../support/writing/creating.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { look } from '../../support/clients/sent-bytes.js';
import { subscribe, transports } from '../../support/clients/subscribing.js';

let keys: KeysFile;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sid: string;

const [reader, writer, both, support] = [
  ['campaigns:read'],
  ['campaigns:write'],
  ['campaigns:read', 'campaigns:write'],
  ['campaigns:read', 'messages:read'],
] as const satisfies readonly (readonly Scope[])[];

beforeEach(async () => {
  keys = await keysForScopes();
  const at = Date.now(); // nothing happens at the upstream but what the test does
  ({ sandbox, gateway } = await setup({
    sandbox: { clock: () => at },
    gateway: {
      environment: {
        ...keys.environment,
        ...callbackSettings,
        WEBHOOK_SECRET: 'a secret of more than sixteen characters',
      },
    },
  }));
  const created = await as(
    writer,
    'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { sid } } }',
    { input: diwali },
  );
  ({ sid } = (created.data as { createCampaign: { campaign: { sid: string } } }).createCampaign.campaign);
  expect(ownOf(sid)).toEqual([expect.stringContaining('/campaign/'), expect.stringContaining('/message/')]);
});
afterEach(async () => {
  await keys.remove();
});

const as = (scopes: readonly Scope[], query: string, variables?: Record<string, unknown>) =>
  ask<unknown>(gateway, query, { headers: { ...showing(scopes) }, ...(variables && { variables }) });

/** What the campaign calls back, at the upstream. */
function ownOf(of: string): readonly unknown[] {
  const campaign = sandbox.state.find(of);
  return [campaign?.statusCallback, campaign?.smsStatusCallback];
}

const addresses = '{ statusCallback smsStatusCallback }';
const hidden = { statusCallback: null, smsStatusCallback: null };
const shown = () => {
  const [statusCallback, smsStatusCallback] = ownOf(sid);
  return { statusCallback, smsStatusCallback };
};

/** Every way to read a campaign, and where it is in the answer. */
const reads: readonly (readonly [way: string, query: () => string, campaignIn: (data: never) => unknown])[] =
  [
    [
      'by its sid',
      () => `{ campaign(sid: "${sid}") ${addresses} }`,
      (data: { campaign: unknown }) => data.campaign,
    ],
    [
      'in a list',
      () => `{ campaigns { nodes ${addresses} } }`,
      (data: { campaigns: { nodes: unknown[] } }) => data.campaigns.nodes[0],
    ],
    [
      'as an entity',
      () =>
        `{ _entities(representations: [{__typename: "Campaign", sid: "${sid}"}]) { ... on Campaign ${addresses} } }`,
      (data: { _entities: unknown[] }) => data._entities[0],
    ],
    [
      'under another name, through a fragment',
      () =>
        `{ c: campaign(sid: "${sid}") { ...A } } fragment A on Campaign { statusCallback smsStatusCallback: smsStatusCallback }`,
      (data: { c: unknown }) => data.c,
    ],
  ];
const scopesThatRead = someScopes.filter((scopes) => scopes.includes('campaigns:read'));

describe.each(reads)('the gateway’s own webhook addresses, %s,', (_way, query, campaignIn) => {
  it.each(scopesThatRead.map((scopes) => [scopes] as const))('over HTTP to %j', async (scopes) => {
    const { data, errors } = await as(scopes, query());
    expect(errors).toBeUndefined();
    expect(campaignIn(data as never)).toEqual(scopes.includes('campaigns:write') ? shown() : hidden);
  });

  it.each(transports)('over %s', async (transport) => {
    for (const scopes of scopesThatRead) {
      const subscriber = await subscribe(gateway.url, transport, query(), {}, showing(scopes));
      await subscriber.next(1);
      expect(subscriber.errors).toEqual([]);
      expect(campaignIn(subscriber.events[0] as never)).toEqual(
        scopes.includes('campaigns:write') ? shown() : hidden,
      );
    }
  });

  it.each([
    [reader, both],
    [both, reader],
  ])('a response cached for %j is not served to %j', async (first, second) => {
    const askAs = async (scopes: readonly Scope[]) => look(gateway, { query: query() }, showing(scopes));
    await askAs(first);
    await askAs(first);
    const other = await askAs(second);
    expect(other.looked).toBe('miss');
    const { data } = JSON.parse(other.text) as { data: never };
    expect(campaignIn(data)).toEqual(second === both ? shown() : hidden);
    const again = await askAs(first);
    expect(campaignIn((JSON.parse(again.text) as { data: never }).data)).toEqual(
      first === both ? shown() : hidden,
    );
  });
});

describe('the gateway’s own webhook addresses, in the campaigns of messages,', () => {
  it.each([
    ['are hidden from who may read', support, hidden],
    [
      'are shown to who may write',
      ['campaigns:read', 'campaigns:write', 'messages:read'] as const,
      undefined,
    ],
  ])('%s', async (_what, scopes, expected) => {
    sandbox.state.setStatus(sid, 'in-progress');
    const other = sandbox.state.insert({
      status: 'completed',
      audience: 2,
      smsStatusCallback: String(ownOf(sid)[1]),
    });
    const { data } = await as(
      scopes,
      `{ campaign(sid: "${other.sid}") { messages(first: 1) { nodes { campaign ${addresses} } } } }`,
    );
    const campaign = (data as { campaign: { messages: { nodes: { campaign: unknown }[] } } }).campaign
      .messages.nodes[0];
    expect(campaign?.campaign).toEqual(
      expected ?? { statusCallback: null, smsStatusCallback: ownOf(sid)[1] },
    );
  });
});

describe.each(transports)('an event over %s', (transport) => {
  it.each([
    [reader, false],
    [both, true],
  ])('to %j shows them: %p', async (scopes, isShown) => {
    const query = `subscription { campaignUpdated(sid: "${sid}") { status statusCallback smsStatusCallback } }`;
    const subscriber = await subscribe(gateway.url, transport, query, {}, showing(scopes));
    await as(writer, `mutation { pauseCampaign(sid: "${sid}") { userErrors { code } } }`);
    await subscriber.next(1);
    expect(subscriber.events).toEqual([
      { campaignUpdated: { status: 'PAUSED', ...(isShown ? shown() : hidden) } },
    ]);
    expect(subscriber.errors).toEqual([]);
  });
});

it('a caller with campaigns:write only sees them in the payload of a mutation', async () => {
  const { data, errors } = await as(
    writer,
    `mutation { pauseCampaign(sid: "${sid}") { campaign ${addresses} } }`,
  );
  expect([data, errors]).toEqual([{ pauseCampaign: { campaign: shown() } }, undefined]);
});

describe('callback addresses that contain a webhook address of the gateway are hidden, and no others', () => {
  it.each<[what: string, url: (own: string) => string, isHidden: boolean]>([
    ['of another host and port', (own) => own.replace('127.0.0.1:4999', 'GATEWAY.example:8443'), true],
    ['signed with an earlier secret', (own) => `${own.slice(0, -20)}${'A'.repeat(20)}`, true],
    ['with a slash after it', (own) => `${own}/`, true],
    ['with escapes', (own) => own.replaceAll('-', '%2D').replace('/message', '%2Fmessage'), true],
    ['escaped twice for HTML', (own) => own.replaceAll('/', '&amp;#x2F;'), true],
    ['escaped for JSON', (own) => own.replaceAll('/', String.raw`\u002f`), true],
    ['nested in another', (own) => `https://relay.example/?to=${encodeURIComponent(own)}`, true],
    ["the caller's own", () => 'https://callbacks.example.com/mine?a=b', false],
    ["the caller's own, of a similar name", () => 'https://example.com/webhooks/exotel/message/mine', false],
  ])('%s', async (_what, url, isHidden) => {
    const address = url(String(ownOf(sid)[1]));
    const given = { statusCallback: address, smsStatusCallback: address, reportUrl: address };
    const other = sandbox.state.insert(given);
    for (const scopes of [reader, both]) {
      const fields = Object.keys(given).join(' ');
      const { data } = await as(scopes, `{ campaign(sid: "${other.sid}") { ${fields} } }`);
      const isSeen = scopes === both || !isHidden;
      const hiddenFields = { statusCallback: null, smsStatusCallback: null, reportUrl: null };
      expect(data).toEqual({ campaign: isSeen ? given : hiddenFields });
    }
  });
});

it('no log line contains a token of a webhook address', async () => {
  for (const scopes of someScopes) for (const [, query] of reads) await as(scopes, query());
  const tokens = ownOf(sid).map((url) => String(url).split('/').at(-1) ?? '');
  for (const token of tokens) expect(gateway.logs.join('')).not.toContain(token);
});
