import { parseTime } from '../clock.js';
import { type CampaignDraft } from '../draft.js';

/** A campaign of the document's samples, without the values that a draft has by default. */
export interface DocumentedCampaign extends Pick<
  CampaignDraft,
  | 'statusCallback'
  | 'smsStatusCallback'
  | 'status'
  | 'state'
  | 'dltTemplateId'
  | 'senderId'
  | 'smsType'
  | 'channelListed'
  | 'template'
> {
  readonly name: string;
  readonly sid: string;
  readonly list: string;
  readonly startTime: string;
  /** Default: 30 days after the start. */
  readonly endTime?: string;
  /** Value of `_timestamp=` in the URL of the report. */
  readonly report?: string;
  readonly estimatedCost: number;
  readonly dateCreated: string;
  readonly dateUpdated: string;
  readonly stats: NonNullable<CampaignDraft['stats']>;
}

const ACCOUNT = 'Exotel';
const REPORTS = `https://exotelreports.s3.ap-southeast-1.amazonaws.com/sms-campaign-report/account_sid=${ACCOUNT}`;

/** Draft of a sample, with the account of the document. Its phone numbers are masked, as in the document. */
export function documentedDraft(sample: DocumentedCampaign): CampaignDraft {
  const { list, startTime, endTime, dateCreated, dateUpdated, report, ...same } = sample;
  return {
    state: report === undefined ? 'prepared' : 'list-completed',
    ...same,
    accountSid: ACCOUNT,
    // In the document, a campaign is dynamic exactly if its template has a variable.
    contentType: sample.template?.includes('@@') ? 'dynamic' : 'static',
    lists: [list],
    startsAt: epochMs(startTime),
    ...(endTime !== undefined && { endsAt: epochMs(endTime) }),
    createdAt: epochMs(dateCreated),
    changedAt: epochMs(dateUpdated),
    reportUrl: report === undefined ? null : `${REPORTS}/_timestamp=${report}`,
    masked: true,
  };
}

function epochMs(time: string): number {
  const parsed = parseTime(time);
  if (parsed === undefined) throw new Error(`Not a time: ${time}`);
  return parsed;
}
