import { type CampaignQuery, type MessageQuery } from '../../domain/list-query.js';
import { type Slice, type Window } from '../../domain/page.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type CacheEntry, type ReadOptions } from '../cache/cache-entry.js';
import { type StaleCache } from '../cache/stale-cache.js';
import { type ExotelClient } from '../exotel/client.js';
import { PageMaximum } from '../paging/slicing.js';
import { type SharedTierStore } from '../state/shared-tier-store.js';
import { type AccountCacheOptions, AccountSharedTier, createAccountCache } from './account-cache.js';
import { CampaignLoader } from './campaign-loader.js';
import { campaignSidOf, campaignWindowKey, messageWindowKey, type Snapshot } from './windows.js';

/** What reading an account needs. */
export interface AccountReaderOptions extends AccountCacheOptions {
  readonly client: ExotelClient;
  /** How many calls a batch of campaigns may need beside that for the newest window. */
  readonly batchCalls: number;
  /** What the account's other gateways have read; undefined where there are none. */
  readonly shared?: { readonly store: SharedTierStore; readonly waitMs: number } | undefined;
  /** Told of every write that may have changed a campaign, and every list; null: the lists alone. */
  readonly onWrite?: (sid: string | null) => void;
}

/** Everything that the process has read of the account, for all requests together. */
export class AccountReader {
  readonly maximum: { readonly campaigns: PageMaximum; readonly messages: PageMaximum };
  readonly #options: AccountReaderOptions;
  readonly #snapshots: StaleCache<Snapshot>;
  readonly #campaignWindows: StaleCache<Window<Campaign>>;
  readonly #messageWindows: StaleCache<Window<Message>>;
  readonly #campaigns: CampaignLoader;
  readonly #sharing: AccountSharedTier | undefined;

  constructor(options: AccountReaderOptions) {
    const { clock, freshness, isCacheOn } = options;
    this.#options = options;
    this.maximum = { campaigns: new PageMaximum(options.now), messages: new PageMaximum(options.now) };
    this.#sharing = options.shared && new AccountSharedTier({ ...options.shared, clock, freshness });
    const kept = createAccountCache(options, this.#sharing);
    this.#snapshots = kept.snapshots;
    this.#campaignWindows = kept.campaignWindows;
    this.#messageWindows = kept.messageWindows;
    this.#campaigns = new CampaignLoader({
      client: options.client,
      snapshots: this.#snapshots,
      windows: this.#campaignWindows,
      readWindow: (query, slice, wish) => this.campaignWindow(query, slice, wish),
      maximum: this.maximum.campaigns,
      batchCalls: options.batchCalls,
      isCacheOn,
    });
  }

  /** True where what one request reads is there for the next. */
  get isCacheOn(): boolean {
    return this.#options.isCacheOn;
  }

  /** How much is kept, roughly. */
  get sizes() {
    return {
      snapshots: this.#snapshots.size,
      campaignWindows: this.#campaignWindows.size,
      messageWindows: this.#messageWindows.size,
    };
  }

  /** One campaign by its sid; null for one that the upstream does not have. */
  campaign(sid: string, wish: ReadOptions): Promise<Campaign | null> {
    return this.#campaigns.one(sid, wish);
  }

  /**
   * Campaigns by their sids, as one batch.
   * @returns for each sid the campaign, null for one that the upstream does not have, or why it can't be read.
   */
  async campaigns(sids: readonly string[], wish: ReadOptions): Promise<(Campaign | null | Error)[]> {
    if (this.#sharing && sids.length > 1) await this.#findElsewhere(sids);
    return this.#campaigns.batch(sids, wish);
  }

  /** A window of a list of campaigns. */
  campaignWindow(
    query: CampaignQuery,
    slice: Slice,
    wish: ReadOptions,
  ): Promise<CacheEntry<Window<Campaign>>> {
    return this.#campaignWindows.read(campaignWindowKey(query, slice), wish, (call) =>
      this.#options.client.listCampaigns(query, slice, call),
    );
  }

  /** A window of a campaign's messages. */
  messageWindow(
    sid: string,
    query: MessageQuery,
    slice: Slice,
    wish: ReadOptions,
  ): Promise<CacheEntry<Window<Message>>> {
    const key = messageWindowKey(sid, query, slice);
    const read = () =>
      this.#messageWindows.read(key, wish, (call) =>
        this.#options.client.listMessages(sid, query, slice, call),
      );
    // How long messages are fresh is for their campaign to say.
    return this.#sharing && !this.#messageWindows.fresh(key) && !this.cached(sid)
      ? this.#findElsewhere([sid]).then(read)
      : read();
  }

  /** The newest window: fifty campaigns for the price of one. */
  newestWindow(wish: ReadOptions): Promise<void> {
    return this.#campaigns.newestWindow(wish);
  }

  /** A campaign as it was read last, where that is not too long ago. */
  cached(sid: string): Campaign | undefined {
    return this.#snapshots.peek(sid)?.value.campaign ?? undefined;
  }

  /** Something says that a campaign and its messages are not what they were: the next read asks anew. */
  invalidate(sid: string): void {
    this.#outdateHere(sid);
    this.#sharing?.invalidateCampaign(sid, this.#options.clock.next());
  }

  /** Drops every window of campaigns, so that none stands in for a new one. */
  dropLists(): void {
    this.#campaignWindows.clear();
    this.#sharing?.dropLists(this.#options.clock.next());
    this.#options.onWrite?.(null);
  }

  /** A write may have changed this campaign, and every list; what it answered is the campaign as it is now. */
  applyWrite(sid: string, campaign?: Campaign): void {
    const { clock, onWrite: onWrote, now } = this.#options;
    this.applyRemoteWrite(sid);
    onWrote?.(sid);
    const version = clock.next(); // after that of the news: what is older than the news is none
    if (campaign) this.#snapshots.replace(sid, { campaign }, version);
    this.#sharing?.applyWrite(sid, version, campaign, now());
  }

  /** Resolves once what was written or outdated here is so for every gateway, or can't be told to them. */
  get flushed(): Promise<void> | undefined {
    return this.#sharing?.flushed;
  }

  /** Another gateway's write may have changed this campaign, and every list; null: it has dropped the lists. */
  applyRemoteWrite(sid: string | null): void {
    if (sid === null) this.#campaignWindows.clear();
    else {
      this.#campaignWindows.invalidate();
      this.#outdateHere(sid);
    }
  }

  /** Takes a campaign as another gateway has read it, unless something newer is kept. */
  applyRemoteRead(campaign: Campaign, version: number): void {
    this.#snapshots.set(campaign.sid, {
      value: { campaign },
      readAtMs: Date.parse(campaign.fetchedAt),
      version,
    });
  }

  async #findElsewhere(sids: readonly string[]): Promise<void> {
    if (!this.#options.isCacheOn) return;
    await this.#snapshots.loadShared(sids.filter((sid) => !this.#snapshots.fresh(sid)));
  }

  #outdateHere(sid: string): void {
    this.#messageWindows.invalidate((key) => campaignSidOf(key) === sid);
    this.#snapshots.invalidate((key) => key === sid);
  }
}
