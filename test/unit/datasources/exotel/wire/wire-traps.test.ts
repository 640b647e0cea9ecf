import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { documentedCampaign, documentedSid } from '../../../../fixtures/documented-answer.js';
import { ScriptedUpstream } from '../scripted-upstream.js';

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(async () => {
  await upstream.stop();
});

const missing = undefined;
const start = '2022-05-30T15:57:00+05:30';
const startInUtc = '2022-05-30T10:27:00.000Z';
const end = '2022-06-29T15:57:00+05:30';
const endInUtc = '2022-06-29T10:27:00.000Z';

/** The quirk, the change of the document's get sample, and the expected result for a client. */
const traps: [trap: string, wire: Record<string, unknown>, seen: Record<string, unknown>][] = [
  ['dlt_entitiy_id (sic)', { dlt_entitiy_id: '11' }, { dltEntityId: '11' }],
  ['dlt_entity_id', { dlt_entitiy_id: missing, dlt_entity_id: '12' }, { dltEntityId: '12' }],
  ['neither DLT entity', { dlt_entitiy_id: missing }, { dltEntityId: null }],
  [
    '19 digits stay 19 digits',
    { dlt_template_id: '1107160086562376233' },
    { dltTemplateId: '1107160086562376233' },
  ],
  ['a DLT id as a number', { dlt_template_id: 123478 }, { dltTemplateId: '123478' }],
  ['a DLT id as a number that lost digits is dropped', { dlt_template_id: 2 ** 60 }, { dltTemplateId: null }],
  [
    'schedule.end_time',
    { schedule: { start_time: start, end_time: end } },
    { schedule: { endTime: endInUtc } },
  ],
  [
    'schedule.expiry_time',
    { schedule: { expiry_time: end } },
    { schedule: { startTime: null, endTime: endInUtc } },
  ],
  ['no schedule', { schedule: missing }, { schedule: { startTime: null, endTime: null } }],
  ['an invalid schedule', { schedule: 'soon' }, { schedule: { startTime: null, endTime: null } }],
  ['no stats', { stats: missing }, { stats: { sent: 0, total: 0 } }],
  ['stats that are null', { stats: null }, { stats: { sent: 0, total: 0 } }],
  ['stats that are a list', { stats: [1, 2] }, { stats: { sent: 0, total: 0 } }],
  ['a count as text', { stats: { sent: '7' } }, { stats: { sent: 7, total: 7 } }],
  [
    'an invalid count',
    { stats: { sent: 'many', failed: 1.5, invalid: 2 } },
    { stats: { sent: 0, total: 2 } },
  ],
  ['an unknown count', { stats: { sent: 1, 'failed-new': 5 } }, { stats: { sent: 1, total: 1 } }],
  ['state in a list row', { state: 'prepared' }, { state: 'prepared' }],
  ['no state', { state: missing }, { state: null }],
  ['an unknown state', { state: 'half-baked' }, { state: 'half-baked' }],
  ['no channel', { channel: missing }, { channel: 'SMS' }],
  ['no sms_status_callback', { sms_status_callback: missing }, { smsStatusCallback: null }],
  ['an empty status_callback', { status_callback: '' }, { statusCallback: null }],
  ['no report_url', { report_url: missing }, { reportUrl: null }],
  ['no account_sid', { account_sid: missing }, { accountSid: 'Exotel' }],
  ['no estimated_cost', { estimated_cost: missing }, { estimatedCost: null }],
  ['a cost as text', { estimated_cost: '0.66' }, { estimatedCost: 0.66 }],
  ['a cost that is not a number', { estimated_cost: '3 rupees' }, { estimatedCost: null }],
  [
    'a time with an offset',
    { date_created: '2022-08-10T23:12:00+05:30' },
    { createdAt: '2022-08-10T17:42:00.000Z' },
  ],
  [
    'a time with an offset without a colon',
    { date_created: '2022-08-10T23:12:00+0530' },
    { createdAt: '2022-08-10T17:42:00.000Z' },
  ],
  [
    'UTC with a fraction',
    { date_created: '2022-08-10T17:42:00.5Z' },
    { createdAt: '2022-08-10T17:42:00.500Z' },
  ],
  [
    'a time without an offset',
    { schedule: { start_time: '2022-08-10T23:12:00' } },
    { schedule: { startTime: null } },
  ],
  ['no date_updated', { date_updated: missing, date_created: start }, { updatedAt: startInUtc }],
  [
    'an unknown status',
    { status: 'on-hold' },
    { status: 'UNKNOWN', upstreamStatus: 'on-hold', availableActions: [] },
  ],
  ['in-progress', { status: 'in-progress' }, { status: 'IN_PROGRESS', upstreamStatus: 'in-progress' }],
  ['a status in another case', { status: 'Created' }, { status: 'CREATED', upstreamStatus: 'Created' }],
  ['in_progress', { status: 'IN_PROGRESS' }, { status: 'IN_PROGRESS', upstreamStatus: 'IN_PROGRESS' }],
  ['a status named like a method', { status: 'constructor' }, { status: 'UNKNOWN' }],
  ['transactional_opt_in', { sms_type: 'transactional_opt_in' }, { smsType: 'TRANSACTIONAL_OPT_IN' }],
  ['a status longer than any word', { status: `scheduled${' '.repeat(60)}` }, { status: 'UNKNOWN' }],
  ['an unknown SMS type', { sms_type: 'flash' }, { smsType: 'UNKNOWN' }],
  ['no content type', { content_type: missing }, { contentType: 'UNKNOWN' }],
  ['lists that are null', { lists: null }, { lists: [] }],
  ['a list that is not in a list', { lists: 'abc' }, { lists: [{ sid: 'abc' }] }],
  ['a sender of digits', { sender_id: 56161 }, { senderId: '56161' }],
  ['Hindi', { template: 'नमस्कार @@नाम' }, { template: 'नमस्कार @@नाम' }],
  ['an unknown key', { priority: { deep: [1] } }, { name: 'new camp' }],
];

