import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aCampaign, type Item, NOON, SandboxUnderTest, type WireCampaign } from './sandbox-under-test.js';

const MINUTE = 60_000;
const later = (minutes: number) => new Date(NOON + minutes * MINUTE).toISOString();

let test: SandboxUnderTest;
beforeAll(async () => {
  test = await SandboxUnderTest.start();
});
afterAll(async () => {
  await test.stop();
});

async function createWith(changes: Record<string, unknown>) {
  return await test.ask<Item<WireCampaign | null>[]>('POST', '', { body: aCampaign(changes) });
}

describe('create without a required parameter', () => {
  const mandatory =
    'content_type lists channel dlt_entity_id dlt_template_id sender_id sms_type template'.split(' ');

  it.each(mandatory.flatMap((name) => [undefined, null, ''].map((value) => [name, value] as const)))(
    'gets 400 with code 1001: %s is %j',
    async (name, value) => {
      const received = await createWith({ [name]: value });
      const item = received.body.response[0];
      expect([received.status, item?.code, item?.error_data?.code]).toEqual([400, 400, 1001]);
      expect(item?.error_data?.description).toContain(name);
    },
  );
});

const sids = (count: number) => Array.from({ length: count }, (_, index) => `list${index}`);
const variables = (count: number) =>
  sids(count)
    .map((name) => `@@${name}`)
    .join(' ');
const dynamic = { content_type: 'dynamic' };

describe('create with an invalid parameter', () => {
  it.each<[string, Record<string, unknown>]>([
    ['name', { name: 'abc' }],
    ['name', { name: 7 }],
    ['content_type', { content_type: 'mixed' }],
    ['lists', { lists: [] }],
    ['lists', { lists: 'list0' }],
    ['lists', { lists: [''] }],
    ['lists', { lists: sids(6) }],
    ['lists', { ...dynamic, lists: sids(2) }],
    ['channel', { channel: 'voice' }],
    ['dlt_entity_id', { dlt_entity_id: 'E123' }],
    ['dlt_template_id', { dlt_template_id: 1107160086562376 }],
    ['sender_id', { sender_id: '140123' }],
    ['sender_id', { sms_type: 'promotional' }],
    ['sms_type', { sms_type: 'otp' }],
    ['template', { template: 'x'.repeat(2001) }],
    ['template', { template: ['text'] }],
    ['template', { ...dynamic, template: variables(6) }],
    ['status_callback', { status_callback: 'ftp://example.com' }],
    ['sms_status_callback', { sms_status_callback: 'example.com' }],
    ['schedule', { schedule: 'tomorrow' }],
    ['schedule.start_time', { schedule: { start_time: '2024-03-01 11:00:00' } }],
    ['schedule.start_time', { schedule: { start_time: later(9) } }],
    ['schedule.end_time', { schedule: { start_time: later(60), end_time: later(179) } }],
    ['schedule.end_time', { schedule: { end_time: later(30) } }],
  ])('gets 400 with code 1002: %s in %j', async (name, changes) => {
    const received = await createWith(changes);
    const item = received.body.response[0];
    expect([received.status, item?.code, item?.error_data?.code]).toEqual([400, 400, 1002]);
    expect(item?.error_data?.description.split(' ')[0]).toBe(name);
    expect(item?.data).toBeNull();
  });
});

describe('create at the limits of the rules', () => {
  it.each<[string, Record<string, unknown>]>([
    ['a name of four characters', { name: 'TYrt' }],
    ['five lists', { lists: sids(5) }],
    ['one list and five variables', { ...dynamic, lists: sids(1), template: variables(5) }],
    ['one variable six times', { ...dynamic, template: '@@Name '.repeat(6) }],
    ['2000 emoji', { template: '🎉'.repeat(2000) }],
    ['types in another case', { channel: 'sms', sms_type: 'Transactional' }],
    ['a numeric sender of a promotional campaign', { sms_type: 'promotional', sender_id: '140123' }],
    [
      'a start in ten minutes and a duration of two hours',
      { schedule: { start_time: later(10), end_time: later(130) } },
    ],
    ['no callbacks', { status_callback: null }],
  ])('is accepted with %s', async (_, changes) => {
    expect((await createWith(changes)).status).toBe(200);
  });

  it('stores the schedule in Indian time', async () => {
    const schedule = { start_time: '2024-03-02T00:00:00Z', end_time: '2024-03-02T12:00:00.500+01:00' };
    expect((await test.create({ schedule })).schedule).toEqual({
      start_time: '2024-03-02T05:30:00+05:30',
      expiry_time: '2024-03-02T16:30:00+05:30',
    });
  });
});
