import { hasRunAhead, realAt, type VirtualTime } from './clock.js';
import { type CampaignStatus } from './lifecycle.js';
import { type MessageStatus, type Stats } from './stats.js';

/** Parameters that a client sets on create and may change until the start. Times are epoch milliseconds. */
export interface CampaignParameters {
  name: string;
  contentType: 'static' | 'dynamic';
  lists: readonly string[];
  startsAt: number;
  endsAt: number;
  statusCallback: string | null;
  smsStatusCallback: string | null;
  dltTemplateId: string;
  dltEntityId: string;
  senderId: string;
  smsType: string;
  template: string;
}

/** A campaign of the sandbox. Its fields are changed in place. */
export interface Campaign extends CampaignParameters {
  readonly sid: string;
  readonly accountSid: string;
  readonly createdAt: number;
  /** Real time of the last stored change; `lastChange` also counts the messages of a running campaign. */
  changedAt: number;
  status: CampaignStatus;
  state: 'prepared' | 'list-completed';
  started: boolean;
  reportUrl: string | null;
  estimatedCost: number;
  /** Number of messages. */
  audience: number;
  time: VirtualTime;
  /** How sending has ended; undefined until then. */
  settled: Settled | undefined;
  /** Whether lists show `channel`: half of the rows in the document's list sample lack it. */
  readonly channelListed: boolean;
  /** Whether phone numbers are masked, as in the document's samples. */
  readonly masked: boolean;
  /** Until then its rows are unreadable, in epoch milliseconds; 0: they never were. */
  unreadableUntil: number;
}

/** The end of sending. */
interface Settled {
  /** Number of messages that were attempted: the first ones. */
  readonly attempted: number;
  /** Final statuses of all messages, if they are given. */
  readonly statuses?: readonly MessageStatus[];
  /** Their counts, if they are given. */
  readonly stats?: Stats;
}

/**
 * A scheduled time as clients see it. Once a campaign has started, it is the real time: the virtual one may be ahead of the
 * clock, and what has happened must not lie in the future.
 */
export function visibleTime(campaign: Campaign, scheduledFor: number): number {
  if (!campaign.started || !hasRunAhead(campaign.time)) return scheduledFor;
  return realAt(campaign.time, scheduledFor);
}

const RATE = 0.165;
const ASCII_ONLY = /^\p{ASCII}*$/u;

/** Number of SMS of a text: 160 characters or 153 each; 70 or 67 if it is not ASCII. */
function segmentsOf(text: string): number {
  const [single, each] = ASCII_ONLY.test(text) ? [160, 153] : [70, 67];
  return text.length <= single ? 1 : Math.ceil(text.length / each);
}

/**
 * The `estimated_cost` of a campaign. The rate fits the document's samples: 0.17 for one short message, 0.33 for two, 0.66
 * for two of double length.
 */
export function estimatedCost(template: string, audience: number): number {
  return Math.round(RATE * segmentsOf(template) * audience * 100) / 100;
}

const MINUTE = 60_000;

/** "start_time should be atleast 10 mins ahead of current time" (API document, 'Create SMS Campaign'). */
const LEAD_MS = 10 * MINUTE;

/** "There has to be min 2 hours gap between start_time and end_time" (API document, 'Create SMS Campaign'). */
export const MINIMUM_RUN_MS = 120 * MINUTE;

const DEFAULT_RUN_MS = 30 * 24 * 60 * MINUTE;

/** Samples without a schedule start ten minutes after creation, on the minute. */
export function defaultStart(createdAt: number): number {
  return Math.ceil((createdAt + LEAD_MS) / MINUTE) * MINUTE;
}

/** Samples without an end run for 30 days. */
export function defaultEnd(startsAt: number): number {
  return startsAt + DEFAULT_RUN_MS;
}

/** Whether a start is far enough ahead, in whole seconds like the API's times. */
export function isFarEnoughAhead(startsAt: number, now: number): boolean {
  return Math.floor(startsAt / 1000) >= Math.floor((now + LEAD_MS) / 1000);
}
