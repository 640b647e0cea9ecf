/**
 * Closed sets of values that describe a campaign, in the spelling of the schema.
 *
 * `UNKNOWN` stands for a value that is not in the API document: a new status must never fail a whole response. The
 * upstream's own spelling stays readable in `upstreamStatus`.
 */
export const Channel = { SMS: 'SMS' } as const;
export type Channel = (typeof Channel)[keyof typeof Channel];

/** Whether all recipients get the same text or a personalised one; API document, "Create SMS Campaign". */
export const ContentType = { STATIC: 'STATIC', DYNAMIC: 'DYNAMIC', UNKNOWN: 'UNKNOWN' } as const;
export type ContentType = (typeof ContentType)[keyof typeof ContentType];

/** Regulatory type of SMS; `TRANSACTIONAL_OPT_IN` appears only in the API document's list sample. */
export const SmsType = {
  TRANSACTIONAL: 'TRANSACTIONAL',
  TRANSACTIONAL_OPT_IN: 'TRANSACTIONAL_OPT_IN',
  PROMOTIONAL: 'PROMOTIONAL',
  UNKNOWN: 'UNKNOWN',
} as const;
export type SmsType = (typeof SmsType)[keyof typeof SmsType];

/** Lifecycle status of a campaign; lifecycle.ts has the transitions. */
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

/** Action on a campaign; API document, "Update SMS Campaign". */
export const CampaignAction = {
  UPDATE: 'UPDATE',
  PAUSE: 'PAUSE',
  RESUME: 'RESUME',
  COMPLETE: 'COMPLETE',
  ARCHIVE: 'ARCHIVE',
} as const;
export type CampaignAction = (typeof CampaignAction)[keyof typeof CampaignAction];
