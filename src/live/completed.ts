import { isDeepStrictEqual } from 'node:util';
import { CampaignStatus } from '../domain/campaign.js';
import { type Campaign } from '../schema/campaign.js';

/**
 * A campaign as it was read, with what this answer does not say taken over from the one before: list, get and update
 * differ in what they have (docs/upstream.md, traps: `state`, stats and callbacks are optional), and that something is not
 * said is no change. Nor is another spelling of the same status, or another order of the same lists.
 */
export function completed(campaign: Campaign, before: Campaign): Campaign {
  const isSameStatus = campaign.status === before.status && campaign.status !== CampaignStatus.UNKNOWN;
  return {
    ...campaign,
    state: campaign.state ?? before.state,
    statusCallback: campaign.statusCallback ?? before.statusCallback,
    smsStatusCallback: campaign.smsStatusCallback ?? before.smsStatusCallback,
    reportUrl: campaign.reportUrl ?? before.reportUrl,
    estimatedCost: campaign.estimatedCost ?? before.estimatedCost,
    // Messages don't vanish: no counts at all are counts that were left out.
    stats: campaign.stats.total === 0 ? before.stats : campaign.stats,
    upstreamStatus: isSameStatus ? before.upstreamStatus : campaign.upstreamStatus,
    lists: sidsOf(campaign) === sidsOf(before) ? before.lists : campaign.lists,
    updatedAt: campaign.updatedAt > before.updatedAt ? campaign.updatedAt : before.updatedAt,
  };
}

/** When it was read is no part of what a campaign is, nor is what was not said of it before. */
export function differs(before: Campaign, after: Campaign): boolean {
  const silent = { fetchedAt: '', ...(before.state === null && { state: null }) };
  return !isDeepStrictEqual({ ...before, ...silent }, { ...after, ...silent });
}

function sidsOf({ lists }: Campaign): string {
  return JSON.stringify(lists.map(({ sid }) => sid).sort());
}
