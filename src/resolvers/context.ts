import { type ReadReport } from '../datasources/cache/read-report.js';
import { type RequestReader } from '../datasources/campaigns/request-reader.js';
import { type CampaignWriter } from '../datasources/writing/campaign-writer.js';
import { type Caller } from '../domain/caller.js';
import { type Campaign } from '../schema/campaign.js';
import { type MessageStatusEvent } from '../schema/message.js';

/** What belongs to one request, or to one event of a subscription. */
export interface RequestScope {
  readonly reader: RequestReader;
  /** Made when it is first asked for. */
  readonly writer: CampaignWriter;
  /** What the request costs. */
  readonly report: ReadReport;
}

/** Where subscriptions come from. */
export interface Live {
  campaignUpdated(sid: string): Promise<AsyncIterableIterator<Campaign>>;
  messageStatusChanged(campaignSid: string): Promise<AsyncIterableIterator<MessageStatusEvent>>;
}

/** What every resolver is given; made anew for each request. */
export interface RequestContext extends RequestScope {
  readonly caller: Caller;
  readonly live: Live;
  /** Epoch milliseconds; by it subscriptions end with their caller. */
  readonly now: () => number;
  /** Begins anew with what was read: a subscription's events come hours after one another. */
  renew(): void;
}
