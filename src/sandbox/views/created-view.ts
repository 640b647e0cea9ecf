import { type Campaign } from '../campaign.js';
import { indianTime } from '../clock.js';

/**
 * A campaign's `data` in the answer to create, which is a shape of its own (API document, 'Create SMS
 * Campaign'): `dlt_entity_id` spelt right, the end called `expiry_time`, and neither stats nor cost nor
 * `sms_status_callback`.
 */
export function createdView(campaign: Campaign): Record<string, unknown> {
  return {
    name: campaign.name,
    content_type: campaign.contentType,
    sid: campaign.sid,
    account_sid: campaign.accountSid,
    lists: campaign.lists,
    schedule: { start_time: indianTime(campaign.startsAt), expiry_time: indianTime(campaign.endsAt) },
    status_callback: campaign.statusCallback,
    date_created: indianTime(campaign.createdAt),
    date_updated: indianTime(campaign.changedAt),
    status: campaign.status,
    report_url: campaign.reportUrl,
    dlt_entity_id: campaign.dltEntityId,
    dlt_template_id: campaign.dltTemplateId,
    sender_id: campaign.senderId,
    channel: 'SMS',
    sms_type: campaign.smsType,
    template: campaign.template,
  };
}
