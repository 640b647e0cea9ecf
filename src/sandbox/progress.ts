import { type Campaign } from './campaign.js';
import { type CampaignStatus } from './lifecycle.js';
import { endOfSending, lastMessageEvent } from './sending.js';
import { settle } from './settlement.js';
import { realAt, virtualAt } from './virtual-time.js';

/** How long, in virtual time, a new campaign is `created` before it is `scheduled`. */
export const PREPARING_MS = 5_000;

/**
 * Brings a campaign up to now. There are no timers: whoever reads a campaign moves it first, so the sandbox
 * shows the same at the same time however often it is asked.
 */
export function advance(campaign: Campaign, now: number): void {
  if (campaign.settled !== undefined || campaign.status === 'paused') return;
  const virtual = virtualAt(campaign.time, now);
  const move = (status: CampaignStatus, at: number): void => {
    campaign.status = status;
    campaign.changedAt = Math.max(campaign.changedAt, Math.min(now, realAt(campaign.time, at)));
  };
  const prepared = campaign.createdAt + PREPARING_MS;
  if (campaign.status === 'created' && virtual >= prepared) move('scheduled', prepared);
  if (campaign.status !== 'in-progress' && virtual >= campaign.startsAt) {
    campaign.started = true;
    move('in-progress', campaign.startsAt);
  }
  const end = endOfSending(campaign);
  if (campaign.status === 'in-progress' && virtual >= end) {
    move('completed', end);
    settle(campaign, end);
  }
}

/** `date_updated`: the last change of the campaign or of any message, in real time. */
export function lastChange(campaign: Campaign, now: number): number {
  if (campaign.status !== 'in-progress' || campaign.settled !== undefined) return campaign.changedAt;
  const event = lastMessageEvent(campaign, virtualAt(campaign.time, now));
  return Math.max(campaign.changedAt, Math.min(now, realAt(campaign.time, event)));
}
