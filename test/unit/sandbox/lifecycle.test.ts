import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  applyAction,
  CAMPAIGN_ACTIONS,
  CAMPAIGN_STATUSES,
  type CampaignAction,
  type CampaignStatus,
} from '../../../src/sandbox/lifecycle.js';
import { type Item, NOON, SandboxUnderTest, type WireCampaign } from './sandbox-under-test.js';

let test: SandboxUnderTest;
beforeAll(async () => {
  test = await SandboxUnderTest.start();
});
afterAll(async () => {
  await test.stop();
});

const STARTED = { startsAt: NOON - 30_000, createdAt: NOON - 3_600_000 };

const results: Record<CampaignAction, Partial<Record<CampaignStatus, CampaignStatus>>> = {
  pause: { created: 'paused', scheduled: 'paused', 'in-progress': 'paused' },
  resume: { paused: 'in-progress' },
  complete: { paused: 'completed' },
  archive: { completed: 'archived' },
};

describe.each(CAMPAIGN_ACTIONS)('the action %s', (action) => {
  it.each(CAMPAIGN_STATUSES)('on a campaign that is %s has its documented result', async (status) => {
    const begun = status !== 'created' && status !== 'scheduled';
    const { sid } = test.sandbox.state.insert({ status, ...(begun ? STARTED : {}) });
    const expected = results[action][status];
    expect(applyAction(status, action)).toBe(expected);
    const received = await test.act(sid, action);
    if (expected === undefined) {
      const { code, error_data, data } = received.body.response;
      expect([received.status, code, error_data?.code, data]).toEqual([403, 403, 1003, null]);
      expect((await test.get(sid)).status).toBe(status);
    } else {
      expect([received.status, received.body.response.data.status]).toEqual([200, expected]);
    }
  });
});

describe('a campaign action', () => {
  it('is accepted in any case', async () => {
    const { sid } = await test.create();
    expect((await test.act(sid, 'Pause')).status).toBe(200);
  });

  it.each<[unknown]>([[{ action: 'stop' }], [{ action: 7 }], [{ action: 'pause', name: 'Other' }]])(
    'that is unknown gets 400 with code 1002: %j',
    async (body) => {
      const { sid } = await test.create();
      const received = await test.ask<Item<null>>('PUT', `/${sid}`, { body });
      expect([received.status, received.body.response.error_data?.code]).toEqual([400, 1002]);
    },
  );

  it('resume reschedules a campaign that was paused before its start', async () => {
    const { sid } = await test.create();
    await test.act(sid, 'pause');
    expect((await test.act(sid, 'resume')).body.response.data.status).toBe('scheduled');
  });

  it('complete fails unsent messages and provides the report', async () => {
    const { sid } = test.sandbox.state.insert({ ...STARTED, status: 'in-progress', audience: 100 });
    await test.act(sid, 'pause');
    const before = await test.get(sid);
    const { stats, report_url } = (await test.act(sid, 'complete')).body.response.data;
    expect(before.stats.scheduled).toBeGreaterThan(0);
    expect(stats).toMatchObject({ scheduled: 0, submitted: 0, 'failed-no-attempt': before.stats.scheduled });
    expect(report_url).toContain('.csv');
  });
});

describe('an update of parameters', () => {
  it.each(CAMPAIGN_STATUSES)('of a campaign that is %s is only allowed before the start', async (status) => {
    const { sid } = test.sandbox.state.insert({ status });
    const isAllowed = status === 'created' || status === 'scheduled';
    const received = await test.ask<Item<WireCampaign | null>>('PUT', `/${sid}`, {
      body: { name: 'Renamed' },
    });
    expect(received.status).toBe(isAllowed ? 200 : 403);
    expect(received.body.response.error_data?.code).toBe(isAllowed ? undefined : 1003);
  });

  it('changes only the given parameters', async () => {
    const { sid } = await test.create();
    const before = await test.get(sid);
    const body = {
      smscampaigns: { template: 'Another text', schedule: { end_time: '2024-04-30T00:00:00+05:30' } },
    };
    const received = await test.ask<Item<WireCampaign>>('PUT', `/${sid}`, { body });
    expect(received.body.response.data).toEqual({
      ...before,
      template: 'Another text',
      schedule: { start_time: before.schedule.start_time, end_time: '2024-04-30T00:00:00+05:30' },
    });
  });

  it.each<[unknown, number]>([
    [{}, 1001],
    [{ template: '' }, 1001],
    [{ name: 'abc' }, 1002],
    [{ schedule: { start_time: '2024-03-01T10:05:00+05:30' } }, 1002],
    [{ content_type: 'dynamic', lists: ['one', 'two'] }, 1002],
  ])('is validated like a create: %j', async (body, code) => {
    const { sid } = await test.create();
    const received = await test.ask<Item<null>>('PUT', `/${sid}`, { body });
    expect([received.status, received.body.response.error_data?.code]).toEqual([400, code]);
  });
});
