import { type Campaign, type CampaignParameters } from '../campaign.js';
import { estimatedCost } from '../cost.js';
import { audienceOf } from '../recipients.js';

/** Gives a campaign that has not started other parameters, with all that follows from them. */
export function changeParameters(
  campaign: Campaign,
  parameters: CampaignParameters,
  now: number,
  speed: number,
): void {
  const isRescheduled = parameters.startsAt !== campaign.startsAt;
  const hasOtherLists = parameters.lists.join() !== campaign.lists.join();
  Object.assign(campaign, parameters);
  if (hasOtherLists) campaign.audience = audienceOf(parameters.lists);
  campaign.estimatedCost = estimatedCost(parameters.template, campaign.audience);
  // A new start is counted from the real now: a campaign's own time may already be ahead of it.
  if (isRescheduled) campaign.time = { real: now, virtual: now, speed };
  campaign.changedAt = Math.max(campaign.changedAt, now);
}
