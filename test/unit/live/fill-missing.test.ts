import { describe, expect, it } from '@jest/globals';
import { type Campaign } from '../../../src/schema/campaign.js';
import { fillMissing } from '../../../src/live/change-feed.js';

const stats = { scheduled: 1, submitted: 0, sent: 4, failed: 0, failedDnd: 0, failedExpired: 0 };
const allStats = { ...stats, failedNoAttempt: 0, failedNoBalance: 0, invalid: 0, total: 5 };
const noStats = Object.fromEntries(
  Object.keys(allStats).map((key) => [key, 0]),
) as unknown as Campaign['stats'];
const campaign: Campaign = {
  __typename: 'Campaign',
  id: 'a',
  sid: 'a',
  accountSid: 'acme',
  name: 'one',
  channel: 'SMS',
  contentType: 'STATIC',
  status: 'IN_PROGRESS',
  upstreamStatus: 'in-progress',
  state: 'prepared',
  lists: [{ sid: 'l1' }, { sid: 'l2' }],
  schedule: { startTime: null, endTime: null },
  template: 'Hi',
  smsType: 'TRANSACTIONAL',
  senderId: 'EXOTEL',
  dltEntityId: null,
  dltTemplateId: null,
  statusCallback: 'https://x.example/a',
  smsStatusCallback: 'https://x.example/b',
  reportUrl: 'https://x.example/c',
  estimatedCost: 1,
  stats: allStats,
  availableActions: ['PAUSE'],
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-02T00:00:00.000Z',
  fetchedAt: '2026-01-03T00:00:00.000Z',
};

describe('fields that a response lacks are filled from the campaign before', () => {
  it.each<[what: string, missing: Partial<Campaign>]>([
    ['the state', { state: null }],
    ['the callbacks', { statusCallback: null, smsStatusCallback: null }],
    ['the report and the cost', { reportUrl: null, estimatedCost: null }],
    ['the counts', { stats: noStats }],
    ['another order of lists', { lists: [{ sid: 'l2' }, { sid: 'l1' }] }],
    ['another spelling of the status', { upstreamStatus: 'In-Progress' }],
    ['when it was updated', { updatedAt: campaign.createdAt }],
  ])('%s', (_what, missing) => {
    expect(fillMissing({ ...campaign, ...missing }, campaign)).toEqual(campaign);
  });

  it('and fields that it has are used', () => {
    const now: Campaign = { ...campaign, status: 'COMPLETED', upstreamStatus: 'completed', estimatedCost: 2 };
    expect(fillMissing(now, campaign)).toEqual(now);
  });
});