describe('an upstream quirk is hidden from the client', () => {
  it.each(traps)('%s', async (_trap, wire, seen) => {
    upstream.answersItem(documentedCampaign(wire));
    expect(await upstream.client().getCampaign(documentedSid)).toMatchObject(seen);
  });

  it('hyphenated stats are counted under their own names', async () => {
    const stats = {
      scheduled: 1,
      submitted: 2,
      failed: 4,
      'failed-dnd': 8,
      invalid: 16,
      'failed-no-attempt': 32,
      sent: 64,
      'failed-expired': 128,
      'failed-no-balance': 256,
    };
    upstream.answersItem(documentedCampaign({ stats }));
    expect((await upstream.client().getCampaign(documentedSid)).stats).toEqual({
      scheduled: 1,
      submitted: 2,
      failed: 4,
      failedDnd: 8,
      invalid: 16,
      failedNoAttempt: 32,
      sent: 64,
      failedExpired: 128,
      failedNoBalance: 256,
      total: 511,
    });
  });

  it.each(['af7826e2c40b40faa53d1a1653905879', '909d2a2ba53ce07f3784668b938eb44914bo', 'x', 'सिड-1', '0'])(
    'a sid is opaque: %j is returned unchanged',
    async (sid) => {
      upstream.answersItem(documentedCampaign({ sid }));
      expect(await upstream.client().getCampaign(sid)).toMatchObject({ id: sid, sid });
    },
  );

  it.each(['sid', 'name', 'status', 'template', 'sender_id', 'date_created'])(
    'a campaign without its %s is an invalid response',
    async (key) => {
      upstream.answersItem(documentedCampaign({ [key]: missing }));
      await expect(upstream.client().getCampaign(documentedSid)).rejects.toMatchObject({
        reason: 'invalidResponse',
      });
    },
  );

  it('an incomplete create response is not completed with defaults, so that it proves nothing', async () => {
    upstream.answersItem(documentedCampaign({ sms_status_callback: missing }));
    const sent = { smsStatusCallback: 'https://example.com/sms' };
    const { campaign } = await upstream.client().createCampaign(sent);
    expect(campaign.smsStatusCallback).toBeNull();
  });
});
