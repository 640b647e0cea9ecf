import { type Campaign, visibleTime } from '../campaign.js';
import { indianTime } from '../clock.js';
import { type Message, statsOf } from '../messages.js';
import { lastChange } from '../state.js';

/**
 * The `data` of a campaign in get and update, in the order of the document's sample. `dlt_entitiy_id` is misspelt there
 * (API document, 'Get SMS Campaign Details').
 */
export function campaignView(campaign: Campaign, now: number): Record<string, unknown> {
  return { ...identity(campaign), status: campaign.status, ...content(campaign, now, true) };
}

/**
 * The `data` of a campaign in the list: as in get, with `state` and, as in many rows of the sample, without `channel` (API
 * document, 'Bulk SMS Campaign Details').
 */
export function listView(campaign: Campaign, now: number): Record<string, unknown> {
  const { status, state } = campaign;
  return { ...identity(campaign), status, state, ...content(campaign, now, campaign.channelListed) };
}

/** A view that clients can't read: its status is null, and its creation the zero date of a database. */
export function unreadableView(view: Record<string, unknown>): Record<string, unknown> {
  return { ...view, status: null, date_created: '0000-00-00 00:00:00' };
}

function identity(campaign: Campaign): Record<string, unknown> {
  return {
    name: campaign.name,
    content_type: campaign.contentType,
    sid: campaign.sid,
    account_sid: campaign.accountSid,
    lists: campaign.lists,
    schedule: {
      start_time: indianTime(visibleTime(campaign, campaign.startsAt)),
      end_time: indianTime(campaign.endsAt),
    },
    status_callback: campaign.statusCallback,
    sms_status_callback: campaign.smsStatusCallback,
  };
}

function content(campaign: Campaign, now: number, withChannel: boolean): Record<string, unknown> {
  return {
    report_url: campaign.reportUrl,
    dlt_template_id: campaign.dltTemplateId,
    dlt_entitiy_id: campaign.dltEntityId,
    sender_id: campaign.senderId,
    ...(withChannel ? { channel: 'SMS' } : {}),
    sms_type: campaign.smsType,
    template: campaign.template,
    estimated_cost: campaign.estimatedCost,
    date_created: indianTime(campaign.createdAt),
    date_updated: indianTime(lastChange(campaign, now)),
    stats: statsOf(campaign, now),
  };
}

/**
 * The `data` of a campaign in the response to create, which has its own shape (API document, 'Create SMS Campaign'):
 * `dlt_entity_id` is spelt correctly, the end is `expiry_time`, and stats, cost and `sms_status_callback` are missing.
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

/**
 * The `data` of a message (API document, 'SMS Details of a Single SMS Campaign'). In the sample, the text of a sent message
 * is `message`, that of others `body`; `name` exists only "if saved in Contacts".
 */
export function messageView(message: Message): Record<string, unknown> {
  return {
    number: message.number,
    ...(message.name === undefined ? {} : { name: message.name }),
    [message.status === 'sent' ? 'message' : 'body']: message.text,
    status: message.status,
    detailed_status: message.detailedStatus,
    schedule_time: indianTime(message.scheduledAt),
    sender_id: message.senderId,
    direction: 'outgoing-api',
    sid: message.sid,
  };
}
