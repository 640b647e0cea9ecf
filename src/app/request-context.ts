import { ReadReport } from '../datasources/cache/read-report.js';
import { type AccountReader } from '../datasources/campaigns/account-reader.js';
import { RequestReader } from '../datasources/campaigns/request-reader.js';
import { CampaignWriter, type WritingOptions } from '../datasources/writing/campaign-writer.js';
import { AnswerTags } from '../domain/cache-tags.js';
import { type Caller, limitKeyOf } from '../domain/caller.js';
import { type RequestTrace } from '../domain/request-trace.js';
import { type LiveChanges } from '../live/live-changes.js';
import { type SubscriptionLimit } from '../live/subscription-limit.js';
import { type OperationRequest } from '../operations/operation-request.js';
import { type Live, type RequestContext } from '../resolvers/context.js';
import { type OperationPlan } from '../resolvers/look-ahead.js';

/** Collaborators that all requests share. */
export interface RequestContextOptions {
  readonly account: AccountReader;
  readonly writing: WritingOptions;
  readonly subscriptions: LiveChanges['subscriptions'];
  readonly limit: SubscriptionLimit;
  readonly gateway: RequestContext['gateway'];
  readonly now: () => number;
  /** Whether answers have cache tags. */
  readonly isTagged: boolean;
}

type ContextRequest = Pick<OperationRequest, 'fresh' | 'caller' | 'trace'>;

/** Returns a function that creates the context of a request, with a reader and a writer of its own. */
export function contextFactory(shared: RequestContextOptions) {
  return (request: ContextRequest, plan: OperationPlan): RequestContext =>
    new GatewayRequestContext(shared, request, plan);
}

class GatewayRequestContext implements RequestContext {
  readonly fresh: boolean;
  readonly caller: Caller;
  readonly trace: RequestTrace;
  report: ReadReport;
  reader: RequestReader;
  ownWriter: CampaignWriter | undefined; // created on first use: most requests write nothing

  constructor(
    readonly shared: RequestContextOptions,
    { fresh, caller, trace }: ContextRequest,
    readonly plan: OperationPlan,
  ) {
    this.fresh = fresh;
    this.caller = caller;
    this.trace = trace;
    this.report = new ReadReport(trace, shared.isTagged ? new AnswerTags() : undefined);
    this.reader = new RequestReader(shared.account, this);
  }

  get writer(): CampaignWriter {
    return (this.ownWriter ??= new CampaignWriter(this.shared.writing, this.reader, this.caller.name));
  }

  get now(): () => number {
    return this.shared.now;
  }

  get gateway(): RequestContext['gateway'] {
    return this.shared.gateway;
  }

  get live(): Live {
    const { caller, trace } = this;
    const { limit, subscriptions } = this.shared;
    const key = limitKeyOf(caller, trace.address);
    return {
      campaignUpdated: (sid, sendCurrent) =>
        limit.open(key, () => subscriptions.campaignUpdated(sid, trace, sendCurrent)),
      messageStatusChanged: (sid) => limit.open(key, () => subscriptions.messageStatusChanged(sid, trace)),
    };
  }

  renew(): void {
    this.report = new ReadReport(this.trace);
    this.reader = new RequestReader(this.shared.account, this);
    this.ownWriter = undefined;
  }
}
