import { type Campaign } from './campaign.js';
import { type CampaignStatus } from './lifecycle.js';
import { endOfSending } from './sending.js';
import { settle } from './settlement.js';
import { virtualAt } from './virtual-time.js';

const A_MINUTE = 60_000;

/**
 * Puts a campaign into a status whatever the lifecycle says, for tests and seeds. Its virtual time is moved to
 * where that status holds, so that it goes on from there as if it had come so far by itself.
 */
export function forceStatus(campaign: Campaign, status: CampaignStatus, now: number, speed: number): void {
  const virtual = virtualAt(campaign.time, now);
  if (status === 'completed' || status === 'archived') {
    if (campaign.settled === undefined) {
      campaign.started = true;
      settle(campaign, Math.max(virtual, endOfSending(campaign)));
    }
  } else {
    campaign.settled = undefined;
    campaign.state = 'prepared';
    campaign.reportUrl = null;
    campaign.started = hasStarted(campaign, status, virtual);
    const place = placeOf(campaign, status, virtual);
    campaign.time = { real: now, virtual: place, speed: status === 'paused' ? 0 : speed };
  }
  campaign.status = status;
  campaign.changedAt = Math.max(campaign.createdAt, now);
}

function hasStarted(campaign: Campaign, status: CampaignStatus, virtual: number): boolean {
  return status === 'in-progress' || (status === 'paused' && virtual >= campaign.startsAt);
}

function placeOf(campaign: Campaign, status: CampaignStatus, virtual: number): number {
  if (campaign.started) {
    const isSending = virtual >= campaign.startsAt && virtual < endOfSending(campaign);
    return isSending ? virtual : campaign.startsAt;
  }
  const beforeStart = campaign.startsAt - A_MINUTE;
  return Math.min(status === 'created' ? campaign.createdAt : virtual, beforeStart);
}
