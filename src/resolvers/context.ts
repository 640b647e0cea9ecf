import { type ReadReport } from '../datasources/cache/read-report.js';
import { type RequestReader } from '../datasources/campaigns/request-reader.js';
import { type CampaignWriter } from '../datasources/writing/campaign-writer.js';
import { type Caller } from '../domain/requests/caller.js';
import { type Campaign } from '../schema/campaign.js';
import { type CampaignGateway } from '../schema/campaign-gateway.js';
import { type MessageStatusEvent } from '../schema/message.js';
import { type OperationPlan } from './look-ahead.js';

/** Sources of the subscriptions. */
export interface Live {
  campaignUpdated(sid: string, sendCurrent: boolean): Promise<AsyncIterableIterator<Campaign>>;
  messageStatusChanged(campaignSid: string): Promise<AsyncIterableIterator<MessageStatusEvent>>;
}

/** Context of the resolvers; one for each request, or for each subscription. */
export interface RequestContext {
  readonly reader: RequestReader;
  /** Created on first use. */
  readonly writer: CampaignWriter;
  /** Upstream calls and cache hits of the request. */
  readonly report: ReadReport;
  readonly plan: OperationPlan;
  readonly caller: Caller;
  readonly live: Live;
  /** The gateway as it is now. */
  readonly gateway: () => Omit<CampaignGateway, 'scopes'>;
  /** Address of the export of a campaign's messages; null for callers that may not read messages. */
  exportUrl(sid: string): string | null;
  /** Clock in epoch milliseconds; subscriptions end by it when their caller's credentials expire. */
  readonly now: () => number;
  /** Drops what was read: the events of a subscription may be hours apart. */
  renew(): void;
  /** The request is answered: gives back the memory of its reads, and begins no further ones. */
  end(): void;
}
