import { type Campaign } from './campaign.js';
import { hexDigits } from './digest.js';
import { detailedStatus } from './outcomes.js';
import { recipientAt } from './recipients.js';
import { statusDuring, turnOf } from './sending.js';
import { type MessageStatus, type Stats, tally } from './stats.js';
import { virtualAt } from './virtual-time.js';

/** One SMS of a campaign. */
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

/** The status of one message now. */
export function messageStatus(campaign: Campaign, index: number, now: number): MessageStatus {
  const settled = campaign.settled?.statuses[index];
  return settled ?? statusDuring(campaign, index, virtualAt(campaign.time, now));
}

/** The counts of all messages' statuses now. */
export function statsOf(campaign: Campaign, now: number): Stats {
  if (campaign.settled !== undefined) return campaign.settled.stats;
  const virtual = virtualAt(campaign.time, now);
  return tally(
    Array.from({ length: campaign.audience }, (_, index) => statusDuring(campaign, index, virtual)),
  );
}

/** The number a message goes to; the document masks those of its own samples. */
export function numberAt(campaign: Campaign, index: number): string {
  return campaign.masked ? 'XXXXXXXXXX' : recipientAt(campaign.lists, index).number;
}

/** One message now. Nothing of it is stored: all but the status follows from the campaign and the index. */
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
    scheduledAt: turnOf(campaign, index),
    senderId: campaign.senderId,
  };
}

/** Message sids are not hexadecimal: the samples end in `bo` and `bf`. */
function messageSid(campaignSid: string, index: number): string {
  return `${hexDigits(`message:${campaignSid}:${index}`, 34)}${index % 7 === 3 ? 'bf' : 'bo'}`;
}

/** The text with each `@@column_header` replaced, which only dynamic campaigns do. */
function personalised(campaign: Campaign, name: string, number: string): string {
  if (campaign.contentType === 'static') return campaign.template;
  return campaign.template.replaceAll(/@@([\p{L}\p{M}\p{N}_]+)/gu, (_, column: string) =>
    /number|phone/i.test(column) ? number : /name/i.test(column) ? name : '100',
  );
}
