import { LRUCache } from 'lru-cache';
import { type Campaign, visibleTime } from './campaign.js';
import { virtualAt } from './clock.js';
import { hexDigits, hashOf } from './hash.js';
import { type MessageStatus, type Stats, sumStatuses } from './stats.js';

/** Final statuses, each with the upper bound of its share of a hundred messages. */
const SHARES: readonly (readonly [below: number, status: MessageStatus])[] = [
  [88, 'sent'],
  [92, 'failed'],
  [95, 'failed_dnd'],
  [97, 'failed_expired'],
  [98, 'failed_no_balance'],
  [100, 'invalid'],
];

const DETAILS: Record<MessageStatus, readonly (string | null)[]> = {
  scheduled: [null],
  submitted: ['PENDING_TO_OPERATOR'],
  sent: ['DELIVERED_TO_OPERATOR', 'DELIVERED_TO_OPERATOR', 'DELIVERED_TO_HANDSET'],
  failed: ['FAILED_SPAM_DETECTED', 'FAILED_SENDERID', 'FAILED_OPERATOR'],
  failed_dnd: ['FAILED_REJECTED_DND'],
  failed_expired: ['FAILED_EXPIRED'],
  failed_no_balance: ['FAILED_NO_BALANCE'],
  failed_no_attempt: ['FAILED_NO_ATTEMPT'],
  invalid: ['FAILED_INVALID_DESTINATION_NUMBER'],
};

/** Final status of a message that is sent: most are delivered, some fail in each way that `stats` counts. */
function outcomeOf(campaignSid: string, index: number): MessageStatus {
  return SHARES[shareOf(campaignSid, index)]?.[1] ?? 'sent';
}

/** Index in `SHARES` of the final status of a message. */
function shareOf(campaignSid: string, index: number): number {
  const draw = hashOf(`outcome:${campaignSid}:${index}`) % 100;
  return SHARES.findIndex(([below]) => draw < below);
}

/** Messages whose final status is remembered, at most. */
const maximumRemembered = 2_000_000;
/** Final statuses of the first messages of a campaign by its sid, which lists count at every read: indexes in `SHARES`. */
const remembered = new LRUCache<string, Uint8Array>({
  maxSize: maximumRemembered,
  sizeCalculation: ({ length }) => length + 100,
});

/** Counts the final statuses of the first messages of a campaign. */
function countOutcomes(campaignSid: string, messages: number): (readonly [MessageStatus, number])[] {
  let shares = remembered.get(campaignSid) ?? new Uint8Array();
  if (shares.length < messages) {
    const known = shares;
    shares = new Uint8Array(messages);
    shares.set(known);
    for (let index = known.length; index < messages; index += 1) shares[index] = shareOf(campaignSid, index);
    remembered.set(campaignSid, shares);
  }
  const counts = SHARES.map(() => 0);
  for (const share of shares.subarray(0, messages)) counts[share] = (counts[share] ?? 0) + 1;
  return SHARES.map(([, status], share) => [status, counts[share] ?? 0]);
}

/** The `detailed_status` that goes with a status (API document, 'SMS Details of a Single SMS Campaign'). */
function detailedStatus(status: MessageStatus, index: number): string | null {
  const details = DETAILS[status];
  return details[index % details.length] ?? null;
}

const NAMES = ['Asha', 'Vikram', 'shubham_t', 'Kunal', 'Farhan', 'प्रिया', 'கவிதா', 'Meera', 'Joseph', 'Zoya'];
const NUMBERS = 100_000_000;
const STEP = 7_919;

/** A contact of a list. `name` exists only "if saved in Contacts" (API document, 'SMS Details'). */
interface Recipient {
  readonly number: string;
  readonly name: string | undefined;
}

/** Number of contacts of a list: 20 to 120, derived from its sid. */
export function listSize(listSid: string): number {
  return 20 + (hashOf(`size:${listSid}`) % 101);
}

