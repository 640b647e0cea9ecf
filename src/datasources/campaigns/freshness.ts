import { CampaignStatus } from '../../domain/campaigns/campaign.js';
import { type Campaign } from '../../schema/campaign.js';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** How long entries of the cache are fresh, by how fast their values can change. All times in milliseconds. */
export interface Freshness {
  readonly campaignMs: Readonly<Record<CampaignStatus, number>>;
  /** A sid that the upstream does not have: such a campaign may be created at any time. */
  readonly unknownSidMs: number;
  /** A window of campaigns: lists change with every campaign. */
  readonly listMs: number;
  readonly messagesMs: number;
  /** Messages of a campaign that has ended: they no longer change. */
  readonly endedMessagesMs: number;
  /** Greatest age of an entry that is served while no new read succeeds. */
  readonly maxStaleMs: number;
  /** How long a caller waits for a refresh before the stale entry is served. */
  readonly softTimeoutMs: number;
}

export const defaultFreshness: Freshness = {
  campaignMs: {
    [CampaignStatus.ARCHIVED]: 24 * hourMs,
    [CampaignStatus.COMPLETED]: 10 * minuteMs,
    [CampaignStatus.SCHEDULED]: 30 * secondMs,
    [CampaignStatus.CREATED]: 30 * secondMs,
    [CampaignStatus.PAUSED]: 15 * secondMs,
    [CampaignStatus.IN_PROGRESS]: 5 * secondMs,
    [CampaignStatus.UNKNOWN]: 5 * secondMs,
  },
  unknownSidMs: 3 * secondMs,
  listMs: 5 * secondMs,
  messagesMs: 5 * secondMs,
  endedMessagesMs: 10 * minuteMs,
  maxStaleMs: hourMs,
  softTimeoutMs: 500,
};

/** Freshness for campaigns that run `speed` times faster than real ones, as in the embedded sandbox, whose examples renew themselves. */
export function accelerated(freshness: Freshness, speed: number): Freshness {
  const factor = Math.max(1, speed);
  if (factor === 1) return freshness;
  const { campaignMs, listMs, messagesMs } = freshness;
  return {
    ...freshness,
    endedMessagesMs: messagesMs,
    campaignMs: {
      ...campaignMs,
      COMPLETED: listMs,
      ARCHIVED: listMs,
      CREATED: campaignMs.CREATED / factor,
      SCHEDULED: campaignMs.SCHEDULED / factor,
      IN_PROGRESS: campaignMs.IN_PROGRESS / factor,
    },
    listMs: listMs / factor,
    messagesMs: messagesMs / factor,
  };
}

/** Bound on the difference between the clocks of the gateway and the upstream, which tells when a campaign ended. */
const clockSkewMs = 60_000;

/**
 * How long a window of messages is fresh. Messages that were read before their campaign ended, or at about that time, may
 * still have changed afterwards.
 */
export function messagesFreshMs(
  { endedMessagesMs, messagesMs }: Freshness,
  campaign: Pick<Campaign, 'status' | 'updatedAt'> | undefined,
  readAtMs: number,
): number {
  const isFinal =
    campaign && hasEnded(campaign.status) && readAtMs >= Date.parse(campaign.updatedAt) + clockSkewMs;
  return isFinal ? endedMessagesMs : messagesMs;
}

/** True for a status in which messages no longer change. */
function hasEnded(status: CampaignStatus): boolean {
  return status === CampaignStatus.COMPLETED || status === CampaignStatus.ARCHIVED;
}
