import { afterEach, describe, expect, it } from '@jest/globals';
import { dataOf, NOON, SandboxUnderTest, type WireCampaign } from './sandbox-under-test.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

let test: SandboxUnderTest;
afterEach(async () => {
  await test.stop();
});

const total = (campaign: WireCampaign) =>
  Object.values(campaign.stats).reduce((sum, count) => sum + count, 0);

async function after(ms: number, sid: string): Promise<WireCampaign> {
  test.now = NOON + ms;
  return await test.get(sid);
}

async function progressOf(sid: string, step: number, steps: number): Promise<WireCampaign[]> {
  const seen: WireCampaign[] = [];
  for (let taken = 0; taken <= steps; taken += 1) seen.push(await after(taken * step, sid));
  return seen;
}

describe('the progress of a campaign', () => {
  it('goes through created, scheduled, in progress and completed', async () => {
    test = await SandboxUnderTest.start();
    const { sid } = await test.create();
    const statuses = (await progressOf(sid, 2 * SECOND, 600)).map((campaign) => campaign.status);
    const turns = statuses.filter((status, index) => status !== statuses[index - 1]);
    expect(turns).toEqual(['created', 'scheduled', 'in-progress', 'completed']);
  });

  it('has one message per recipient, and a date_updated that never goes back or into the future', async () => {
    test = await SandboxUnderTest.start();
    const { sid } = await test.create();
    let last = NOON;
    for (let taken = 0; taken < 200; taken += 1) {
      const campaign = await after(taken * 7 * SECOND, sid);
      expect(total(campaign)).toBeGreaterThanOrEqual(20);
      const updated = Date.parse(campaign.date_updated);
      expect(updated).toBeGreaterThanOrEqual(Math.floor(last / SECOND) * SECOND);
      expect(updated).toBeLessThanOrEqual(test.now);
      last = updated;
    }
  });

  it('sends thirty messages a minute, with stats that match the messages throughout', async () => {
    test = await SandboxUnderTest.start();
    const { sid } = test.sandbox.state.insert({ startsAt: NOON, audience: 300, status: 'in-progress' });
    for (const minutes of [0, 1, 2, 5, 9, 11]) {
      const campaign = await after(minutes * MINUTE, sid);
      const messages = dataOf(await test.messages(sid, '&limit=300'));
      const scheduled = messages.filter((message) => message.status === 'scheduled').length;
      expect(scheduled).toBe(Math.max(0, 300 - 30 * minutes - 1));
      expect(campaign.stats.scheduled).toBe(scheduled);
      const sent = messages.filter((message) => message.status === 'sent').length;
      expect(campaign.stats.sent).toBe(sent);
    }
  });

  it('has a report only after completion', async () => {
    test = await SandboxUnderTest.start();
    const { sid } = await test.create();
    expect((await after(11 * MINUTE, sid)).report_url).toBeNull();
    const [running] = dataOf(await test.list());
    expect(running).toMatchObject({ status: 'in-progress', state: 'prepared' });
    expect((await after(60 * MINUTE, sid)).report_url).toContain('.csv');
    const [done] = dataOf(await test.list());
    expect(done).toMatchObject({ status: 'completed', state: 'list-completed' });
  });

  it('ends on time, and counts messages without an attempt', async () => {
    test = await SandboxUnderTest.start();
    const endsAt = NOON + 120 * MINUTE;
    const { sid } = test.sandbox.state.insert({
      startsAt: NOON,
      endsAt,
      audience: 5_000,
      status: 'in-progress',
    });
    const campaign = await after(121 * MINUTE, sid);
    expect(campaign.status).toBe('completed');
    expect(Date.parse(campaign.date_updated)).toBe(Math.floor(endsAt / SECOND) * SECOND);
    expect(campaign.stats['failed-no-attempt']).toBe(5_000 - 120 * 30 - 1);
    expect(total(campaign)).toBe(5_000);
  });

  it('stops during a pause', async () => {
    test = await SandboxUnderTest.start();
    const { sid } = test.sandbox.state.insert({ startsAt: NOON, audience: 300, status: 'in-progress' });
    test.now = NOON + 2 * MINUTE;
    const paused = (await test.act(sid, 'pause')).body.response.data;
    expect(await after(DAY, sid)).toEqual(paused);
    await test.act(sid, 'resume');
    expect((await after(DAY + MINUTE, sid)).stats.scheduled).toBe((paused.stats.scheduled ?? 0) - 30);
  });
});

describe('the speed setting', () => {
  it('runs a campaign of hours in seconds', async () => {
    test = await SandboxUnderTest.start({ speed: 600 });
    const { sid } = await test.create();
    expect((await after(500, sid)).status).toBe('scheduled');
    expect((await after(1_060, sid)).status).toBe('in-progress');
    const done = await after(2 * SECOND, sid);
    expect(done.status).toBe('completed');
    expect(Date.parse(done.date_updated)).toBeLessThanOrEqual(test.now);
  });

  it('counts a new start time from the real time', async () => {
    test = await SandboxUnderTest.start({ speed: 60 });
    const { sid } = await test.create();
    test.now += 5 * SECOND;
    const start_time = new Date(test.now + 20 * MINUTE).toISOString();
    await test.ask('PUT', `/${sid}`, { body: { schedule: { start_time } } });
    expect((await after(24 * SECOND, sid)).status).toBe('scheduled');
    expect((await after(26 * SECOND, sid)).status).toBe('in-progress');
  });
});
