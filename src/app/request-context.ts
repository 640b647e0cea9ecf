import { ReadReport } from '../datasources/cache/read-report.js';
import { type AccountReader } from '../datasources/campaigns/account-reader.js';
import { RequestReader } from '../datasources/campaigns/request-reader.js';
import { CampaignWriter, type WritingOptions } from '../datasources/writing/campaign-writer.js';
import { readHostName } from '../domain/network/addresses.js';
import { AnswerTags } from '../domain/cache-tags.js';
import { type Caller, limitKeyOf } from '../domain/requests/caller.js';
import { HeldMemory, type RequestTrace } from '../domain/requests/request-trace.js';
import { type LiveChanges } from '../live/live-changes.js';
import { type SubscriptionLimit } from '../live/subscribers/subscription-limit.js';
import { type OperationRequest } from '../operations/operation-request.js';
import { type Live, type RequestContext } from '../resolvers/context.js';
import { type OperationPlan } from '../resolvers/look-ahead.js';

/** Collaborators that all requests share. */
interface RequestContextOptions {
  readonly account: AccountReader;
  readonly writing: WritingOptions;
  readonly subscriptions: LiveChanges['subscriptions'];
  readonly limit: SubscriptionLimit;
  readonly gateway: RequestContext['gateway'];
  readonly now: () => number;
  /** Address of this gateway for its clients (`PUBLIC_URL`); undefined: the one that each of them has used. */
  readonly publicUrl: string | undefined;
  /** Address that this gateway listens at. */
  readonly ownUrl: () => string | undefined;
  /** Whether answers have cache tags. */
  readonly isTagged: boolean;
}

/** A host name has at most 253 characters. */
const longestAddress = 300;

type ContextRequest = Pick<OperationRequest, 'fresh' | 'caller' | 'trace' | 'reachedAt'>;

/** Returns a function that creates the context of a request, with a reader and a writer of its own. */
export function contextFactory(shared: RequestContextOptions) {
  return (request: ContextRequest, plan: OperationPlan): RequestContext =>
    new GatewayRequestContext(shared, request, plan);
}

class GatewayRequestContext implements RequestContext {
  readonly fresh: boolean;
  readonly caller: Caller;
  readonly trace: RequestTrace;
  readonly reachedAt: string | undefined;
  memory = new HeldMemory();
  report: ReadReport;
  reader: RequestReader;
  ownWriter: CampaignWriter | undefined; // created on first use: most requests write nothing

  constructor(
    readonly shared: RequestContextOptions,
    { fresh, caller, trace, reachedAt }: ContextRequest,
    readonly plan: OperationPlan,
  ) {
    this.fresh = fresh;
    this.caller = caller;
    this.trace = trace;
    this.reachedAt = reachedAt;
    this.report = new ReadReport(trace, shared.isTagged ? new AnswerTags() : undefined, this.memory);
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

  exportUrl(sid: string): string | null {
    this.report.dependsOnCaller = true;
    if (!this.caller.scopes.has('messages:read')) return null;
    return `${this.#address()}/campaigns/${encodeURIComponent(sid.toWellFormed())}/messages`;
  }

  /** An answer with the address that this client has used is not cached, since other clients may use another one. */
  #address(): string {
    const { publicUrl, ownUrl } = this.shared;
    if (publicUrl !== undefined) return publicUrl;
    this.report.used.markTimeDependent();
    const { reachedAt } = this;
    const isHost =
      reachedAt !== undefined &&
      reachedAt.length <= longestAddress &&
      readHostName(reachedAt.replace(/^https?:\/\//, '')) !== undefined;
    return isHost ? reachedAt : (ownUrl() ?? '');
  }

  end(): void {
    this.report.isAnswered = true;
    this.memory.release();
  }

  renew(): void {
    this.end();
    this.memory = new HeldMemory();
    this.report = new ReadReport(this.trace, undefined, this.memory);
    this.reader = new RequestReader(this.shared.account, this);
    this.ownWriter = undefined;
  }
}
