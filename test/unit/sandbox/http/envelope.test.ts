import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aCampaign, dataOf, type Item, SandboxUnderTest, type WireCampaign } from '../sandbox-under-test.js';

const HOUR = 3_600_000;
const INDIAN_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+05:30$/;

let test: SandboxUnderTest;
beforeAll(async () => {
  test = await SandboxUnderTest.start({ seed: 'demo' });
});
afterAll(async () => {
  await test.stop();
});

describe('create', () => {
  it('responds with an array of items in the documented shape', async () => {
    const { body } = await test.ask<Item<WireCampaign>[]>('POST', '', { body: aCampaign() });
    expect(body).toMatchObject({ method: 'POST', http_code: 200 });
    expect(body.request_id).toMatch(/^[0-9a-f]{32}$/);
    expect(body).not.toHaveProperty('metadata');
    expect(body.response).toHaveLength(1);
    expect(body.response[0]).toMatchObject({ code: 200, status: 'success', error_data: null });
    expect(Object.keys(body.response[0]?.data ?? {})).toEqual(
      (
        'name content_type sid account_sid lists schedule status_callback date_created date_updated status ' +
        'report_url dlt_entity_id dlt_template_id sender_id channel sms_type template'
      ).split(' '),
    );
  });

  it('accepts parameters inside of smscampaigns', async () => {
    const body = { smscampaigns: aCampaign({ name: 'Wrapped one' }) };
    const received = await test.ask<Item<WireCampaign>[]>('POST', '', { body });
    expect(dataOf(received)[0]?.name).toBe('Wrapped one');
  });

  it('accepts a duplicate name', async () => {
    const [one, other] = [await test.create({ name: 'Twice' }), await test.create({ name: 'Twice' })];
    expect(one.sid).not.toBe(other.sid);
    expect(one.sid).toMatch(/^[0-9a-f]{32}$/);
  });

  it('names a campaign after the account and the Indian time by default, and starts it after ten minutes', async () => {
    const campaign = await test.create({ name: undefined });
    expect(campaign.name).toBe('exotel 2024-03-01 10:00:30');
    expect(campaign.schedule).toEqual({
      start_time: '2024-03-01T10:11:00+05:30',
      expiry_time: '2024-03-31T10:11:00+05:30',
    });
  });
});

describe('get and update', () => {
  it('respond with an object that has the misspelt dlt_entitiy_id, end_time and hyphenated stats', async () => {
    const { sid } = await test.create();
    const { body } = await test.ask<Item<WireCampaign>>('GET', `/${sid}`);
    expect(Object.keys(body.response)).toEqual(['code', 'status', 'data']);
    const { data } = body.response;
    expect(Object.keys(data)).toEqual(
      (
        'name content_type sid account_sid lists schedule status_callback sms_status_callback status report_url ' +
        'dlt_template_id dlt_entitiy_id sender_id channel sms_type template estimated_cost date_created ' +
        'date_updated stats'
      ).split(' '),
    );
    expect(data.schedule.end_time).toMatch(INDIAN_TIME);
    expect(Object.keys(data.stats)).toEqual(
      'scheduled submitted failed failed-dnd invalid failed-no-attempt sent failed-expired failed-no-balance'.split(
        ' ',
      ),
    );
    const updated = await test.ask<Item<WireCampaign>>('PUT', `/${sid}`, { body: { name: 'Other' } });
    expect(updated.body.response.data).toEqual({ ...data, name: 'Other' });
  });

  it('return the sample of the document exactly', async () => {
    const { body } = await test.ask<Item<WireCampaign>>('GET', '/af7826e2c40b40faa53d1a1653905879');
    expect(body.response).toMatchInlineSnapshot(`
     {
       "code": 200,
       "data": {
         "account_sid": "Exotel",
         "channel": "SMS",
         "content_type": "static",
         "date_created": "2022-05-30T15:47:59+05:30",
         "date_updated": "2022-05-30T16:19:14+05:30",
         "dlt_entitiy_id": "1101428740000012125",
         "dlt_template_id": "1107159950325048979",
         "estimated_cost": 0.17,
         "lists": [
           "088d92cb349844008fcb97cdf5a52cb7",
         ],
         "name": "new camp",
         "report_url": null,
         "schedule": {
           "end_time": "2022-06-29T15:57:00+05:30",
           "start_time": "2022-05-30T15:57:00+05:30",
         },
         "sender_id": "EXOTEL",
         "sid": "af7826e2c40b40faa53d1a1653905879",
         "sms_status_callback": null,
         "sms_type": "transactional",
         "stats": {
           "failed": 0,
           "failed-dnd": 0,
           "failed-expired": 0,
           "failed-no-attempt": 0,
           "failed-no-balance": 0,
           "invalid": 0,
           "scheduled": 0,
           "sent": 2,
           "submitted": 0,
         },
         "status": "completed",
         "status_callback": null,
         "template": "Hi user,Thank you for registering; Your account has been activated",
       },
       "status": "success",
     }
    `);
  });
});

describe('the list', () => {
  it('responds with an array of rows that have state but not always channel', async () => {
    const rows = dataOf(await test.list('&limit=50'));
    expect(rows.every((row) => ['prepared', 'list-completed'].includes(row.state ?? ''))).toBe(true);
    const channels = new Set(rows.map((row) => row.channel));
    expect(channels).toEqual(new Set(['SMS', undefined]));
  });
});

describe('message details', () => {
  it('name the text message after sending and body before, and may lack a name', async () => {
    const big = dataOf(await test.list('&name=festive offer to all'))[0];
    const messages = dataOf(await test.messages(big?.sid ?? '', '&limit=500'));
    for (const message of messages) {
      expect('message' in message).toBe(message.status === 'sent');
      expect('body' in message).toBe(message.status !== 'sent');
      expect(message.number).toMatch(/^\+9198\d{8}$/);
      expect(message.sid).toMatch(/^[0-9a-f]{34}b[of]$/);
      expect(message.direction).toBe('outgoing-api');
    }
    expect(new Set(messages.map((message) => 'name' in message))).toEqual(new Set([true, false]));
    expect(messages.find((message) => message.status === 'failed_dnd')?.detailed_status).toBe(
      'FAILED_REJECTED_DND',
    );
  });

  it('in the document samples have masked numbers', async () => {
    const [message] = dataOf(await test.messages('af7826e2c40b40faa53d1a1653905879'));
    expect(message?.number).toBe('XXXXXXXXXX');
  });

  it('of a dynamic campaign have their variables replaced', async () => {
    const [message] = dataOf(await test.messages('81b69a02d4af4b81a78dae1657826990'));
    expect(message?.body).not.toContain('@@');
  });
});

it('all times are Indian time without milliseconds', async () => {
  test.now += HOUR;
  for (const row of dataOf(await test.list('&limit=50'))) {
    const { start_time, end_time } = row.schedule;
    for (const time of [start_time, end_time, row.date_created, row.date_updated]) {
      expect(time).toMatch(INDIAN_TIME);
    }
  }
});