/** Number of messages of a campaign to these lists. */
export function audienceOf(lists: readonly string[]): number {
  return lists.reduce((sum, list) => sum + listSize(list), 0);
}

/** Recipient of a message: lists take turns, and no number appears twice in a list. */
function recipientAt(lists: readonly string[], index: number): Recipient {
  const list = lists[index % lists.length] ?? '';
  const position = Math.floor(index / lists.length);
  const subscriber = (hashOf(`numbers:${list}`) + position * STEP) % NUMBERS;
  const choice = hashOf(`name:${list}:${position}`);
  return {
    number: `+9198${String(subscriber).padStart(8, '0')}`,
    name: choice % 5 === 0 ? undefined : NAMES[choice % NAMES.length],
  };
}

/** One message every two virtual seconds: 30 a minute. */
export const SENDING_INTERVAL_MS = 2_000;

/** Longest time that a message is `submitted`. */
export const MAXIMUM_DELIVERY_MS = 8_000;

/** `schedule_time` of a message, in virtual time. */
function scheduledTimeOf(campaign: Campaign, index: number): number {
  return campaign.startsAt + index * SENDING_INTERVAL_MS;
}

/** Virtual time at which a submitted message reaches its final status. */
export function deliveryTimeOf(campaign: Campaign, index: number): number {
  const steps = 1 + (hashOf(`delay:${campaign.sid}:${index}`) % 4);
  return scheduledTimeOf(campaign, index) + (steps * MAXIMUM_DELIVERY_MS) / 4;
}

/** Status of a message of a running campaign at a virtual time: scheduled, submitted, then its final status. */
function statusDuring(campaign: Campaign, index: number, virtual: number): MessageStatus {
  if (index >= takenBy(campaign, virtual)) return 'scheduled';
  return virtual < deliveryTimeOf(campaign, index) ? 'submitted' : outcomeOf(campaign.sid, index);
}

/** Indexes of the newest messages, those that may be in transit at a virtual time. */
function newestIndexes(campaign: Campaign, virtual: number): number[] {
  const taken = Math.floor((virtual - campaign.startsAt) / SENDING_INTERVAL_MS) + 1;
  const last = Math.min(taken, campaign.audience) - 1;
  const first = Math.max(0, last - MAXIMUM_DELIVERY_MS / SENDING_INTERVAL_MS);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, step) => first + step);
}

/** Virtual time at which sending ends: all messages are delivered, or `end_time` "even if all sms are not attempted". */
export function endOfSending(campaign: Campaign): number {
  const deliveries = newestIndexes(campaign, Infinity).map((index) => deliveryTimeOf(campaign, index));
  return Math.min(campaign.endsAt, Math.max(campaign.startsAt, ...deliveries));
}

/** Virtual time of the last event of any message. */
export function lastMessageEvent(campaign: Campaign, virtual: number): number {
  const events = newestIndexes(campaign, virtual).flatMap((index) => [
    scheduledTimeOf(campaign, index),
    deliveryTimeOf(campaign, index),
  ]);
  return Math.max(campaign.startsAt, ...events.filter((event) => event <= virtual));
}

/** An SMS of a campaign. */
export interface Message {
  readonly sid: string;
  readonly number: string;
  readonly name: string | undefined;
  readonly text: string;
  readonly status: MessageStatus;
  readonly detailedStatus: string | null;
  readonly scheduledAt: number;
  readonly senderId: string;
}

/** Status of a message now. */
export function messageStatus(campaign: Campaign, index: number, now: number): MessageStatus {
  const { settled } = campaign;
  if (settled === undefined) return statusDuring(campaign, index, virtualAt(campaign.time, now));
  if (index >= settled.attempted) return 'failed_no_attempt';
  return settled.statuses?.[index] ?? outcomeOf(campaign.sid, index);
}

