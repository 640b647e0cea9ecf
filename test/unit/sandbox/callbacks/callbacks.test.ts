import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from './callback-receiver.js';
import { FiringUnderTest } from './firing-under-test.js';
import { dataOf, NOON } from '../sandbox-under-test.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let firing: FiringUnderTest;
beforeEach(async () => {
  firing = await FiringUnderTest.open();
});
afterEach(async () => {
  await firing.stop();
});

describe('campaign callbacks', () => {
  it('report the start, each message once with its details, and the end', async () => {
    await firing.start({}, Date.now);
    const { sid, date_created } = await firing.test.create(firing.urls());
    await eventually(() => firing.hasCompleted());
    const { report_url, date_updated } = await firing.test.get(sid);
    const messages = dataOf(await firing.test.messages(sid, '&limit=1000'));
    const started = firing.receiver.arrivals[0]?.fields;
    expect(started).toEqual({
      campaign_sid: sid,
      date_created,
      date_updated: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+05:30$/),
      status: 'in-progress',
      reports: null,
    });
    expect(firing.receiver.arrivals.at(-1)?.fields).toEqual({
      campaign_sid: sid,
      date_created,
      date_updated,
      status: 'completed',
      reports: report_url,
    });
    expect(firing.receiver.at('/campaign')).toHaveLength(2);
    const received = firing.receiver
      .at('/sms')
      .map(({ sms_sid, number, status }) => ({ sid: sms_sid, number, status }));
    const shown = messages.map(({ sid, number, status }) => {
      return { sid, number, status: status === 'failed_expired' ? 'Failed_Expired' : status };
    });
    expect(received).toHaveLength(messages.length);
    expect(received).toEqual(expect.arrayContaining(shown));
    expect(new Set(received.map((message) => message.sid)).size).toBe(messages.length);
  });

  it('have the documented fields, with times during the campaign', async () => {
    await firing.start({}, Date.now);
    const { sid } = await firing.test.create(firing.urls());
    await eventually(() => firing.hasCompleted());
    const { date_created, date_updated } = await firing.test.get(sid);
    for (const fields of firing.receiver.at('/sms')) {
      const names = ['campaign_sid', 'sms_sid', 'date_created', 'date_sent', 'number', 'status'];
      expect(Object.keys(fields)).toEqual(names);
      expect([fields.campaign_sid, fields.date_created]).toEqual([sid, date_created]);
      expect(fields.date_sent).toMatch(/\+05:30$/);
      const sent = Date.parse(fields.date_sent ?? '');
      expect(sent).toBeGreaterThanOrEqual(Date.parse(date_created));
      expect(sent).toBeLessThanOrEqual(Date.parse(date_updated));
    }
  });

  it('are JSON by default', async () => {
    await firing.start({}, Date.now);
    await firing.test.create(firing.urls());
    await eventually(() => firing.hasCompleted());
    expect(new Set(firing.receiver.arrivals.map((arrival) => arrival.type))).toEqual(
      new Set(['application/json']),
    );
  });

  it('are forms if configured, with empty values for null', async () => {
    await firing.start({ form: 'form' }, Date.now);
    const { sid } = await firing.test.create(firing.urls());
    await eventually(() => firing.hasCompleted());
    const { report_url } = await firing.test.get(sid);
    const [started, completed] = firing.receiver.at('/campaign');
    expect(started).toMatchObject({ campaign_sid: sid, status: 'in-progress', reports: '' });
    expect(completed).toMatchObject({ campaign_sid: sid, status: 'completed', reports: report_url });
    expect(firing.receiver.at('/sms')[0]?.number).toMatch(/^\+91/);
    const types = new Set(firing.receiver.arrivals.map((arrival) => arrival.type));
    expect(types).toEqual(new Set(['application/x-www-form-urlencoded']));
  });

  it('are sent as often as configured, even if acknowledged', async () => {
    await firing.start({ copies: 3 }, Date.now);
    const { sid } = await firing.test.create(firing.urls());
    await eventually(() => firing.statuses('/campaign').length === 6);
    const starts = Array.from({ length: 3 }, () => 'in-progress');
    const ends = Array.from({ length: 3 }, () => 'completed');
    expect(firing.statuses('/campaign')).toEqual([...starts, ...ends]);
    const audience = firing.test.sandbox.state.messages(sid).length;
    const sids = firing.sidsAt('/sms');
    expect(sids).toHaveLength(3 * audience);
    expect(new Set(sids).size).toBe(audience);
    expect(firing.receiver.arrivals.slice(0, 3).every(({ path }) => path === '/campaign')).toBe(true);
  });

  it('are sent during the campaign, not at its end', async () => {
    await firing.start();
    firing.test.sandbox.state.insert({ ...firing.draftUrls(), startsAt: NOON + MINUTE, audience: 300 });
    await firing.anotherLook();
    expect(firing.receiver.at('/campaign')).toEqual([]);
    for (const minutes of [1, 2, 5]) {
      firing.test.now = NOON + minutes * MINUTE + 500;
      await firing.anotherLook();
      await eventually(() => firing.receiver.at('/sms').length >= 30 * (minutes - 1) - 4);
      expect(firing.receiver.at('/sms').length).toBeLessThanOrEqual(30 * (minutes - 1));
      expect(firing.statuses('/campaign')).toEqual(['in-progress']);
    }
    firing.test.now = NOON + HOUR;
    await eventually(() => firing.hasCompleted());
    expect(new Set(firing.sidsAt('/sms')).size).toBe(300);
    expect(firing.receiver.at('/sms')).toHaveLength(300);
    expect(firing.receiver.at('/campaign')[0]?.date_updated).toBe('2024-03-01T10:01:30+05:30');
  });

  it('use the URLs of the last update', async () => {
    await firing.start();
    const { sid } = await firing.test.create({ status_callback: null });
    await firing.test.ask('PUT', `/${sid}`, { body: firing.urls() });
    firing.test.now = NOON + HOUR;
    await eventually(() => firing.hasCompleted());
    expect(firing.receiver.at('/sms')).toHaveLength(firing.test.sandbox.state.messages(sid).length);
  });

  it('have at most sixteen open requests', async () => {
    await firing.start();
    firing.receiver.answerAfterMs = 10;
    firing.test.sandbox.state.insert({ ...firing.draftUrls(), startsAt: NOON + MINUTE, audience: 200 });
    firing.test.now = NOON + HOUR;
    await eventually(() => firing.hasCompleted());
    expect(firing.receiver.mostOpen).toBe(16);
    expect(firing.receiver.at('/sms')).toHaveLength(200);
    expect(firing.receiver.arrivals.at(-1)?.fields.status).toBe('completed');
  });
});
