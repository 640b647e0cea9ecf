import { beforeEach, describe, expect, it } from '@jest/globals';
import { AnnouncedCampaigns } from '../../../src/live/peers.js';
import { type Campaign } from '../../../src/schema/campaign.js';
import { campaign } from '../schema/campaigns.js';

let [here, there]: AnnouncedCampaigns[] = [];
const paused: Campaign = { ...campaign, status: 'PAUSED', upstreamStatus: 'paused' };
const created: Campaign = { ...campaign, status: 'CREATED' };
const later: Campaign = { ...campaign, fetchedAt: '2026-01-04T00:00:00.000Z' };
const ofAList: Campaign = { ...paused, state: null };

beforeEach(() => {
  [here, there] = [new AnnouncedCampaigns(1_000_000), new AnnouncedCampaigns(1_000_000)];
});

describe('of a campaign is told', () => {
  it('all the first time, and where it differs; else only that it was read', () => {
    const told = [campaign, later, paused, ofAList].map((one, index) => here?.recordLocal(one, index));
    expect(told.map((one) => [one?.isChange, one?.since])).toEqual([
      [true, 0],
      [false, 0],
      [true, 2],
      [false, 2],
    ]);
  });

  it.each([
    ['was begun to be read before', paused, 5],
    ['was told already', paused, 6],
    ['lies behind', created, 7],
  ])('nothing of what %s', (_what, late, order) => {
    here?.recordLocal({ ...campaign, status: 'IN_PROGRESS' }, 6);
    expect(here?.recordLocal(late, order)).toBeUndefined();
    expect(here?.recordRemote(late, order)).toBe(false);
  });

  it('nothing of what was heard: it is not told back', () => {
    expect(here?.recordRemote(paused, 3)).toBe(true);
    expect(here?.recordLocal(paused, 3)).toBeUndefined();
    expect(here?.recordRemote(paused, 3)).toBe(false);
  });
});

describe('that a campaign was read again is believed', () => {
  it('by who knows what it is the same as', () => {
    here?.recordLocal(campaign, 1);
    there?.recordRemote(campaign, 1);
    const again = here?.recordLocal(later, 2);
    expect(there?.recordUnchanged('a', 2, again?.since ?? -1)).toBe(true);
    expect(there?.recordUnchanged('a', 2, again?.since ?? -1)).toBe(false);
  });

  it('not by who missed the change, nor by who knows nothing of it', () => {
    here?.recordLocal(campaign, 1);
    there?.recordRemote(campaign, 1);
    here?.recordLocal(paused, 2);
    const again = here?.recordLocal({ ...paused, fetchedAt: later.fetchedAt }, 3);
    expect(there?.recordUnchanged('a', 3, again?.since ?? -1)).toBe(false);
    expect(new AnnouncedCampaigns(1_000_000).recordUnchanged('a', 3, 2)).toBe(false);
  });
});
