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

describe('the announcement of a read', () => {
  it('has the whole campaign the first time and after a change, and only the version otherwise', () => {
    const announced = [campaign, later, paused, ofAList].map((one, index) => here?.recordLocal(one, index));
    expect(announced.map((one) => [one?.isChange, one?.since])).toEqual([
      [true, 0],
      [false, 0],
      [true, 2],
      [false, 2],
    ]);
  });

  it.each([
    ['began before the last announced one', paused, 5],
    ['was announced already', paused, 6],
    ['shows an earlier status', created, 7],
  ])('is left out if the read %s', (_what, late, version) => {
    here?.recordLocal({ ...campaign, status: 'IN_PROGRESS' }, 6);
    expect(here?.recordLocal(late, version)).toBeUndefined();
    expect(here?.recordRemote(late, version)).toBeUndefined();
  });

  it('is left out if a peer has announced it', () => {
    expect(here?.recordRemote(paused, 3)).toEqual({ isChange: false });
    expect(here?.recordLocal(paused, 3)).toBeUndefined();
    expect(here?.recordRemote(paused, 3)).toBeUndefined();
  });
});

describe('the announcement of an unchanged campaign', () => {
  it('is accepted by an instance that has its version', () => {
    here?.recordLocal(campaign, 1);
    there?.recordRemote(campaign, 1);
    const again = here?.recordLocal(later, 2);
    expect(there?.recordUnchanged('a', 2, again?.since ?? -1)).toBe(true);
    expect(there?.recordUnchanged('a', 2, again?.since ?? -1)).toBe(false);
  });

  it('is ignored by an instance that missed the change, or has no version of it', () => {
    here?.recordLocal(campaign, 1);
    there?.recordRemote(campaign, 1);
    here?.recordLocal(paused, 2);
    const again = here?.recordLocal({ ...paused, fetchedAt: later.fetchedAt }, 3);
    expect(there?.recordUnchanged('a', 3, again?.since ?? -1)).toBe(false);
    expect(new AnnouncedCampaigns(1_000_000).recordUnchanged('a', 3, 2)).toBe(false);
  });
});
