import { type VirtualTime } from './clock.js';
import { type CampaignStatus } from './lifecycle.js';
import { type MessageStatus, type Stats } from './stats.js';

/** What a client sets on create and may change until the start. Times are epoch milliseconds. */
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

/** A campaign in the sandbox. Fields change in place, as rows of the upstream's own database do. */
export interface Campaign extends CampaignParameters {
  readonly sid: string;
  readonly accountSid: string;
  readonly createdAt: number;
  /** Real time of the last change that is stored; message events of a running campaign are newer. */
  changedAt: number;
  status: CampaignStatus;
  state: 'prepared' | 'list-completed';
  started: boolean;
  reportUrl: string | null;
  estimatedCost: number;
  /** How many messages it has. */
  audience: number;
  time: VirtualTime;
  /** Set once nothing will be sent any more: the final status of every message, counted once. */
  settled: Settled | undefined;
  /** Half of the rows in the document's list sample have no `channel`. */
  readonly channelListed: boolean;
  /** The document masks the numbers of its own samples. */
  readonly masked: boolean;
}

/** The messages of a campaign that sends no more. */
export interface Settled {
  readonly statuses: readonly MessageStatus[];
  readonly stats: Stats;
}

const RATE = 0.165;
const ASCII_ONLY = /^\p{ASCII}*$/u;

/** How many SMS a text takes: 160 characters or 153 each, 70 or 67 when it is not plain text. */
function segmentsOf(text: string): number {
  const [single, each] = ASCII_ONLY.test(text) ? [160, 153] : [70, 67];
  return text.length <= single ? 1 : Math.ceil(text.length / each);
}

/**
 * The `estimated_cost` of a campaign. The rate is read off the document's samples: 0.17 for one short message,
 * 0.33 for two, 0.66 for two of double length.
 */
export function estimatedCost(template: string, audience: number): number {
  return Math.round(RATE * segmentsOf(template) * audience * 100) / 100;
}

const MINUTE = 60_000;

/** "start_time should be atleast 10 mins ahead of current time" (API document, 'Create SMS Campaign'). */
export const LEAD_MS = 10 * MINUTE;

/** "There has to be min 2 hours gap between start_time and end_time" (API document, 'Create SMS Campaign'). */
export const SHORTEST_RUN_MS = 120 * MINUTE;

const DEFAULT_RUN_MS = 30 * 24 * 60 * MINUTE;

/** With no schedule the samples start ten minutes after the creation, on the minute. */
export function defaultStart(createdAt: number): number {
  return Math.ceil((createdAt + LEAD_MS) / MINUTE) * MINUTE;
}

/** With no end the samples run for 30 days. */
export function defaultEnd(startsAt: number): number {
  return startsAt + DEFAULT_RUN_MS;
}

/** Whether a start is far enough ahead; in whole seconds, which is all that the API's times carry. */
export function isFarEnoughAhead(startsAt: number, now: number): boolean {
  return Math.floor(startsAt / 1000) >= Math.floor((now + LEAD_MS) / 1000);
}
