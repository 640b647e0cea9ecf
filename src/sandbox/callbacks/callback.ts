import { type Campaign } from '../campaign.js';
import { indianTime, realAt, virtualAt } from '../clock.js';
import { deliveryOf, LONGEST_DELIVERY_MS, messageAt, SENDING_INTERVAL_MS } from '../messages.js';
import { type MessageStatus } from '../stats.js';

/**
 * The messages that are delivered after one virtual time and not after another, in that order. Turns come two
 * seconds apart and no delivery takes longer than eight, so only the messages around that span are looked at.
 */
function deliveredBetween(campaign: Campaign, after: number, until: number): number[] {
  const { startsAt, audience } = campaign;
  const first = Math.max(0, Math.ceil((after - LONGEST_DELIVERY_MS - startsAt) / SENDING_INTERVAL_MS));
  const last = Math.min(audience - 1, Math.floor((until - startsAt) / SENDING_INTERVAL_MS));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, step) => first + step)
    .map((index) => ({ index, at: deliveryOf(campaign, index) }))
    .filter(({ at }) => at > after && at <= until)
    .sort((one, other) => one.at - other.at)
    .map(({ index }) => index);
}

/** The real moment at which a message reached its terminal state: its delivery, or before that its campaign's end. */
function settledMoment(campaign: Campaign, index: number, now: number): number {
  const delivery = deliveryOf(campaign, index);
  const ended = campaign.settled === undefined ? now : campaign.changedAt;
  // After the action `complete` the campaign's own time stands still before what was never delivered.
  if (delivery > virtualAt(campaign.time, now)) return ended;
  return Math.max(campaign.createdAt, Math.min(ended, realAt(campaign.time, delivery)));
}

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
function campaignCallback(campaign: Campaign, status: 'in-progress' | 'completed', url: string): Callback {
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

/** Whether and how the sandbox fires the callbacks of its campaigns. */
export interface CallbackOptions {
  /** Nothing is posted anywhere unless this is true. */
  readonly fire: boolean;
  /** How bodies are written, which Exotel's pages disagree about: as JSON unless said. */
  readonly form?: CallbackForm;
  /** How often each is sent even when it was acknowledged, as "at least once" allows: 1 unless said. */
  readonly copies?: number;
}

/** `json`: an object · `form`: `application/x-www-form-urlencoded`. */
export type CallbackForm = 'json' | 'form';

/** Names that are reserved to lead nowhere (RFC 2606); the demo seed's campaigns have them as callback URLs. */
const RESERVED = /(^|\.)(example(\.com|\.net|\.org)?|invalid)$/;

/**
 * Where a callback URL leads; undefined where nobody can be listening, so that the made-up URLs of the seed
 * neither leave this machine nor hold up those that somebody waits for.
 */
function destination(url: string | null): string | undefined {
  if (url === null || !URL.canParse(url)) return undefined;
  return RESERVED.test(new URL(url).hostname) ? undefined : url;
}

/** How far a campaign has been told: all that its callbacks have still to say follows from this. */
export interface CallbackProgress {
  readonly hasStarted: boolean;
  /** Every delivery up to this virtual time. */
  readonly until: number;
  readonly hasEnded: boolean;
}

/** What there is to tell of a campaign now, taken as told. */
export function progressOf(campaign: Campaign, now: number): CallbackProgress {
  const hasEnded = campaign.settled !== undefined;
  const running = campaign.started ? virtualAt(campaign.time, now) : -Infinity;
  return { hasStarted: campaign.started, until: hasEnded ? Infinity : running, hasEnded };
}

/** Whether a campaign may have something to tell: it has somewhere to tell it, and its end is not told yet. */
export function hasPendingCallbacks(campaign: Campaign, told: CallbackProgress): boolean {
  if (told.hasEnded && campaign.settled !== undefined) return false;
  return [campaign.statusCallback, campaign.smsStatusCallback].some((url) => destination(url) !== undefined);
}

/** What happened since, in order: the start, then deliveries, then the end. The campaign is up to date. */
export function callbacksSince(told: CallbackProgress, campaign: Campaign, now: number): Callback[] {
  const ofCampaign = destination(campaign.statusCallback);
  const ofMessages = destination(campaign.smsStatusCallback);
  const present = progressOf(campaign, now);
  const callbacks: Callback[] = [];
  if (ofCampaign !== undefined && present.hasStarted && !told.hasStarted) {
    callbacks.push(campaignCallback(campaign, 'in-progress', ofCampaign));
  }
  if (ofMessages !== undefined) {
    for (const index of deliveredBetween(campaign, told.until, present.until)) {
      callbacks.push(messageCallback(campaign, index, ofMessages, now));
    }
  }
  if (ofCampaign !== undefined && present.hasEnded && !told.hasEnded) {
    callbacks.push(campaignCallback(campaign, 'completed', ofCampaign));
  }
  return callbacks;
}
