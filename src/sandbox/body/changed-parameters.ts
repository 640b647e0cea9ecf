import { type Campaign, type CampaignParameters } from '../campaign.js';
import { indianTime } from '../clock.js';
import { campaignParameters } from './campaign-parameters.js';
import { type Body, isBody } from './request-body.js';

/**
 * The parameters a campaign has after an update: those it has, with the given ones laid over, under the same
 * rules as in create. A start that is not given has been accepted before and may be near.
 */
export function changedParameters(campaign: Campaign, body: Body, now: number): CampaignParameters {
  const given = isBody(body.schedule) ? body.schedule : {};
  const schedule =
    body.schedule === undefined || isBody(body.schedule)
      ? { ...presentSchedule(campaign), ...given }
      : body.schedule;
  return campaignParameters(
    { ...presentBody(campaign), ...body, schedule },
    { now, accountSid: campaign.accountSid, startIsKept: given.start_time === undefined },
  );
}

function presentBody(campaign: Campaign): Body {
  return {
    name: campaign.name,
    content_type: campaign.contentType,
    lists: campaign.lists,
    channel: 'SMS',
    status_callback: campaign.statusCallback,
    sms_status_callback: campaign.smsStatusCallback,
    dlt_template_id: campaign.dltTemplateId,
    dlt_entity_id: campaign.dltEntityId,
    sender_id: campaign.senderId,
    sms_type: campaign.smsType,
    template: campaign.template,
  };
}

function presentSchedule(campaign: Campaign): Body {
  return { start_time: indianTime(campaign.startsAt), end_time: indianTime(campaign.endsAt) };
}
