import { type Campaign } from './campaign.js';
import { hexDigits } from './digest.js';
import { outcomeOf } from './outcomes.js';
import { isScheduled } from './sending.js';
import { type MessageStatus, tally } from './stats.js';

const REPORTS = 'https://exotelreports.s3.ap-southeast-1.amazonaws.com/sms-campaign-report';

/** Fixes the status of every message and counts them once: 5,000 messages cost nothing from then on. */
export function settleAs(campaign: Campaign, statuses: readonly MessageStatus[]): void {
  campaign.audience = statuses.length;
  campaign.settled = { statuses, stats: tally(statuses) };
}

/**
 * Ends the sending at a virtual time. What was submitted has its outcome, and "remaining numbers are marked as
 * Failed" (API document, 'Update SMS Campaign'): as `failed_no_attempt`, which is how the document's sample
 * f070d0e331794829b373021659434769, completed four weeks before its end, counts its one message.
 */
export function settle(campaign: Campaign, virtual: number): void {
  const statuses = Array.from({ length: campaign.audience }, (_, index): MessageStatus =>
    isScheduled(campaign, index, virtual) ? 'failed_no_attempt' : outcomeOf(campaign.sid, index),
  );
  settleAs(campaign, statuses);
  campaign.state = 'list-completed';
  campaign.reportUrl = reportUrl(campaign);
}

function reportUrl(campaign: Campaign): string {
  const timestamp = Math.floor(campaign.changedAt / 1000);
  const file = hexDigits(`report:${campaign.sid}`, 32);
  return `${REPORTS}/account_sid=${campaign.accountSid}/_timestamp=${timestamp}/${file}.csv`;
}
