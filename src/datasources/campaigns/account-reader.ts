import { readable, type Slice, type Window } from '../../domain/page.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type CacheEntry, type OnRead, type ReadOptions } from '../cache/cache-entry.js';
import { type HybridClock } from '../cache/hybrid-clock.js';
import { type SharedTierOptions } from '../cache/shared-tier.js';
import { StaleCache } from '../cache/stale-cache.js';
import { type ExotelClient } from '../exotel/client.js';
import { PageMaximum } from '../paging/slicing.js';
import { CampaignLoader } from './campaign-loader.js';
import { type Freshness } from './freshness.js';
import { type CampaignListRef, campaignSidOf, type MessageListRef, windowKey } from './list-identity.js';
import {
  campaignResource,
  campaignScope,
  campaignWindowResource,
  listScope,
  messageWindowResource,
  type Snapshot,
  snapshotsOf,
  type WindowParams,
} from './resources.js';
import { SharedInvalidation } from './shared-invalidation.js';

/** Bounds on the memory of the cached resources, in bytes. */
interface CacheBytes {
  readonly campaigns: number;
  readonly campaignWindows: number;
  readonly messageWindows: number;
}

/** Options of the reader. */
export interface AccountReaderOptions {
  readonly client: ExotelClient;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Gives versions to reads and writes. */
  readonly clock: HybridClock;
  readonly isCacheOn: boolean;
  readonly freshness: Freshness;
  readonly maximumBytes: CacheBytes;
  /** Upstream calls that a batch of campaigns may need beside the newest window. */
  readonly batchCalls: number;
  /** The shared tier; undefined for the only instance of the account. */
  readonly shared?: SharedTierOptions | undefined;
  /** Called with each campaign that was read or written, unless a newer version was reported before. */
  readonly onCampaign?: (campaign: Campaign, version: number) => void;
  /** Called once for each read that was answered. */
  readonly onRead?: OnRead;
  /** Called with each write that may have changed a campaign and every list; null: the lists alone. */
  readonly onWrite?: (sid: string | null) => void;
}

/** Reads of the account, cached for all requests of the process. */
export class AccountReader {
  readonly maximum: { readonly campaigns: PageMaximum; readonly messages: PageMaximum };
  readonly #options: AccountReaderOptions;
  readonly #snapshots: StaleCache<string, Snapshot>;
  readonly #campaignWindows: StaleCache<WindowParams<CampaignListRef>, Window<Campaign>>;
  readonly #messageWindows: StaleCache<WindowParams<MessageListRef>, Window<Message>>;
  readonly #loader: CampaignLoader;
  readonly #sharedInvalidation: SharedInvalidation | undefined;

