import { isObject } from '../../../domain/json.js';
import { createHash } from 'node:crypto';
import { type CampaignStatus } from '../../../domain/campaigns/campaign.js';
import { type Message, type MessageStatusEvent } from '../../../schema/message.js';
import { campaignCallbackFields, callbackObject, messageCallbackFields } from '../wire/callback.js';
import { messageFields } from '../wire/message.js';
import { campaignStatusOf, messageStatusOf } from '../wire/words.js';

/**
 * Reads a row as a message; the row does not name its campaign.
 * @returns undefined if a field without which a message makes no sense is unreadable.
 */
export function messageFromWire(row: unknown, campaignSid: string): Message | undefined {
  if (!isObject(row)) return undefined;
  const sid = messageFields.sid.of(row);
  const number = messageFields.number.of(row);
  const status = messageFields.status.of(row);
  if (sid === undefined || number === undefined || status === undefined) return undefined;
  return {
    __typename: 'Message',
    campaignSid,
    id: sid,
    sid,
    number,
    name: messageFields.name.of(row),
    body: messageFields.body.of(row),
    status: messageStatusOf(status),
    upstreamStatus: status,
    detailedStatus: messageFields.detailedStatus.of(row),
    direction: messageFields.direction.of(row),
    senderId: messageFields.senderId.of(row),
    scheduledAt: messageFields.scheduledAt.of(row),
  };
}

/** Content of a campaign callback. It is only a hint, since anyone who knows the address can send one. */
export interface CampaignHint {
  readonly campaignSid: string;
  readonly status: CampaignStatus;
  readonly hasReport: boolean;
  /** A digest, the same for every copy of a callback. */
  readonly identity: string;
}

/**
 * Reads what is sent to `status_callback` "when a SMS campaign will start or completed" (API document, create): at least once,
 * late, and not signed.
 * @returns undefined for anything else.
 */
export function campaignHintFromWire(body: unknown): CampaignHint | undefined {
  const fields = callbackObject(body, campaignCallbackFields);
  const { campaignSid, status, updatedAt, reports } = campaignCallbackFields;
  const [sid, word, report] = [campaignSid.of(fields), status.of(fields), reports.of(fields)];
  if (sid === undefined || word === undefined) return undefined;
  const identity = createHash('sha256').update(JSON.stringify([sid, word, updatedAt.of(fields), report]));
  return {
    campaignSid: sid,
    status: campaignStatusOf(word),
    hasReport: report !== null,
    identity: identity.digest('base64url'),
  };
}

/**
 * Reads what is sent to `sms_status_callback` "once SMS reaches terminal state" (API document, create).
 * @returns undefined for anything else.
 */
export function messageEventFromWire(body: unknown): MessageStatusEvent | undefined {
  const fields = callbackObject(body, messageCallbackFields);
  const campaignSid = messageCallbackFields.campaignSid.of(fields);
  const messageSid = messageCallbackFields.messageSid.of(fields);
  const number = messageCallbackFields.number.of(fields);
  const status = messageCallbackFields.status.of(fields);
  if (campaignSid === undefined || messageSid === undefined) return undefined;
  if (number === undefined || status === undefined) return undefined;
  return {
    campaignSid,
    messageSid,
    number,
    status: messageStatusOf(status),
    upstreamStatus: status,
    createdAt: messageCallbackFields.createdAt.of(fields),
    sentAt: messageCallbackFields.sentAt.of(fields),
  };
}
