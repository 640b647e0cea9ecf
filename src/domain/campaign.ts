/**
 * The closed sets of words that describe a campaign, in the spelling that clients see.
 *
 * `UNKNOWN` stands for a word that the upstream wrote and the API document does not have: a new status must
 * never fail a whole answer. The word itself stays readable beside it (`upstreamStatus`).
 */
export const Channel = { SMS: 'SMS' } as const;
export type Channel = (typeof Channel)[keyof typeof Channel];

/** Whether everyone gets the same text or a personalised one; API document, "Create SMS Campaign". */
export const ContentType = { STATIC: 'STATIC', DYNAMIC: 'DYNAMIC', UNKNOWN: 'UNKNOWN' } as const;
export type ContentType = (typeof ContentType)[keyof typeof ContentType];

/** The regulatory kind of SMS; `TRANSACTIONAL_OPT_IN` is seen in the document's list sample only. */
export const SmsType = {
  TRANSACTIONAL: 'TRANSACTIONAL',
  TRANSACTIONAL_OPT_IN: 'TRANSACTIONAL_OPT_IN',
  PROMOTIONAL: 'PROMOTIONAL',
  UNKNOWN: 'UNKNOWN',
} as const;
export type SmsType = (typeof SmsType)[keyof typeof SmsType];

/** Where a campaign is in its life; the moves between them are in lifecycle.ts. */
export const CampaignStatus = {
  CREATED: 'CREATED',
  SCHEDULED: 'SCHEDULED',
  IN_PROGRESS: 'IN_PROGRESS',
  PAUSED: 'PAUSED',
  COMPLETED: 'COMPLETED',
  ARCHIVED: 'ARCHIVED',
  UNKNOWN: 'UNKNOWN',
} as const;
export type CampaignStatus = (typeof CampaignStatus)[keyof typeof CampaignStatus];

/** What can be asked of a campaign; API document, "Update SMS Campaign". */
export const CampaignAction = {
  UPDATE: 'UPDATE',
  PAUSE: 'PAUSE',
  RESUME: 'RESUME',
  COMPLETE: 'COMPLETE',
  ARCHIVE: 'ARCHIVE',
} as const;
export type CampaignAction = (typeof CampaignAction)[keyof typeof CampaignAction];
