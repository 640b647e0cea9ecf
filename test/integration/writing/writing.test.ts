import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import {
  CampaignBySidDocument,
  CreateDocument,
  type CreateCampaignInput,
  UpdateDocument,
} from '../../operations/generated.js';
import { validInput } from '../../support/writing/valid-input.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

const now = Date.parse('2026-05-01T10:00:00Z');
const hour = 3_600_000;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, clock: () => now, seed: 'empty' });
  gateway = await startGatewayOn(sandbox.baseUrl, {}, () => now);
});
beforeEach(() => {
  sandbox.calls.splice(0);
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

const valid: CreateCampaignInput = {
  ...validInput,
  name: 'Diwali offer',
  contentType: 'DYNAMIC',
  schedule: { startTime: '2026-05-01T16:30:00+05:30', endTime: new Date(now + 5 * hour).toISOString() },
  template: 'नमस्कार @@First_name 🎉',
  statusCallback: 'https://www.example.com',
  smsStatusCallback: 'https://www.example.com/sms?a=b',
};

describe('createCampaign', () => {
  it('sends the input in one flat POST and returns the campaign', async () => {
    const { createCampaign } = await gateway.data(CreateDocument, { input: valid });
    expect(createCampaign.userErrors).toEqual([]);
    expect(createCampaign.campaign).toMatchObject({
      name: 'Diwali offer',
      contentType: 'DYNAMIC',
      lists: [{ sid: 'f2284e77ea5a4224911251b08f861af2' }],
      schedule: { startTime: '2026-05-01T11:00:00.000Z', endTime: '2026-05-01T15:00:00.000Z' },
      dltEntityId: valid.dltEntityId,
      dltTemplateId: valid.dltTemplateId,
      senderId: 'EXOTEL',
      smsType: 'TRANSACTIONAL',
      template: valid.template,
      statusCallback: 'https://www.example.com',
      smsStatusCallback: 'https://www.example.com/sms?a=b',
    });
    expect(sandbox.calls.map(({ method }) => method)).toEqual(['POST']);
    expect(sandbox.calls[0]?.body).toEqual({
      name: 'Diwali offer',
      content_type: 'dynamic',
      lists: ['f2284e77ea5a4224911251b08f861af2'],
      channel: 'SMS',
      schedule: { start_time: '2026-05-01T11:00:00Z', end_time: '2026-05-01T15:00:00Z' },
      dlt_entity_id: '1101428740000012125',
      dlt_template_id: '1107159950325048979',
      sender_id: 'EXOTEL',
      sms_type: 'transactional',
      template: valid.template,
      status_callback: 'https://www.example.com',
      sms_status_callback: 'https://www.example.com/sms?a=b',
    });
  });

  it('returns all user errors at once, without an upstream call', async () => {
    const input: CreateCampaignInput = {
      ...valid,
      name: 'abc',
      lists: ['a', 'b'],
      dltEntityId: 'twelve',
      senderId: '12345',
      template: ' ',
      schedule: { startTime: new Date(now).toISOString(), endTime: new Date(now + hour).toISOString() },
      statusCallback: 'ftp://example.com',
    };
    const { createCampaign } = await gateway.data(CreateDocument, { input });
    expect(createCampaign.campaign).toBeNull();
    expect(createCampaign.userErrors.map(({ code, field }) => [code, field?.join('.')])).toEqual([
      ['TOO_SHORT', 'input.name'],
      ['TOO_MANY', 'input.lists'],
      ['INVALID', 'input.dltEntityId'],
      ['INVALID', 'input.senderId'],
      ['BLANK', 'input.template'],
      ['INVALID', 'input.statusCallback'],
      ['TOO_EARLY', 'input.schedule.startTime'],
      ['TOO_EARLY', 'input.schedule.endTime'],
    ]);
    expect(sandbox.calls).toEqual([]);
  });

  it('is visible to the next query', async () => {
    const { createCampaign } = await gateway.data(CreateDocument, { input: valid });
    const sid = createCampaign.campaign?.sid ?? '';
    const { campaign } = await gateway.data(CampaignBySidDocument, { sid });
    expect(campaign).toMatchObject({ sid, name: 'Diwali offer' });
  });

  it('with one idempotency key creates once, for concurrent and later repeats', async () => {
    const before = sandbox.state.campaigns().length;
    const input = { ...valid, idempotencyKey: 'once' };
    const together = await Promise.all(
      Array.from({ length: 10 }, () => gateway.data(CreateDocument, { input })),
    );
    const again = await gateway.data(CreateDocument, { input });
    const sids = [...together, again].map(({ createCampaign }) => createCampaign.campaign?.sid);
    expect(new Set(sids).size).toBe(1);
    expect(sandbox.state.campaigns()).toHaveLength(before + 1);
  });

  it('with a key used with another input is IDEMPOTENCY_KEY_REUSED', async () => {
    await gateway.data(CreateDocument, { input: { ...valid, idempotencyKey: 'mine' } });
    const other = { ...valid, name: 'Another', idempotencyKey: 'mine' };
    const { createCampaign } = await gateway.data(CreateDocument, { input: other });
    expect(createCampaign).toMatchObject({
      campaign: null,
      userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['input', 'idempotencyKey'] }],
    });
  });

  it('leaves the key free after a refusal', async () => {
    const wrong = { ...valid, name: 'abc', idempotencyKey: 'again' };
    await gateway.data(CreateDocument, { input: wrong });
    const { createCampaign } = await gateway.data(CreateDocument, {
      input: { ...valid, idempotencyKey: 'again' },
    });
    expect(createCampaign.userErrors).toEqual([]);
  });
});

describe('updateCampaign', () => {
  it('sends only the given fields and returns the campaign', async () => {
    const { sid } = sandbox.state.insert({ name: 'Before', startsAt: now + 10 * hour });
    const { updateCampaign } = await gateway.data(UpdateDocument, {
      sid,
      input: { name: 'After', template: null },
    });
    expect(updateCampaign).toMatchObject({ campaign: { sid, name: 'After' }, userErrors: [] });
    expect(sandbox.calls.at(-1)).toMatchObject({ method: 'PUT', body: { name: 'After' } });
  });

  it('checks given fields together with unchanged ones, and sends nothing invalid', async () => {
    const { sid } = sandbox.state.insert({ startsAt: now + 10 * hour });
    const { updateCampaign } = await gateway.data(UpdateDocument, { sid, input: { senderId: '12345' } });
    expect(updateCampaign.userErrors).toEqual([
      expect.objectContaining({ code: 'INVALID', field: ['input', 'senderId'] }),
    ]);
    expect(sandbox.calls.map(({ method }) => method)).toEqual(['GET']);
  });

  it('with no field sends nothing', async () => {
    const { sid } = sandbox.state.insert({ startsAt: now + 10 * hour });
    const { updateCampaign } = await gateway.data(UpdateDocument, { sid, input: {} });
    expect(updateCampaign.userErrors).toEqual([expect.objectContaining({ code: 'BLANK', field: ['input'] })]);
  });
});
