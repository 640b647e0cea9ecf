import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ask } from '../../support/clients/ask.js';
import { keysForScopes, type KeysFile, showing } from '../../support/clients/callers.js';
import { getExport, linesOf } from '../../support/writing/exporting.js';
import { type GatewayUnderTest, startGatewayOn } from '../../support/gateway/gateway-under-test.js';
import {
  type MessageUpstream,
  messagesNamed,
  startMessageUpstream,
} from '../../support/upstream/message-upstream.js';

let upstream: MessageUpstream;
beforeAll(async () => {
  upstream = await startMessageUpstream();
  upstream.messages = messagesNamed(60);
});
beforeEach(() => {
  upstream.calls.length = 0;
});
afterAll(() => upstream.close());

const query = '{ campaign(sid: "c") { name messagesExportUrl } }';

/** The address of the messages, for a client that sends these headers. */
async function exportUrl(on: GatewayUnderTest, headers: Record<string, string> = {}) {
  interface Data {
    readonly campaign: { readonly messagesExportUrl: string | null };
  }
  const { data, errors } = await ask<Data>(on, query, { headers });
  expect(errors).toBeUndefined();
  return data?.campaign.messagesExportUrl;
}

describe('Campaign.messagesExportUrl', () => {
  let gateway: GatewayUnderTest;
  beforeAll(async () => {
    gateway = await startGatewayOn(upstream.baseUrl);
  });
  afterAll(() => gateway.close());

  it('is where the messages are, and costs no call', async () => {
    const url = await exportUrl(gateway);
    expect(url).toBe(`${gateway.url}/campaigns/c/messages`);
    expect(upstream.calls).toEqual([]);
    expect(linesOf((await getExport(`${url ?? ''}.ndjson`)).text).rows).toHaveLength(60);
  });

  it('has the host that each request names, whatever another one was answered', async () => {
    for (const host of ['localhost:8080', 'desk.localhost', 'localhost:8080', '[::1]:4000'])
      expect(await exportUrl(gateway, { host })).toBe(`http://${host}/campaigns/c/messages`);
    const behindTls = { host: 'localhost', origin: 'https://localhost' };
    expect(await exportUrl(gateway, behindTls)).toBe('https://localhost/campaigns/c/messages');
  });

  it('needs no read of a campaign that a router has already', async () => {
    const entities =
      '{ _entities(representations: [{ __typename: "Campaign", sid: "a b" }]) { ... on Campaign { messagesExportUrl } } }';
    const { data, errors } = await ask(gateway, entities);
    // A sid that can't be one is refused; one that may be is not read.
    expect(JSON.stringify({ data, errors })).not.toContain('a b/messages');
    const one = entities.replace('a b', 'c');
    expect(await ask(gateway, one)).toEqual({
      data: { _entities: [{ messagesExportUrl: `${gateway.url}/campaigns/c/messages` }] },
    });
  });
});

describe('Campaign.messagesExportUrl of guarded gateways', () => {
  let keys: KeysFile;
  let guarded: GatewayUnderTest;
  beforeAll(async () => {
    keys = await keysForScopes();
    guarded = await startGatewayOn(upstream.baseUrl, { ...keys.environment });
  });
  afterAll(async () => {
    await guarded.close();
    await keys.remove();
  });

  it('is null without messages:read, and no error', async () => {
    expect(await exportUrl(guarded, showing(['campaigns:read']))).toBeNull();
  });

  it('never repeats an invalid host', async () => {
    for (const host of ['a b', 'x/../y', 'user@evil', `${'x'.repeat(400)}.example`])
      expect(await exportUrl(guarded, { ...showing(['campaigns:read', 'messages:read']), host })).toBe(
        `${guarded.url}/campaigns/c/messages`,
      );
  });

  it('begins with PUBLIC_URL where that is set', async () => {
    const gateway = await startGatewayOn(upstream.baseUrl, {
      PUBLIC_URL: 'https://gateway.example/sms',
      WEBHOOK_SECRET: 'a-secret-of-enough-letters',
    });
    const url = await exportUrl(gateway, { host: 'localhost' });
    await gateway.close();
    expect(url).toBe('https://gateway.example/sms/campaigns/c/messages');
  });
});
