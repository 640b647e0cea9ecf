import { type Campaign } from '../campaign.js';
import { indianTime } from '../clock.js';
import { messageAt } from '../messages.js';
import { type MessageStatus } from '../stats.js';
import { realAt } from '../virtual-time.js';
import { settledMoment } from './moments.js';

/** One HTTP POST to make. */
export interface Callback {
  readonly url: string;
  readonly campaignSid: string;
  /** The start and the end of a campaign: nothing else of the campaign is on its way at the same time. */
  readonly isOfCampaign: boolean;
  readonly fields: Readonly<Record<string, string | null>>;
}

/**
 * "When a SMS campaign will start or completed, an HTTP POST will be made to the provided URL" (API document,
 * 'Create SMS Campaign', `status_callback`); `reports` is "null when the status is not completed".
 */
export function campaignCallback(
  campaign: Campaign,
  status: 'in-progress' | 'completed',
  url: string,
): Callback {
  const isOver = status === 'completed';
  const { createdAt, changedAt } = campaign;
  // Whoever looks late finds later changes too: the start is told with the time it had.
  const startedAt = Math.max(createdAt, Math.min(changedAt, realAt(campaign.time, campaign.startsAt)));
  return {
    url,
    campaignSid: campaign.sid,
    isOfCampaign: true,
    fields: {
      campaign_sid: campaign.sid,
      date_created: indianTime(createdAt),
      date_updated: indianTime(isOver ? changedAt : startedAt),
      status,
      reports: isOver ? campaign.reportUrl : null,
    },
  };
}

/**
 * "Once SMS reaches terminal state (sent/failed/failed_dnd), an HTTP POST will be made to the provided URL" (API
 * document, 'Create SMS Campaign', `sms_status_callback`). A message exists, `scheduled`, as soon as its campaign
 * does, so that is its `date_created`.
 */
export function messageCallback(campaign: Campaign, index: number, url: string, now: number): Callback {
  const { sid, number, status } = messageAt(campaign, index, now);
  return {
    url,
    campaignSid: campaign.sid,
    isOfCampaign: false,
    fields: {
      campaign_sid: campaign.sid,
      sms_sid: sid,
      date_created: indianTime(campaign.createdAt),
      date_sent: indianTime(settledMoment(campaign, index, now)),
      number,
      status: spelling(status),
    },
  };
}

/** The document's list for callbacks has `Failed_Expired`, capital letters and all; the rest is as elsewhere. */
function spelling(status: MessageStatus): string {
  return status === 'failed_expired' ? 'Failed_Expired' : status;
}
