import { ReadReport } from '../datasources/cache/read-report.js';
import { type AccountReads } from '../datasources/campaigns/account-reads.js';
import { RequestReader } from '../datasources/campaigns/request-reader.js';
import { CampaignWriter, type WritingOptions } from '../datasources/writing/campaign-writer.js';
import { type Caller } from '../domain/caller.js';
import { type Trail } from '../domain/trail.js';
import { type LiveChanges } from '../live/live-changes.js';
import { type SubscriptionLimit } from '../live/subscription-limit.js';
import { type OperationRequest } from '../operations/operation-request.js';
import { type Live, type RequestContext } from '../resolvers/context.js';

/** What all requests share. */
interface Shared {
  readonly account: AccountReads;
  readonly writing: WritingOptions;
  readonly subscriptions: LiveChanges['subscriptions'];
  readonly limit: SubscriptionLimit;
  readonly now: () => number;
}

/** What each request is answered with: its own reader and writer on what all share. */
export function contextFactory(
  account: AccountReads,
  writing: WritingOptions,
  { subscriptions }: LiveChanges,
  limit: SubscriptionLimit,
  now: () => number,
) {
  const shared: Shared = { account, writing, subscriptions, limit, now };
  return ({ fresh }: Pick<OperationRequest, 'fresh'>, caller: Caller, trail: Trail): RequestContext =>
    new OneRequest(shared, fresh, caller, trail);
}

/** The context of one request. */
class OneRequest implements RequestContext {
  report: ReadReport;
  reader: RequestReader;
  ownWriter: CampaignWriter | undefined; // most requests write nothing

  constructor(
    readonly shared: Shared,
    readonly fresh: boolean,
    readonly caller: Caller,
    readonly trail: Trail,
  ) {
    this.report = new ReadReport(trail);
    this.reader = new RequestReader(shared.account, this);
  }

  get writer(): CampaignWriter {
    return (this.ownWriter ??= new CampaignWriter(this.shared.writing, this.reader, this.caller.name));
  }

  get now(): () => number {
    return this.shared.now;
  }

  get live(): Live {
    const { caller, trail } = this;
    const { limit, subscriptions } = this.shared;
    return {
      campaignUpdated: (sid) => limit.open(caller.name, () => subscriptions.campaignUpdated(sid, trail)),
      messageStatusChanged: (sid) =>
        limit.open(caller.name, () => subscriptions.messageStatusChanged(sid, trail)),
    };
  }

  renew(): void {
    this.report = new ReadReport(this.trail);
    this.reader = new RequestReader(this.shared.account, this);
    this.ownWriter = undefined;
  }
}
