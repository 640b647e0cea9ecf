import DataLoader from 'dataloader';
import { type AccountReads } from '../datasources/reading/account-reads.js';
import { ReadReport } from '../datasources/reading/read-report.js';
import { InputError } from '../domain/errors.js';
import { type Campaign } from '../schema/campaign.js';
import { type MessageStatusEvent } from '../schema/message-status-event.js';
import { type ChangeFeed } from './change-feed.js';
import { type SubscriberQueue } from './subscriber-queue.js';

/** Subscribers that come together are one question: fifty campaigns are one window. */
const togetherMs = 20;

/** Lets clients in to the feed: each campaign is read once, to know what a change is a change from. */
export class Subscriptions {
  readonly #feed: ChangeFeed;
  readonly #first: DataLoader<string, Campaign | null>;

  constructor(feed: ChangeFeed, account: AccountReads) {
    this.#feed = feed;
    this.#first = new DataLoader(
      async (sids) => {
        const each = [...new Set(sids)];
        const found = await account.campaigns(each, { report: new ReadReport(), fresh: false });
        return sids.map((sid) => found[each.indexOf(sid)] ?? null);
      },
      { cache: false, batchScheduleFn: (read) => setTimeout(read, togetherMs) },
    );
  }

  /** @throws InputError for a sid that the upstream does not have; UpstreamFailure where that can't be told. */
  async campaignUpdated(sid: string): Promise<SubscriberQueue<Campaign>> {
    return this.#from(sid, 'sid', this.#feed.campaignChanges(sid));
  }

  /** @throws InputError and UpstreamFailure as above. */
  async messageStatusChanged(campaignSid: string): Promise<SubscriberQueue<MessageStatusEvent>> {
    return this.#from(campaignSid, 'campaignSid', this.#feed.messageChanges(campaignSid));
  }

  /** The queue is there before the campaign is read, so that nothing falls in between. */
  async #from<T>(sid: string, argument: string, queue: SubscriberQueue<T>): Promise<SubscriberQueue<T>> {
    try {
      const known = this.#feed.watchedCampaign(sid);
      const campaign = known ?? (await this.#first.load(sid));
      if (!campaign) throw new InputError(argument, 'is not the sid of a campaign.');
      if (!known) this.#feed.baseline(campaign);
      return queue;
    } catch (error) {
      await queue.return();
      if (error instanceof InputError && error.details['argument'] !== argument)
        throw new InputError(argument, 'is not the sid of a campaign.');
      throw error;
    }
  }
}
