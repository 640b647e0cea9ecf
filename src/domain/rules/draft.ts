import { type ContentType, type SmsType } from '../campaign.js';

/** When a campaign is to run; both moments optional. */
export interface ScheduleDraft {
  readonly startTime?: Date | null;
  readonly endTime?: Date | null;
}

/** What a client may say about a campaign. Absent and null mean the same: not said. */
export interface CampaignDraft {
  readonly name?: string | null;
  readonly contentType?: ContentType | null;
  readonly lists?: readonly string[] | null;
  readonly schedule?: ScheduleDraft | null;
  readonly dltEntityId?: string | null;
  readonly dltTemplateId?: string | null;
  readonly senderId?: string | null;
  readonly smsType?: SmsType | null;
  readonly template?: string | null;
  readonly statusCallback?: string | null;
  readonly smsStatusCallback?: string | null;
}
