import DataLoader from 'dataloader';
import { ReadReport } from '../datasources/cache/read-report.js';
import { type AccountReader } from '../datasources/campaigns/account-reader.js';
import { InputError } from '../domain/errors.js';
import { checkSid } from '../domain/sid.js';
import { type RequestTrace, type Transport } from '../domain/request-trace.js';
import { type Campaign } from '../schema/campaign.js';
import { type MessageStatusEvent } from '../schema/message.js';
import { type ChangeFeed } from './change-feed.js';
import { type SubscriberQueue } from './subscriber-queue.js';

/** Subscribers that come together are one question: fifty campaigns are one window. */
const togetherMs = 20;

/** What a client listens to. */
interface SubscriptionRequest {
  readonly sid: string;
  readonly trace: RequestTrace;
}

/** Lets clients in to the feed: each campaign is read once, to know what a change is a change from. */
export class Subscriptions {
  readonly #feed: ChangeFeed;
  readonly #first: DataLoader<SubscriptionRequest, Campaign | null>;

  constructor(feed: ChangeFeed, account: AccountReader) {
    this.#feed = feed;
    this.#first = new DataLoader(
      async (asked) => {
        const each = [...new Set(asked.map(({ sid }) => sid))];
        // One call serves all of them; it belongs to the trace of the first request.
        const report = new ReadReport(asked[0]?.trace);
        const found = await account.campaigns(each, { report, noCache: false });
        return asked.map(({ sid }) => found[each.indexOf(sid)] ?? null);
      },
      { cache: false, batchScheduleFn: (read) => setTimeout(read, togetherMs) },
    );
  }

  /** @throws InputError for a sid that the upstream does not have; UpstreamFailure where that can't be told. */
  async campaignUpdated(sid: string, trace: RequestTrace): Promise<SubscriberQueue<Campaign>> {
    checkSid(sid, 'sid');
    return this.#from({ sid, trace }, 'sid', this.#feed.campaignChanges(sid, overOf(trace)));
  }

  /** @throws InputError and UpstreamFailure as above. */
  async messageStatusChanged(
    campaignSid: string,
    trace: RequestTrace,
  ): Promise<SubscriberQueue<MessageStatusEvent>> {
    checkSid(campaignSid, 'campaignSid');
    const queue = this.#feed.messageChanges(campaignSid, overOf(trace));
    return this.#from({ sid: campaignSid, trace }, 'campaignSid', queue);
  }

  /** The queue is there before the campaign is read, so that nothing falls in between. */
  async #from<T>(
    asked: SubscriptionRequest,
    argument: string,
    queue: SubscriberQueue<T>,
  ): Promise<SubscriberQueue<T>> {
    try {
      const known = this.#feed.watchedCampaign(asked.sid);
      const campaign = known ?? (await this.#first.load(asked));
      if (!campaign) throw new InputError(argument, 'is not the sid of a campaign.');
      if (!known) this.#feed.baseline(campaign);
      return queue;
    } catch (error) {
      await queue.return();
      throw error;
    }
  }
}

/** Over plain HTTP there are none: those that come with it are for a router. */
function overOf({ transport }: RequestTrace): Transport {
  return transport === 'http' ? 'callback' : transport;
}
