import DataLoader from 'dataloader';
import { ReadReport } from '../../datasources/cache/read-report.js';
import { type AccountReader } from '../../datasources/campaigns/account-reader.js';
import { InputError } from '../../domain/errors.js';
import { checkSid } from '../../domain/campaigns/sid.js';
import { type RequestTrace } from '../../domain/requests/request-trace.js';
import { type Campaign } from '../../schema/campaign.js';
import { type MessageStatusEvent } from '../../schema/message.js';
import { type ChangeFeed } from '../change-feed.js';
import { type SubscriberQueue } from './subscriber-queue.js';

/** Subscriptions that open within this time share one read: a window holds fifty campaigns. */
const batchWindowMs = 20;

/** A request to subscribe to a campaign. */
interface SubscriptionRequest {
  readonly sid: string;
  readonly trace: RequestTrace;
}

/** Opens subscriptions. The campaign is read once, so that later reads can be compared with it. */
export class Subscriptions {
  readonly #feed: ChangeFeed;
  readonly #baselines: DataLoader<SubscriptionRequest, Campaign | null>;

  constructor(feed: ChangeFeed, account: AccountReader) {
    this.#feed = feed;
    this.#baselines = new DataLoader(
      async (requests) => {
        const sids = [...new Set(requests.map(({ sid }) => sid))];
        // One call serves all of them; it belongs to the trace of the first request.
        const report = new ReadReport(requests[0]?.trace);
        const found = await account.campaigns(sids, { report, noCache: false });
        return requests.map(({ sid }) => found[sids.indexOf(sid)] ?? null);
      },
      { cache: false, batchScheduleFn: (read) => setTimeout(read, batchWindowMs) },
    );
  }

  /**
   * Subscribes to the changes of a campaign.
   * @param sendCurrent whether the first event is the campaign as a query would return it.
   * @throws InputError for a sid that the upstream does not have; UpstreamFailure if the campaign can't be read.
   */
  async campaignUpdated(
    sid: string,
    trace: RequestTrace,
    sendCurrent: boolean,
  ): Promise<SubscriberQueue<Campaign>> {
    checkSid(sid, 'sid');
    const queue = this.#feed.campaignChanges(sid, trace.transport);
    const campaign = await this.#open({ sid, trace }, 'sid', queue, sendCurrent);
    // A change that came meanwhile is in the queue, and newer.
    if (sendCurrent && queue.isEmpty) queue.push(this.#feed.watchedCampaign(sid) ?? campaign);
    return queue;
  }

  /** Subscribes to the status events of its messages. @throws InputError and UpstreamFailure as `campaignUpdated` does. */
  async messageStatusChanged(
    campaignSid: string,
    trace: RequestTrace,
  ): Promise<SubscriberQueue<MessageStatusEvent>> {
    checkSid(campaignSid, 'campaignSid');
    const queue = this.#feed.messageChanges(campaignSid, trace.transport);
    await this.#open({ sid: campaignSid, trace }, 'campaignSid', queue);
    return queue;
  }

  /**
   * Reads the campaign, unless it is watched. The queue exists before, so that it misses no change in between.
   * @param asQueried reads a watched campaign too, as a query does: it may have been polled a minute ago.
   */
  async #open<T>(
    request: SubscriptionRequest,
    argument: string,
    queue: SubscriberQueue<T>,
    asQueried = false,
  ): Promise<Campaign> {
    try {
      const known = this.#feed.watchedCampaign(request.sid);
      const campaign = known && !asQueried ? known : await this.#read(request, known);
      if (!campaign) throw new InputError(argument, 'is not the sid of a campaign.');
      if (!known) this.#feed.baseline(campaign);
      return campaign;
    } catch (error) {
      await queue.return();
      throw error;
    }
  }

  /** @param known the campaign as last published, which stands for a read that fails or does not find it. */
  async #read(request: SubscriptionRequest, known: Campaign | null | undefined): Promise<Campaign | null> {
    try {
      return (await this.#baselines.load(request)) ?? known ?? null;
    } catch (error) {
      if (known) return known;
      throw error;
    }
  }
}
