import { type CampaignStatus } from './lifecycle.js';
import { type MessageStatus, type Stats } from './stats.js';
import { type VirtualTime } from './virtual-time.js';

/** What a client sets on create and may change until the start. Times are epoch milliseconds. */
export interface CampaignParameters {
  name: string;
  contentType: 'static' | 'dynamic';
  lists: readonly string[];
  startsAt: number;
  endsAt: number;
  statusCallback: string | null;
  smsStatusCallback: string | null;
  dltTemplateId: string;
  dltEntityId: string;
  senderId: string;
  smsType: string;
  template: string;
}

/** A campaign in the sandbox. Fields change in place, as rows of the upstream's own database do. */
export interface Campaign extends CampaignParameters {
  readonly sid: string;
  readonly accountSid: string;
  readonly createdAt: number;
  /** Real time of the last change that is stored; message events of a running campaign are newer. */
  changedAt: number;
  status: CampaignStatus;
  state: 'prepared' | 'list-completed';
  started: boolean;
  reportUrl: string | null;
  estimatedCost: number;
  /** How many messages it has. */
  audience: number;
  time: VirtualTime;
  /** Set once nothing will be sent any more: the final status of every message, counted once. */
  settled: Settled | undefined;
  /** Half of the rows in the document's list sample have no `channel`. */
  readonly channelListed: boolean;
  /** The document masks the numbers of its own samples. */
  readonly masked: boolean;
}

/** The messages of a campaign that sends no more. */
export interface Settled {
  readonly statuses: readonly MessageStatus[];
  readonly stats: Stats;
}
