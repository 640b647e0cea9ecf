import { type Campaign } from '../campaign.js';
import { virtualAt } from '../virtual-time.js';
import { type Callback, campaignCallback, messageCallback } from './callback.js';
import { destination } from './destination.js';
import { deliveredBetween } from './moments.js';

/** How far a campaign has been told: all that its callbacks have still to say follows from this. */
export interface Told {
  readonly hasStarted: boolean;
  /** Every delivery up to this virtual time. */
  readonly until: number;
  readonly hasEnded: boolean;
}

/** What there is to tell of a campaign now, taken as told. */
export function allTold(campaign: Campaign, now: number): Told {
  const hasEnded = campaign.settled !== undefined;
  const running = campaign.started ? virtualAt(campaign.time, now) : -Infinity;
  return { hasStarted: campaign.started, until: hasEnded ? Infinity : running, hasEnded };
}

/** Whether a campaign may have something to tell: it has somewhere to tell it, and its end is not told yet. */
export function mayTell(campaign: Campaign, told: Told): boolean {
  if (told.hasEnded && campaign.settled !== undefined) return false;
  return [campaign.statusCallback, campaign.smsStatusCallback].some((url) => destination(url) !== undefined);
}

/** What happened since, in order: the start, then deliveries, then the end. The campaign is up to date. */
export function callbacksSince(told: Told, campaign: Campaign, now: number): Callback[] {
  const ofCampaign = destination(campaign.statusCallback);
  const ofMessages = destination(campaign.smsStatusCallback);
  const present = allTold(campaign, now);
  const callbacks: Callback[] = [];
  if (ofCampaign !== undefined && present.hasStarted && !told.hasStarted) {
    callbacks.push(campaignCallback(campaign, 'in-progress', ofCampaign));
  }
  if (ofMessages !== undefined) {
    for (const index of deliveredBetween(campaign, told.until, present.until)) {
      callbacks.push(messageCallback(campaign, index, ofMessages, now));
    }
  }
  if (ofCampaign !== undefined && present.hasEnded && !told.hasEnded) {
    callbacks.push(campaignCallback(campaign, 'completed', ofCampaign));
  }
  return callbacks;
}
