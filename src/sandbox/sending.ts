import { type Campaign } from './campaign.js';
import { spread } from './digest.js';
import { outcomeOf } from './outcomes.js';
import { type MessageStatus } from './stats.js';

/** One message every two virtual seconds: 30 a minute. */
export const SENDING_INTERVAL_MS = 2_000;

/** The longest a message stays `submitted`. */
export const LONGEST_DELIVERY_MS = 8_000;

/** When a message's turn comes, in the campaign's virtual time; it is also the message's `schedule_time`. */
export function turnOf(campaign: Campaign, index: number): number {
  return campaign.startsAt + index * SENDING_INTERVAL_MS;
}

/** When a message that was submitted reaches its final status. */
export function deliveryOf(campaign: Campaign, index: number): number {
  const steps = 1 + (spread(`delay:${campaign.sid}:${index}`) % 4);
  return turnOf(campaign, index) + (steps * LONGEST_DELIVERY_MS) / 4;
}

/** Whether a message's turn has not come at a virtual time. */
export function isScheduled(campaign: Campaign, index: number, virtual: number): boolean {
  return !campaign.started || virtual < turnOf(campaign, index);
}

/** The status of a message of a running campaign at a virtual time: scheduled, then submitted, then its end. */
export function statusDuring(campaign: Campaign, index: number, virtual: number): MessageStatus {
  if (isScheduled(campaign, index, virtual)) return 'scheduled';
  return virtual < deliveryOf(campaign, index) ? 'submitted' : outcomeOf(campaign.sid, index);
}

/** The indexes of the messages that may still be on their way at a virtual time (the newest few). */
export function newestTurns(campaign: Campaign, virtual: number): number[] {
  const taken = Math.floor((virtual - campaign.startsAt) / SENDING_INTERVAL_MS) + 1;
  const last = Math.min(taken, campaign.audience) - 1;
  const first = Math.max(0, last - LONGEST_DELIVERY_MS / SENDING_INTERVAL_MS);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, step) => first + step);
}

/** When sending ends: all messages are delivered, or `end_time` has come "even if all sms are not attempted". */
export function endOfSending(campaign: Campaign): number {
  const deliveries = newestTurns(campaign, Infinity).map((index) => deliveryOf(campaign, index));
  return Math.min(campaign.endsAt, Math.max(campaign.startsAt, ...deliveries));
}

/** The virtual time of the newest thing that happened to any message. */
export function lastMessageEvent(campaign: Campaign, virtual: number): number {
  const events = newestTurns(campaign, virtual).flatMap((index) => [
    turnOf(campaign, index),
    deliveryOf(campaign, index),
  ]);
  return Math.max(campaign.startsAt, ...events.filter((event) => event <= virtual));
}