  constructor(options: AccountReaderOptions) {
    const { client, clock, freshness, isCacheOn, maximumBytes, now, onCampaign, shared } = options;
    const { softTimeoutMs } = freshness;
    const cacheOptions = { now, clock, isEnabled: isCacheOn, softTimeoutMs, shared, onRead: options.onRead };
    this.#options = options;
    this.maximum = { campaigns: new PageMaximum(now), messages: new PageMaximum(now) };
    this.#sharedInvalidation = shared && new SharedInvalidation(shared.store, clock);
    this.#snapshots = new StaleCache(campaignResource(client, freshness), {
      ...cacheOptions,
      maximumBytes: maximumBytes.campaigns,
      onNewer: ({ value: { campaign }, version }) => {
        if (campaign) onCampaign?.(campaign, version);
      },
    });
    this.#campaignWindows = new StaleCache(campaignWindowResource(client, freshness), {
      ...cacheOptions,
      maximumBytes: maximumBytes.campaignWindows,
      onNewer: ({ value: { rows }, readAtMs, version }) => {
        for (const campaign of rows.map(readable))
          if (campaign) this.#snapshots.set(campaign.sid, { value: { campaign }, readAtMs, version });
      },
      onFetched: (entry) => {
        if (shared) this.#snapshots.share(snapshotsOf(entry));
      },
    });
    const messageWindows = messageWindowResource(client, freshness, (sid) => this.cached(sid));
    this.#messageWindows = new StaleCache(messageWindows, {
      ...cacheOptions,
      maximumBytes: maximumBytes.messageWindows,
    });
    this.#loader = new CampaignLoader({
      snapshots: this.#snapshots,
      windows: this.#campaignWindows,
      maximum: this.maximum.campaigns,
      batchCalls: options.batchCalls,
      isCacheOn,
    });
  }

  /** False if every request reads for itself (`CACHE=off`). */
  get isCacheOn(): boolean {
    return this.#options.isCacheOn;
  }

  /** Number of entries and estimated bytes of each cached resource. */
  get sizes() {
    return {
      snapshots: this.#snapshots.size,
      campaignWindows: this.#campaignWindows.size,
      messageWindows: this.#messageWindows.size,
    };
  }

  /** One campaign by its sid; null if the upstream has none with this sid. */
  campaign(sid: string, options: ReadOptions): Promise<Campaign | null> {
    return this.#loader.load(sid, options);
  }

  /**
   * Campaigns by their sids, as one batch.
   * @returns for each sid the campaign, null if the upstream has none with this sid, or the error of its read.
   */
  async campaigns(sids: readonly string[], options: ReadOptions): Promise<(Campaign | null | Error)[]> {
    if (this.#sharedInvalidation && sids.length > 1) await this.#loadShared(sids);
    return this.#loader.loadBatch(sids, options);
  }

  /** A window of a list of campaigns. */
  campaignWindow(
    list: CampaignListRef,
    slice: Slice,
    options: ReadOptions,
  ): Promise<CacheEntry<Window<Campaign>>> {
    return this.#campaignWindows.read({ list, slice }, options);
  }

  /** A window of a campaign's messages. */
  messageWindow(
    list: MessageListRef,
    slice: Slice,
    options: ReadOptions,
  ): Promise<CacheEntry<Window<Message>>> {
    const read = () => this.#messageWindows.read({ list, slice }, options);
    // The freshness of messages depends on the status of their campaign.
    const needsCampaign =
      this.#sharedInvalidation &&
      !this.#messageWindows.fresh(windowKey(list, slice)) &&
      !this.cached(list.sid);
    return needsCampaign ? this.#loadShared([list.sid]).then(read) : read();
  }

  /** Reads the newest window of campaigns: one call for up to fifty campaigns. */
  newestWindow(options: ReadOptions): Promise<void> {
    return this.#loader.loadNewestWindow(options);
  }

  /** A campaign if it is cached, fresh or stale. */
  cached(sid: string): Campaign | undefined {
    return this.#snapshots.peek(sid)?.value.campaign ?? undefined;
  }

  /** Invalidates a campaign and its messages, for all instances. */
  invalidate(sid: string): void {
    this.#invalidateHere(sid);
    this.#sharedInvalidation?.invalidate([campaignScope(sid)]);
  }

  /** Drops every window of campaigns, so that none is served as a stale entry, for all instances. */
  dropLists(): void {
    this.#campaignWindows.clear();
    this.#sharedInvalidation?.invalidate([listScope], { isDropped: true });
    this.#options.onWrite?.(null);
  }

  /**
   * Applies a write of this instance: it may have changed a campaign and every list.
   * @param campaign as the write has returned it; undefined if the write did not return all of it.
   */
  applyWrite(sid: string, campaign?: Campaign): void {
    const { clock, onWrite, now } = this.#options;
    this.applyRemoteWrite(sid);
    onWrite?.(sid);
    // Taken after that of the announcement: the peers ignore campaigns that are older than the announced write.
    const version = clock.next();
    if (campaign) this.#snapshots.setWritten(sid, { campaign }, version);
    const readAtMs = now();
    const onWritten = (nextVersion: number): void => {
      if (campaign) this.#snapshots.share([[sid, { value: { campaign }, readAtMs, version: nextVersion }]]);
    };
    this.#sharedInvalidation?.invalidate([campaignScope(sid), listScope], { onWritten }, version);
  }

  /** Resolves once all writes and invalidations so far are visible to all instances, or can't be made so. */
  get flushed(): Promise<void> | undefined {
    return this.#sharedInvalidation?.flushed;
  }

  /** Applies a write of another instance: it may have changed a campaign and every list; null: it dropped the lists. */
  applyRemoteWrite(sid: string | null): void {
    if (sid === null) this.#campaignWindows.clear();
    else {
      this.#campaignWindows.invalidate();
      this.#invalidateHere(sid);
    }
  }

  /** Caches a campaign that another instance has read, unless a newer version is cached. */
  applyRemoteRead(campaign: Campaign, version: number): void {
    const readAtMs = Date.parse(campaign.fetchedAt);
    this.#snapshots.set(campaign.sid, { value: { campaign }, readAtMs, version });
  }

  /** Takes over campaigns from the shared tier that are not fresh here. */
  async #loadShared(sids: readonly string[]): Promise<void> {
    if (!this.#options.isCacheOn) return;
    await this.#snapshots.loadShared(sids.filter((sid) => !this.#snapshots.fresh(sid)));
  }

  #invalidateHere(sid: string): void {
    this.#messageWindows.invalidate((key) => campaignSidOf(key) === sid);
    this.#snapshots.invalidate((key) => key === sid);
  }
}
