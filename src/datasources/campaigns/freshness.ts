import { CampaignStatus } from '../../domain/campaign.js';
import { type Campaign } from '../../schema/campaign.js';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** How long an answer is as good as a new one, by how fast what it tells can change. */
export interface Freshness {
  readonly campaignMs: Readonly<Record<CampaignStatus, number>>;
  /** A sid that the upstream does not have may be created any moment. */
  readonly unknownSidMs: number;
  /** A list changes with every campaign that is created or moves. */
  readonly listMs: number;
  readonly messagesMs: number;
  /** Nothing more happens to the messages of a campaign that has ended. */
  readonly endedMessagesMs: number;
  /** How old an answer may be that stands in while the upstream gives none. */
  readonly maxStaleMs: number;
  /** How long a caller waits for a refresh before the old answer is given. */
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

/** The same where the upstream's campaigns run so many times faster than life: the embedded sandbox's do. */
export function accelerated(freshness: Freshness, speed: number): Freshness {
  const factor = Math.max(1, speed);
  const { campaignMs } = freshness;
  return {
    ...freshness,
    campaignMs: {
      ...campaignMs,
      CREATED: campaignMs.CREATED / factor,
      SCHEDULED: campaignMs.SCHEDULED / factor,
      IN_PROGRESS: campaignMs.IN_PROGRESS / factor,
    },
    listMs: freshness.listMs / factor,
    messagesMs: freshness.messagesMs / factor,
  };
}

/** How far the upstream's clock, which says when a campaign ended, may be from ours. */
const clockSkewMs = 60_000;

/**
 * For how long messages are as good as new: those read before their campaign's end, or about then, were not yet what
 * they came to be.
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

/** True for a status after which no message changes. */
export function hasEnded(status: CampaignStatus | undefined): boolean {
  return status === CampaignStatus.COMPLETED || status === CampaignStatus.ARCHIVED;
}
