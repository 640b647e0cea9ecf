import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { linesOf, getExport } from '../../support/writing/exporting.js';
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

/** Sends a query with any header; `fetch` would choose the host. */
function post(on: GatewayUnderTest, headers: Readonly<Record<string, string>> = {}, text = query) {
  return new Promise<{
    readonly data: { readonly campaign: { readonly messagesExportUrl: string | null } };
    readonly errors?: unknown;
  }>((resolve, reject) => {
    const sent = request(
      `${on.url}/graphql`,
      { method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
      (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => {
          resolve(JSON.parse(body) as never);
        });
      },
    );
    sent.on('error', reject);
    sent.end(JSON.stringify({ query: text }));
  });
}

describe('Campaign.messagesExportUrl', () => {
  let gateway: GatewayUnderTest;
  beforeAll(async () => {
    gateway = await startGatewayOn(upstream.baseUrl);
  });
  afterAll(() => gateway.close());

  it('is where the messages are, and costs no call', async () => {
    const { data, errors } = await post(gateway);
    expect(errors).toBeUndefined();
    expect(data.campaign.messagesExportUrl).toBe(`${gateway.url}/campaigns/c/messages`);
    expect(upstream.calls).toEqual([]);
    expect(
      linesOf((await getExport(`${data.campaign.messagesExportUrl ?? ''}.ndjson`)).text).rows,
    ).toHaveLength(60);
  });

  it('has the host that each request names, whatever another one was answered', async () => {
    for (const host of ['localhost:8080', 'desk.localhost', 'localhost:8080', '[::1]:4000'])
      expect((await post(gateway, { host })).data.campaign.messagesExportUrl).toBe(
        `http://${host}/campaigns/c/messages`,
      );
    const behindTls = await post(gateway, { host: 'localhost', origin: 'https://localhost' });
    expect(behindTls.data.campaign.messagesExportUrl).toBe('https://localhost/campaigns/c/messages');
  });

  it('needs no read of a campaign that a router has already', async () => {
    const entities =
      '{ _entities(representations: [{ __typename: "Campaign", sid: "a b" }]) { ... on Campaign { messagesExportUrl } } }';
    const { data, errors } = await post(gateway, {}, entities);
    // A sid that can't be one is refused; one that may be is not read.
    expect(JSON.stringify({ data, errors })).not.toContain('a b/messages');
    const one = entities.replace('a b', 'c');
    expect(await post(gateway, {}, one)).toEqual({
      data: { _entities: [{ messagesExportUrl: `${gateway.url}/campaigns/c/messages` }] },
    });
  });
});

describe('Campaign.messagesExportUrl of guarded gateways', () => {
  const key = (name: string) => `${name}-key-of-32-characters-or-more`;
  let guarded: GatewayUnderTest;
  beforeAll(async () => {
    const file = `${mkdtempSync(`${tmpdir()}/keys-`)}/keys.json`;
    const scopes = { reader: ['campaigns:read', 'messages:read'], viewer: ['campaigns:read'] };
    const entries = Object.entries(scopes).map(([name, granted]) => ({
      name,
      scopes: granted,
      sha256: createHash('sha256').update(key(name)).digest('hex'),
    }));
    writeFileSync(file, JSON.stringify(entries));
    guarded = await startGatewayOn(upstream.baseUrl, { AUTH_MODE: 'api-key', API_KEYS_FILE: file });
  });
  afterAll(() => guarded.close());

  it('is null without messages:read, and no error', async () => {
    const { data, errors } = await post(guarded, { 'x-api-key': key('viewer') });
    expect(errors).toBeUndefined();
    expect(data.campaign.messagesExportUrl).toBeNull();
  });

  it('never repeats a host that is none', async () => {
    for (const host of ['a b', 'x/../y', 'user@evil', `${'x'.repeat(400)}.example`])
      expect(
        (await post(guarded, { 'x-api-key': key('reader'), host })).data.campaign.messagesExportUrl,
      ).toBe(`${guarded.url}/campaigns/c/messages`);
  });

  it('begins with PUBLIC_URL where that is set', async () => {
    const gateway = await startGatewayOn(upstream.baseUrl, {
      PUBLIC_URL: 'https://gateway.example/sms',
      WEBHOOK_SECRET: 'a-secret-of-enough-letters',
    });
    const { data } = await post(gateway, { host: 'localhost' });
    await gateway.close();
    expect(data.campaign.messagesExportUrl).toBe('https://gateway.example/sms/campaigns/c/messages');
  });
});
