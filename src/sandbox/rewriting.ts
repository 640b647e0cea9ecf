import { type CampaignParameters } from './campaign.js';

/** What some layer between the API and its database does to a new campaign; nothing unless told to. */
export interface Rewriting {
  /** What is stored in place of what was sent. */
  readonly parameters?: (sent: CampaignParameters) => CampaignParameters;
  /** How far the clock of who writes `date_created`, and sets starts, is ahead of the one that answers (`Date`). */
  readonly clockAheadMs?: number;
}
