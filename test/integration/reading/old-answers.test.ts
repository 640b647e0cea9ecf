import { afterEach, describe, expect, it } from '@jest/globals';
import { documentedCampaign, documentedSid } from '../../fixtures/documented-answer.js';
import { enveloped, item } from '../../support/upstream/odd-upstream.js';
import { startScripted } from '../../support/gateway/setup.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import {
  CampaignBySidDocument,
  CampaignPageDocument,
  CreateDocument,
  type CreateCampaignInput,
  PauseDocument,
} from '../../operations/generated.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

const start = Date.parse('2026-05-01T10:00:00Z');
let now: number;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;

async function begin(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  now = start;
  sandbox = await startSandbox({ ...credentials, clock: () => now, seed: 'empty' });
  gateway = await startGatewayOn(sandbox.baseUrl, environment, () => now);
}
afterEach(async () => {
  await gateway.close();
  await sandbox.close();
});

const input: CreateCampaignInput = {
  contentType: 'STATIC',
  lists: ['a'],
  dltEntityId: '1',
  dltTemplateId: '2',
  senderId: 'EXOTEL',
  smsType: 'TRANSACTIONAL',
  template: 'Hi',
};

describe('a stale entry stays available after', () => {
  it('a write that was never sent', async () => {
    await begin();
    sandbox.state.insert({ name: 'Known' });
    await gateway.data(CampaignPageDocument, {});
    await sandbox.close();
    now += 6000;
    const { errors } = await gateway.execute(CreateDocument, { input });
    expect(errors?.[0]?.extensions?.code).toBe('UPSTREAM_UNAVAILABLE');
    const { campaigns } = await gateway.data(CampaignPageDocument, {});
    expect(campaigns.edges.map(({ node }) => node?.name)).toEqual(['Known']);
  });

  it('a write, if the rate limit has no room for a new read', async () => {
    await begin({ EXOTEL_RATE_LIMIT: '3' });
    const { sid } = sandbox.state.insert({ name: 'Known', startsAt: start + 3_600_000 });
    await gateway.data(CampaignPageDocument, {});
    await gateway.data(CampaignBySidDocument, { sid: 'another' });
    expect((await gateway.data(PauseDocument, { sid })).pauseCampaign.campaign?.status).toBe('PAUSED');
    const { campaigns } = await gateway.data(CampaignPageDocument, {});
    expect(campaigns.edges.map(({ node }) => node?.name)).toEqual(['Known']);
    expect((await gateway.data(CampaignBySidDocument, { sid })).campaign?.status).toBe('PAUSED');
  });
});

describe('a stale entry is not used when', () => {
  it('an action is refused with ACTION_NOT_ALLOWED', async () => {
    await begin({ EXOTEL_RATE_LIMIT: '1' });
    const { sid } = sandbox.state.insert({ startsAt: start - 3_600_000 });
    sandbox.state.setStatus(sid, 'completed');
    await gateway.data(CampaignBySidDocument, { sid });
    sandbox.state.setStatus(sid, 'in-progress');
    const { errors } = await gateway.execute(PauseDocument, { sid });
    expect(errors?.[0]?.extensions?.code).toBe('UPSTREAM_RATE_LIMITED');
  });

  it('an action is refused with NOT_FOUND', async () => {
    await begin();
    await gateway.data(CampaignBySidDocument, { sid: 'coming' });
    sandbox.state.insert({ sid: 'coming', startsAt: start + 3_600_000 });
    const { pauseCampaign } = await gateway.data(PauseDocument, { sid: 'coming' });
    expect(pauseCampaign.userErrors).toEqual([]);
  });
});

it('a campaign that is completed is not in progress again because the list lags behind', async () => {
  const shows = (status: string, time: string) =>
    item(documentedCampaign({ status, date_updated: `2026-05-01T${time}:00+05:30` }));
  const { gateway: one } = await startScripted(({ target }) => ({
    json: JSON.parse(
      target.includes(documentedSid)
        ? enveloped(shows('completed', '10:05'))
        : enveloped([shows('in-progress', '10:00')]),
    ) as unknown,
  }));
  const status = async () => (await one.data(CampaignBySidDocument, { sid: documentedSid })).campaign?.status;
  expect(await status()).toBe('COMPLETED');
  await one.data(CampaignPageDocument, {});
  expect(await status()).toBe('COMPLETED');
});
