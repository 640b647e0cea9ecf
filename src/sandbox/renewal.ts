import { type Campaign } from './campaign.js';
import { realAt } from './clock.js';
import { type CampaignDraft } from './draft.js';
import { type CampaignStatus } from './lifecycle.js';
import { endOfSending } from './messages.js';

/** An example campaign that restarts whenever it has left its status, so that the sandbox always has one to try things on. */
export interface Renewal {
  readonly status: CampaignStatus;
  /** The campaign as it restarts at a real time in epoch milliseconds. */
  readonly draft: (at: number) => CampaignDraft;
}

const SECOND = 1_000;
const DAY = 86_400 * SECOND;

/** Virtual time between two starts of a running example. Its 1,500 messages take 50 minutes, so it rests for five. */
export const RUNNING_PERIOD_MS = 3_300 * SECOND;
/** Virtual time from the beginning of a scheduled example until its start. */
export const SCHEDULED_LEAD_MS = DAY;
/** Age at which a completed example is no longer fresh. */
const COMPLETED_AGE_MS = 2 * DAY;
/** Real time for which an example stays paused, unless it is one of the paused ones. */
const PAUSED_MS = 60 * SECOND;
/** Time for which the end of an example can be seen: five virtual minutes, but at most ten real seconds. */
const REST_MS = 300 * SECOND;
const MAXIMUM_REST_MS = 10 * SECOND;

/**
 * Real time at which a campaign, advanced to now, last restarted; undefined if it need not. Depends on the time only, not on
 * how often it is read: periods that nobody has read are skipped.
 */
export function renewedAt(
  campaign: Campaign,
  { status }: Renewal,
  now: number,
  speed: number,
): number | undefined {
  const due = dueAt(campaign, status, speed);
  if (due === undefined || now < due) return undefined;
  const period = periodOf(status, speed);
  return period === undefined ? due : due + Math.floor((now - due) / period) * period;
}

function dueAt(campaign: Campaign, wanted: CampaignStatus, speed: number): number | undefined {
  const { status, changedAt } = campaign;
  if (status === wanted) return wanted === 'completed' ? changedAt + COMPLETED_AGE_MS : undefined;
  if (wanted === 'scheduled' && campaign.started) return realAt(campaign.time, campaign.startsAt);
  const rest = Math.min(REST_MS / speed, MAXIMUM_REST_MS);
  switch (status) {
    case 'created':
    case 'in-progress': // on its way to the end
      return undefined;
    case 'scheduled':
    case 'paused':
      return changedAt + PAUSED_MS;
    case 'completed': {
      if (wanted !== 'in-progress') return changedAt + rest;
      const sendingMs = endOfSending(campaign) - campaign.startsAt;
      return changedAt + Math.max(0, RUNNING_PERIOD_MS - sendingMs) / speed;
    }
    case 'archived':
      return changedAt + rest;
  }
}

/** Interval, in real time, at which an untouched example restarts; undefined if it never restarts. */
function periodOf(status: CampaignStatus, speed: number): number | undefined {
  switch (status) {
    case 'scheduled':
      return SCHEDULED_LEAD_MS / speed;
    case 'in-progress':
      return RUNNING_PERIOD_MS / speed;
    case 'completed':
      return COMPLETED_AGE_MS;
    case 'created':
    case 'paused':
    case 'archived':
      return undefined;
  }
}
