import { Channel } from '../../../domain/campaign.js';
import { availableActions } from '../../../domain/lifecycle.js';
import { type Campaign } from '../../../schema/campaign.js';
import { type WireCampaign } from '../wire/campaign.js';
import { statsFromWire } from './stats.js';
import { campaignStatusOf, contentTypeOf, smsTypeOf } from './words.js';

/** What a row itself may not say. */
export interface ReadFacts {
  /** The account that was asked: `account_sid` where the row has none. */
  readonly accountSid: string;
  /** When the answer arrived, as UTC text. */
  readonly fetchedAt: string;
}

/** A campaign of the schema's shape, with everything derived computed here, once. */
export function campaignFromWire(wire: WireCampaign, { accountSid, fetchedAt }: ReadFacts): Campaign {
  const status = campaignStatusOf(wire.status);
  return {
    __typename: 'Campaign',
    id: wire.sid,
    sid: wire.sid,
    accountSid: wire.account_sid ?? accountSid,
    name: wire.name,
    channel: Channel.SMS, // missing in many rows; this API has no other
    contentType: contentTypeOf(wire.content_type),
    status,
    upstreamStatus: wire.status,
    state: wire.state,
    lists: wire.lists.map((sid) => ({ sid })),
    schedule: {
      startTime: wire.schedule?.start_time ?? null,
      endTime: wire.schedule?.end_time ?? wire.schedule?.expiry_time ?? null,
    },
    template: wire.template,
    smsType: smsTypeOf(wire.sms_type),
    senderId: wire.sender_id,
    dltEntityId: wire.dlt_entity_id ?? wire.dlt_entitiy_id,
    dltTemplateId: wire.dlt_template_id,
    statusCallback: wire.status_callback,
    smsStatusCallback: wire.sms_status_callback,
    reportUrl: wire.report_url,
    estimatedCost: wire.estimated_cost,
    stats: statsFromWire(wire.stats),
    availableActions: availableActions(status),
    createdAt: wire.date_created,
    updatedAt: wire.date_updated ?? wire.date_created,
    fetchedAt,
  };
}
