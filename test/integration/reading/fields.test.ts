import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import {
  CampaignBySidDocument,
  CampaignPageDocument,
  MessagePageDocument,
} from '../../operations/generated.js';
import { expectedCampaign, expectedMessage, type UpstreamRow } from '../../support/upstream/expected-rows.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

const now = Date.parse('2026-05-01T10:00:00Z');
let sandbox: Sandbox;
let gateway: GatewayUnderTest;

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, clock: () => now });
  // Each read by itself: a snapshot from a list has a `state`, which get does not tell.
  gateway = await startGatewayOn(sandbox.baseUrl, { CACHE: 'off' }, () => now);
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

/** Asks the upstream itself. */
async function upstreamRows(path: string): Promise<UpstreamRow[]> {
  const { accountSid, apiKey, apiToken } = credentials;
  const answer = await request(`${sandbox.baseUrl}/v2/accounts/${accountSid}/message-campaigns${path}`, {
    headers: { authorization: `Basic ${Buffer.from(`${apiKey}:${apiToken}`).toString('base64')}` },
  });
  const { response } = (await answer.body.json()) as {
    response: { data: UpstreamRow } | { data: UpstreamRow }[];
  };
  return [response].flat().map(({ data }) => data);
}

describe('every field equals the upstream’s value', () => {
  it.each([0, 50, 100])('of the campaigns of a list from row %i on', async (offset) => {
    const rows = await upstreamRows(`?channel=sms&offset=${offset}&limit=50`);
    const before = offset === 0 ? undefined : await cursorOf(offset - 1);
    const { campaigns } = await gateway.data(CampaignPageDocument, { first: 50, after: before });
    expect(campaigns.edges.map(({ node }) => node)).toEqual(rows.map((row) => expectedCampaign(row, now)));
  });

  it('of each campaign read by its sid', async () => {
    const rows = await upstreamRows('?channel=sms&offset=0&limit=50');
    for (const { sid } of rows.slice(0, 50)) {
      const [row] = await upstreamRows(`/${String(sid)}`);
      const { campaign } = await gateway.data(CampaignBySidDocument, { sid: String(sid) });
      expect(campaign).toEqual(expectedCampaign(row ?? {}, now));
    }
  });

  it('of the messages of each campaign', async () => {
    const rows = await upstreamRows('?channel=sms&offset=0&limit=50');
    for (const { sid } of rows.slice(0, 30)) {
      const messages = await upstreamRows(`/${String(sid)}/message-details?channel=sms&offset=0&limit=50`);
      const { campaign } = await gateway.data(MessagePageDocument, { sid: String(sid), first: 50 });
      expect(campaign?.messages?.edges.map(({ node }) => node)).toEqual(messages.map(expectedMessage));
    }
  });
});

async function cursorOf(offset: number): Promise<string | undefined> {
  const { campaigns } = await gateway.data(CampaignPageDocument, { first: offset + 1 });
  return campaigns.edges.at(-1)?.cursor;
}
