import { createHash } from 'node:crypto';
import { type CampaignStatus } from '../../../domain/campaign.js';
import { type Message, type MessageStatusEvent } from '../../../schema/message.js';
import { readCampaignCallback, readMessageCallback } from '../wire/callback.js';
import { type WireMessage } from '../wire/message.js';
import { campaignStatusOf, messageStatusOf } from './enums.js';

/** A message of the schema's shape; the row itself does not name its campaign. */
export function messageFromWire(wire: WireMessage, campaignSid: string): Message {
  return {
    __typename: 'Message',
    campaignSid,
    id: wire.sid,
    sid: wire.sid,
    number: wire.number,
    name: wire.name,
    body: wire.body ?? wire.message,
    status: messageStatusOf(wire.status),
    upstreamStatus: wire.status,
    detailedStatus: wire.detailed_status,
    direction: wire.direction,
    senderId: wire.sender_id,
    scheduledAt: wire.schedule_time,
  };
}

/** What a campaign callback says: a hint, since anybody who knows the address could have sent it. */
export interface CampaignHint {
  readonly campaignSid: string;
  readonly status: CampaignStatus;
  readonly hasReport: boolean;
  /** A digest, the same for every copy of a callback. */
  readonly identity: string;
}

/** @returns undefined for what is no campaign callback. */
export function campaignHintFromWire(body: unknown): CampaignHint | undefined {
  const wire = readCampaignCallback(body);
  return (
    wire && {
      campaignSid: wire.campaign_sid,
      status: campaignStatusOf(wire.status),
      hasReport: wire.reports !== null,
      identity: digestOf(wire),
    }
  );
}

/** @returns undefined for what is no message callback. */
export function messageEventFromWire(body: unknown): MessageStatusEvent | undefined {
  const wire = readMessageCallback(body);
  return (
    wire && {
      campaignSid: wire.campaign_sid,
      messageSid: wire.sms_sid,
      number: wire.number,
      status: messageStatusOf(wire.status),
      upstreamStatus: wire.status,
      createdAt: wire.date_created,
      sentAt: wire.date_sent,
    }
  );
}

function digestOf(wire: object): string {
  return createHash('sha256').update(JSON.stringify(wire)).digest('base64url');
}
