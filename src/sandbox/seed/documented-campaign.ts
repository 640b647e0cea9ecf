import { type Campaign } from '../campaign.js';
import { type CampaignDraft } from '../draft.js';
import { type CampaignStatus } from '../lifecycle.js';
import { parseTime } from '../clock.js';
import { type Stats } from '../stats.js';

/** A campaign of the document's samples, without the values that most of them share. */
export interface DocumentedCampaign {
  readonly name: string;
  readonly contentType: Campaign['contentType'];
  readonly sid: string;
  readonly list: string;
  readonly startTime: string;
  readonly endTime: string;
  readonly statusCallback?: string;
  readonly smsStatusCallback?: string;
  readonly status: CampaignStatus;
  readonly state?: Campaign['state'];
  /** Value of `_timestamp=` in the URL of the report. */
  readonly report?: string;
  readonly dltTemplateId: string;
  readonly senderId?: string;
  readonly channelListed?: boolean;
  readonly smsType?: string;
  readonly template: string;
  readonly estimatedCost: number;
  readonly dateCreated: string;
  readonly dateUpdated: string;
  readonly stats: Partial<Stats>;
}

const ACCOUNT = 'Exotel';
const REPORTS = `https://exotelreports.s3.ap-southeast-1.amazonaws.com/sms-campaign-report/account_sid=${ACCOUNT}`;

/** Draft of a sample, with the account of the document. Its phone numbers are masked, as in the document. */
export function documentedDraft(sample: DocumentedCampaign): CampaignDraft {
  const { list, startTime, endTime, dateCreated, dateUpdated, report, ...same } = sample;
  return {
    ...same,
    accountSid: ACCOUNT,
    dltEntityId: '1101428740000012125',
    lists: [list],
    startsAt: epochMs(startTime),
    endsAt: epochMs(endTime),
    createdAt: epochMs(dateCreated),
    changedAt: epochMs(dateUpdated),
    reportUrl: report === undefined ? null : `${REPORTS}/_timestamp=${report}`,
    state: sample.state ?? (report === undefined ? 'prepared' : 'list-completed'),
    masked: true,
  };
}

function epochMs(time: string): number {
  const parsed = parseTime(time);
  if (parsed === undefined) throw new Error(`Not a time: ${time}`);
  return parsed;
}
