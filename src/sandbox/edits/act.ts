import { ApiFailure } from '../api-failure.js';
import { type Campaign } from '../campaign.js';
import { applyAction, type CampaignAction } from '../lifecycle.js';
import { settle } from '../settlement.js';
import { atSpeed, virtualAt } from '../virtual-time.js';

/** Does an action to a campaign that is up to date, or refuses it with 403 and code 1003. */
export function act(campaign: Campaign, action: CampaignAction, now: number, speed: number): void {
  const next = applyAction(campaign.status, action, campaign.started);
  if (next === undefined) {
    throw ApiFailure.notAllowed(`Cannot ${action} a campaign that is ${campaign.status}`);
  }
  campaign.status = next;
  campaign.changedAt = Math.max(campaign.changedAt, now);
  if (action === 'pause') campaign.time = atSpeed(campaign.time, now, 0);
  if (action === 'resume') campaign.time = atSpeed(campaign.time, now, speed);
  if (action === 'complete') settle(campaign, virtualAt(campaign.time, now));
}
