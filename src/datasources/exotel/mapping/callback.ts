import { createHash } from 'node:crypto';
import { type CampaignStatus } from '../../../domain/campaign.js';
import { type MessageStatusEvent } from '../../../schema/message-status-event.js';
import { readCampaignCallback, readMessageCallback } from '../wire/callback.js';
import { campaignStatusOf, messageStatusOf } from './words.js';

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