/** Message counts by status now. */
export function statsOf(campaign: Campaign, now: number): Stats {
  const { settled, audience } = campaign;
  if (settled?.stats) return settled.stats;
  if (settled) {
    const { attempted } = settled;
    return sumStatuses([
      ...countOutcomes(campaign.sid, attempted),
      ['failed_no_attempt', audience - attempted],
    ]);
  }
  const virtual = virtualAt(campaign.time, now);
  const taken = takenBy(campaign, virtual);
  const newest = taken === 0 ? [] : newestIndexes(campaign, virtual);
  return sumStatuses([
    ...countOutcomes(campaign.sid, taken - newest.length),
    ...newest.map((index) => [statusDuring(campaign, index, virtual), 1] as const),
    ['scheduled', audience - taken],
  ]);
}

/** Number of messages that are not scheduled any more at a virtual time: the first ones. */
function takenBy(campaign: Campaign, virtual: number): number {
  if (!campaign.started || virtual < campaign.startsAt) return 0;
  return Math.min(campaign.audience, Math.floor((virtual - campaign.startsAt) / SENDING_INTERVAL_MS) + 1);
}

/** Phone number of a message, masked for the document's samples. */
export function numberAt(campaign: Campaign, index: number): string {
  return campaign.masked ? 'XXXXXXXXXX' : recipientAt(campaign.lists, index).number;
}

/** A message now. Messages are not stored: they follow from the campaign and the index. */
export function messageAt(campaign: Campaign, index: number, now: number): Message {
  const { name } = recipientAt(campaign.lists, index);
  const status = messageStatus(campaign, index, now);
  const number = numberAt(campaign, index);
  return {
    sid: messageSid(campaign.sid, index),
    number,
    name,
    text: personalised(campaign, name ?? 'Customer', number),
    status,
    detailedStatus: detailedStatus(status, index),
    scheduledAt: visibleTime(campaign, scheduledTimeOf(campaign, index)),
    senderId: campaign.senderId,
  };
}

/** Sid of a message. It is not hexadecimal: those of the samples end in `bo` and `bf`. */
function messageSid(campaignSid: string, index: number): string {
  return `${hexDigits(`message:${campaignSid}:${index}`, 34)}${index % 7 === 3 ? 'bf' : 'bo'}`;
}

/** Text of a message; dynamic campaigns replace each `@@column_header`. */
function personalised(campaign: Campaign, name: string, number: string): string {
  if (campaign.contentType === 'static') return campaign.template;
  return campaign.template.replaceAll(/@@([\p{L}\p{M}\p{N}_]+)/gu, (_, column: string) =>
    /number|phone/i.test(column) ? number : /name/i.test(column) ? name : '100',
  );
}

const REPORTS = 'https://exotelreports.s3.ap-southeast-1.amazonaws.com/sms-campaign-report';

/** Sets the final status of every message. */
export function settleAs(campaign: Campaign, statuses: readonly MessageStatus[]): void {
  campaign.audience = statuses.length;
  const stats = sumStatuses(statuses.map((status) => [status, 1]));
  campaign.settled = { attempted: statuses.length, statuses, stats };
}

/**
 * Ends sending at a virtual time. Submitted messages get their final status, and "remaining numbers are marked as Failed"
 * (API document, 'Update SMS Campaign') as `failed_no_attempt`. That is how the document's sample
 * f070d0e331794829b373021659434769, completed four weeks before its end, counts its one message.
 */
export function settle(campaign: Campaign, virtual: number): void {
  campaign.settled = { attempted: takenBy(campaign, virtual) };
  campaign.state = 'list-completed';
  campaign.reportUrl = reportUrl(campaign);
}

function reportUrl(campaign: Campaign): string {
  const timestamp = Math.floor(campaign.changedAt / 1000);
  const file = hexDigits(`report:${campaign.sid}`, 32);
  return `${REPORTS}/account_sid=${campaign.accountSid}/_timestamp=${timestamp}/${file}.csv`;
}
