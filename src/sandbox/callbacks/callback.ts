import { type Campaign } from '../campaign.js';
import { indianTime, realAt, virtualAt } from '../clock.js';
import { deliveryTimeOf, MAXIMUM_DELIVERY_MS, messageAt, SENDING_INTERVAL_MS } from '../messages.js';
import { type MessageStatus } from '../stats.js';

/**
 * Indexes of the messages delivered within a span of virtual time (after, until], in order of delivery. Messages are
 * scheduled two seconds apart and delivered within eight, so only those around the span are examined.
 */
function deliveredBetween(campaign: Campaign, after: number, until: number): number[] {
  const { startsAt, audience } = campaign;
  const first = Math.max(0, Math.ceil((after - MAXIMUM_DELIVERY_MS - startsAt) / SENDING_INTERVAL_MS));
  const last = Math.min(audience - 1, Math.floor((until - startsAt) / SENDING_INTERVAL_MS));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, step) => first + step)
    .map((index) => ({ index, at: deliveryTimeOf(campaign, index) }))
    .filter(({ at }) => at > after && at <= until)
    .sort((one, other) => one.at - other.at)
    .map(({ index }) => index);
}

/** Real time of a message's final status: its delivery, or the end of its campaign if that was earlier. */
function settledTime(campaign: Campaign, index: number, now: number): number {
  const delivery = deliveryTimeOf(campaign, index);
  const ended = campaign.settled === undefined ? now : campaign.changedAt;
  // After the action `complete`, virtual time stops before the deliveries that never happened.
  if (delivery > virtualAt(campaign.time, now)) return ended;
  return Math.max(campaign.createdAt, Math.min(ended, realAt(campaign.time, delivery)));
}

/** An HTTP POST to the callback URL of a campaign. */
export interface Callback {
  readonly url: string;
  readonly campaignSid: string;
  /** True for the start and the end of a campaign, which are sent while no other callback of it is in flight. */
  readonly isOfCampaign: boolean;
  readonly fields: Readonly<Record<string, string | null>>;
}

/**
 * "When a SMS campaign will start or completed, an HTTP POST will be made to the provided URL" (API document,
 * 'Create SMS Campaign', `status_callback`); `reports` is "null when the status is not completed".
 */
function campaignCallback(campaign: Campaign, status: 'in-progress' | 'completed', url: string): Callback {
  const isOver = status === 'completed';
  const { createdAt, changedAt } = campaign;
  // Later changes must not move the time of the start.
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
function messageCallback(campaign: Campaign, index: number, url: string, now: number): Callback {
  const { sid, number, status } = messageAt(campaign, index, now);
  return {
    url,
    campaignSid: campaign.sid,
    isOfCampaign: false,
    fields: {
      campaign_sid: campaign.sid,
      sms_sid: sid,
      date_created: indianTime(campaign.createdAt),
      date_sent: indianTime(settledTime(campaign, index, now)),
      number,
      status: spelling(status),
    },
  };
}

/** The document's list of callback statuses has `Failed_Expired` in this spelling; the others are as elsewhere. */
function spelling(status: MessageStatus): string {
  return status === 'failed_expired' ? 'Failed_Expired' : status;
}

/** Options of callbacks. */
export interface CallbackOptions {
  /** Format of the bodies, about which Exotel's pages disagree; JSON by default. */
  readonly form?: CallbackForm;
  /** Number of times that each callback is sent, as "at least once" allows; 1 by default. */
  readonly copies?: number;
}

/** `json`: an object · `form`: `application/x-www-form-urlencoded`. */
export type CallbackForm = 'json' | 'form';

/** Reserved host names (RFC 2606), which the callback URLs of the demo seed use. */
const RESERVED = /(^|\.)(example(\.com|\.net|\.org)?|invalid)$/;

/**
 * A callback URL to send to; undefined for none and for reserved hosts. The invented URLs of the seed are never called, and
 * do not delay other callbacks.
 */
function destination(url: string | null): string | undefined {
  if (url === null || !URL.canParse(url)) return undefined;
  return RESERVED.test(new URL(url).hostname) ? undefined : url;
}

/** Progress of a campaign's callbacks: which events have been sent. The remaining callbacks follow from it. */
export interface CallbackProgress {
  readonly hasStarted: boolean;
  /** Virtual time up to which all deliveries are sent. */
  readonly until: number;
  readonly hasEnded: boolean;
}

/** Progress at which all events of a campaign up to now are sent. */
export function progressOf(campaign: Campaign, now: number): CallbackProgress {
  const hasEnded = campaign.settled !== undefined;
  const running = campaign.started ? virtualAt(campaign.time, now) : -Infinity;
  return { hasStarted: campaign.started, until: hasEnded ? Infinity : running, hasEnded };
}

/** Whether a campaign may have callbacks to send: it has a callback URL, and its end has not been sent. */
export function hasPendingCallbacks(campaign: Campaign, progress: CallbackProgress): boolean {
  if (progress.hasEnded && campaign.settled !== undefined) return false;
  return [campaign.statusCallback, campaign.smsStatusCallback].some((url) => destination(url) !== undefined);
}

/** Callbacks after a point of progress, in order: start, deliveries, end. The campaign must be advanced to now. */
export function callbacksSince(progress: CallbackProgress, campaign: Campaign, now: number): Callback[] {
  const ofCampaign = destination(campaign.statusCallback);
  const ofMessages = destination(campaign.smsStatusCallback);
  const current = progressOf(campaign, now);
  const callbacks: Callback[] = [];
  if (ofCampaign !== undefined && current.hasStarted && !progress.hasStarted) {
    callbacks.push(campaignCallback(campaign, 'in-progress', ofCampaign));
  }
  if (ofMessages !== undefined) {
    for (const index of deliveredBetween(campaign, progress.until, current.until)) {
      callbacks.push(messageCallback(campaign, index, ofMessages, now));
    }
  }
  if (ofCampaign !== undefined && current.hasEnded && !progress.hasEnded) {
    callbacks.push(campaignCallback(campaign, 'completed', ofCampaign));
  }
  return callbacks;
}
