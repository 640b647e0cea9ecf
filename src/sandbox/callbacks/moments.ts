import { type Campaign } from '../campaign.js';
import { deliveryOf, LONGEST_DELIVERY_MS, SENDING_INTERVAL_MS } from '../sending.js';
import { realAt, virtualAt } from '../virtual-time.js';

/**
 * The messages that are delivered after one virtual time and not after another, in that order. Turns come two
 * seconds apart and no delivery takes longer than eight, so only the messages around that span are looked at.
 */
export function deliveredBetween(campaign: Campaign, after: number, until: number): number[] {
  const { startsAt, audience } = campaign;
  const first = Math.max(0, Math.ceil((after - LONGEST_DELIVERY_MS - startsAt) / SENDING_INTERVAL_MS));
  const last = Math.min(audience - 1, Math.floor((until - startsAt) / SENDING_INTERVAL_MS));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, step) => first + step)
    .map((index) => ({ index, at: deliveryOf(campaign, index) }))
    .filter(({ at }) => at > after && at <= until)
    .sort((one, other) => one.at - other.at)
    .map(({ index }) => index);
}

/** The real moment at which a message reached its terminal state: its delivery, or before that its campaign's end. */
export function settledMoment(campaign: Campaign, index: number, now: number): number {
  const delivery = deliveryOf(campaign, index);
  const ended = campaign.settled === undefined ? now : campaign.changedAt;
  // After the action `complete` the campaign's own time stands still before what was never delivered.
  if (delivery > virtualAt(campaign.time, now)) return ended;
  return Math.max(campaign.createdAt, Math.min(ended, realAt(campaign.time, delivery)));
}
