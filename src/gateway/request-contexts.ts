import { type AccountReads } from '../datasources/reading/account-reads.js';
import { ReadReport } from '../datasources/reading/read-report.js';
import { RequestReader } from '../datasources/reading/request-reader.js';
import { CampaignWriter, type WritingOptions } from '../datasources/writing/campaign-writer.js';
import { type Caller } from '../domain/caller.js';
import { type Trail } from '../domain/trail.js';
import { type LiveChanges } from '../live/live-changes.js';
import { type SubscriptionLimit } from '../live/subscription-limit.js';
import { type RequestContext, type RequestScope } from '../resolvers/context.js';
import { type RequestWishes } from '../server/request-wishes.js';

/** What each request is answered with: its own reader and writer on what all share. */
export function contextFactory(
  account: AccountReads,
  writing: WritingOptions,
  { subscriptions }: LiveChanges,
  limit: SubscriptionLimit,
) {
  return ({ fresh }: RequestWishes, caller: Caller, trail: Trail): RequestContext => {
    const scope = (): RequestScope => {
      const report = new ReadReport(trail);
      const reader = new RequestReader(account, { report, fresh });
      let writer: CampaignWriter | undefined; // most requests write nothing
      return {
        reader,
        writer: () => (writer ??= new CampaignWriter(writing, reader, caller.name)),
        report,
      };
    };
    const context = {
      ...scope(),
      caller,
      live: {
        campaignUpdated: (sid: string) =>
          limit.open(caller.name, () => subscriptions.campaignUpdated(sid, trail)),
        messageStatusChanged: (sid: string) =>
          limit.open(caller.name, () => subscriptions.messageStatusChanged(sid, trail)),
      },
      renew: () => void Object.assign(context, scope()),
    };
    return context;
  };
}
