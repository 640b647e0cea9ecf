import { describe, expect, it } from '@jest/globals';
import { type Campaign } from '../../../src/schema/campaign.js';
import { campaign as example } from '../schema/campaigns.js';
import { fillMissing } from '../../../src/live/change-feed.js';

const noStats = Object.fromEntries(
  Object.keys(example.stats).map((key) => [key, 0]),
) as unknown as Campaign['stats'];
const campaign: Campaign = {
  ...example,
  status: 'IN_PROGRESS',
  upstreamStatus: 'in-progress',
  smsStatusCallback: 'https://x.example/b',
  reportUrl: 'https://x.example/c',
};

describe('missing fields are filled from the previous campaign', () => {
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

  it('keeps the fields that the response has', () => {
    const now: Campaign = { ...campaign, status: 'COMPLETED', upstreamStatus: 'completed', estimatedCost: 2 };
    expect(fillMissing(now, campaign)).toEqual(now);
  });
});
