import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/sandbox.js';
import {
  CampaignPageDocument,
  CampaignsWithMessagesDocument,
  CampaignTenTimesDocument,
  CampaignWithMessagesDocument,
  MessagePageDocument,
} from '../../../operations/generated.js';
import { startBarrier } from '../../../support/upstream/barrier.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../../support/gateway/gateway-under-test.js';

const now = Date.parse('2026-05-01T10:00:00Z');
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sid: string;
let bigSid: string;

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, clock: () => now });
  sid = sandbox.state.campaigns()[0]?.sid ?? '';
  bigSid = sandbox.state.campaigns().find(({ name }) => name.startsWith('Festive offer'))?.sid ?? '';
});
beforeEach(async () => {
  gateway = await startGatewayOn(sandbox.baseUrl, {}, () => now); // one that has read nothing
  sandbox.calls.splice(0);
});
afterEach(async () => {
  await gateway.close();
});
afterAll(async () => {
  await sandbox.close();
});

describe('upstream calls', () => {
  it('one for a campaign under ten aliases', async () => {
    await gateway.data(CampaignTenTimesDocument, { sid });
    expect(sandbox.calls).toHaveLength(1);
  });

  it('one for 50 campaigns with stats and totalCount', async () => {
    await gateway.data(CampaignPageDocument, { first: 50 });
    expect(sandbox.calls).toHaveLength(1);
  });

  it("two for a campaign with its messages and each message's campaign", async () => {
    await gateway.data(CampaignWithMessagesDocument, { sid, first: 20 });
    expect(sandbox.calls).toHaveLength(2);
  });

  it('one for the messages of a campaign alone', async () => {
    await gateway.data(MessagePageDocument, { sid, first: 20 });
    expect(sandbox.calls).toHaveLength(1);
  });

  it("eleven for ten campaigns with messages and each message's campaign", async () => {
    await gateway.data(CampaignsWithMessagesDocument, { first: 10, messages: 5 });
    expect(sandbox.calls).toHaveLength(11);
  });

  it('at most three for 12 recent campaigns by sid', async () => {
    const recent = await gateway.data(CampaignPageDocument, { first: 12 });
    const sids = recent.campaigns.edges.map(({ node }) => node?.sid ?? '');
    const cold = await startGatewayOn(sandbox.baseUrl, {}, () => now);
    sandbox.calls.splice(0);
    const query = `{ ${sids.map((one, index) => `c${String(index)}: campaign(sid: "${one}") { name }`).join(' ')} }`;
    const { data } = JSON.parse((await cold.send({ query })).text) as {
      data: Record<string, { name: string }>;
    };
    await cold.close();
    expect(Object.values(data).map(({ name }) => name)).toEqual(
      recent.campaigns.edges.map(({ node }) => node?.name),
    );
    expect(sandbox.calls.length).toBeLessThanOrEqual(3);
  });

  it('two for 200 identical concurrent requests', async () => {
    const ask = () => gateway.data(CampaignWithMessagesDocument, { sid, first: 20 });
    await Promise.all(Array.from({ length: 200 }, ask));
    expect(sandbox.calls).toHaveLength(2);
  });

  it('one for 500 messages', async () => {
    const { campaign } = await gateway.data(MessagePageDocument, { sid: bigSid, first: 500 });
    expect(campaign?.messages?.edges).toHaveLength(500);
    expect(sandbox.calls).toHaveLength(1);
  });

  it('one for 500 messages of a campaign with few messages', async () => {
    const small = sandbox.state
      .campaigns()
      .find((campaign) => sandbox.state.messages(campaign.sid).length < 40);
    await gateway.data(MessagePageDocument, { sid: small?.sid ?? '', first: 500 });
    expect(sandbox.calls).toHaveLength(1);
  });
});

describe('round trips: independent calls are made in parallel', () => {
  async function through(groups: readonly number[], run: (held: GatewayUnderTest) => Promise<unknown>) {
    const barrier = await startBarrier(sandbox.baseUrl, groups);
    const held = await startGatewayOn(barrier.baseUrl, {}, () => now);
    try {
      await run(held);
    } finally {
      await held.close();
      await barrier.close();
    }
  }

  it('one for a campaign and its messages', () =>
    through([2], (held) => held.data(CampaignWithMessagesDocument, { sid, first: 20 })));

  it('two for ten campaigns with messages', () =>
    through([1, 10], (held) => held.data(CampaignsWithMessagesDocument, { first: 10, messages: 5 })));

  it('one for 500 messages', () =>
    through([1], (held) => held.data(MessagePageDocument, { sid: bigSid, first: 500 })));
});
