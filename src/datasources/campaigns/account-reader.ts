import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { entryLimit } from '../../domain/entry-size.js';
import { type Slice, type Window } from '../../domain/lists/page.js';
import { failedBecause, UpstreamFailure } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type CacheEntry, type ReadOptions } from '../cache/cache-entry.js';
import { type HybridClock } from '../cache/hybrid-clock.js';
import { type SharedTierOptions } from '../cache/shared-tier.js';
import { StaleCache } from '../cache/stale-cache.js';
import { type ExotelClient } from '../exotel/client.js';
import { type LargeRead } from '../paging/large-read.js';
import { PageMaximum, type SharedPages } from '../paging/page-maximum.js';
import { CampaignLoader } from './campaign-loader.js';
import { type Freshness } from './freshness.js';
import { LatestSlices } from './latest-slices.js';
import { type CampaignListRef, campaignSidOf, type MessageListRef, windowKey } from './list-identity.js';
import {
  type AccountEvent,
  campaignResource,
  campaignScope,
  type CampaignWindowCache,
  campaignWindowResource,
  listScope,
  type MessageWindowCache,
  messageWindowResource,
  lagsBehind,
  type SnapshotCache,
  snapshotsOf,
  type WindowParams,
} from './resources.js';
import { type WriteInFlight, WritesInFlight } from './writes-in-flight.js';
import { type ReadCampaignWindow } from './window-search.js';

/** Bounds on the memory of the cached resources, in bytes. */
interface CacheBytes {
  readonly campaigns: number;
  readonly campaignWindows: number;
  readonly messageWindows: number;
}

/** Options of the reader. */
interface AccountReaderOptions {
  readonly client: ExotelClient;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Gives versions to reads and writes. */
  readonly clock: HybridClock;
  readonly isCacheOn: boolean;
  readonly freshness: Freshness;
  readonly maximumBytes: CacheBytes;
  /** Upstream calls that a batch of campaigns may need besides the one for the newest window. */
  readonly batchCalls: number;
  /** The most rows that a call for messages may ask for. */
  readonly maximumPageRows?: number;
  /** What instances share about larger pages; undefined for the only instance of the account. */
  readonly sharedPages?: SharedPages | undefined;
  /** The shared tier; undefined for the only instance of the account. */
  readonly shared?: SharedTierOptions | undefined;
}

/** Bound on remembered invalidations: more than callbacks can cause while one window is read. */
const rememberedInvalidations = 2000;

/** Reads of the account, cached for all requests of the process. */
export class AccountReader {
  readonly maximum: { readonly campaigns: PageMaximum; readonly messages: PageMaximum };
  /** The latest slices of the lists. */
  readonly latest: { readonly campaigns: LatestSlices; readonly messages: LatestSlices };
  readonly #options: AccountReaderOptions;
  readonly #snapshots: SnapshotCache;
  readonly #campaignWindows: CampaignWindowCache;
  readonly #messageWindows: MessageWindowCache;
  readonly #loader: CampaignLoader;
  readonly #writes = new WritesInFlight();
  /** Versions of the latest invalidations of single campaigns: rows of windows whose reads began before are outdated. */
  readonly #invalidated = new LRUCache<string, number>(entryLimit(rememberedInvalidations));
  readonly #listeners: ((event: AccountEvent) => void)[] = [];
  #flushed: Promise<unknown> | undefined;
  /** Number of invalidations so far. */
  #epoch = 0;

  constructor(options: AccountReaderOptions) {
    const { client, clock, freshness, isCacheOn, maximumBytes, now, shared } = options;
    const { softTimeoutMs } = freshness;
    const emit = this.#emit.bind(this);
    const cacheOptions = { now, clock, isEnabled: isCacheOn, softTimeoutMs, shared, emit };
    this.#options = options;
    this.maximum = {
      campaigns: new PageMaximum(now),
      messages: new PageMaximum(now, options.maximumPageRows, options.sharedPages),
    };
    this.#snapshots = new StaleCache(campaignResource(client, freshness), {
      ...cacheOptions,
      maximumBytes: maximumBytes.campaigns,
    });
    this.#campaignWindows = new StaleCache(campaignWindowResource(client, freshness), {
      ...cacheOptions,
      maximumBytes: maximumBytes.campaignWindows,
    });
    const messageWindows = messageWindowResource(client, freshness, (sid) => this.cached(sid), {
      maximum: this.maximum.messages,
      epoch: () => this.#epoch,
      freshTotal: (list) => this.latest.messages.freshTotal(list),
    });
    this.#messageWindows = new StaleCache(messageWindows, {
      ...cacheOptions,
      maximumBytes: maximumBytes.messageWindows,
    });
    this.latest = {
      campaigns: new LatestSlices(this.#campaignWindows, now),
      messages: new LatestSlices(this.#messageWindows, now),
    };
    this.#loader = new CampaignLoader({
      snapshots: this.#snapshots,
      windows: this.#campaignWindows,
      maximum: this.maximum.campaigns,
      batchCalls: options.batchCalls,
      isCacheOn,
    });
  }

  /** Subscribes to the events of the account. */
  subscribe(listener: (event: AccountEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** False if every request reads for itself (`CACHE=off`). */
  get isCacheOn(): boolean {
    return this.#options.isCacheOn;
  }

  /** Number of entries and estimated bytes of each cached resource. */
  get sizes() {
    return {
      campaign: this.#snapshots.size,
      campaigns: this.#campaignWindows.size,
      messages: this.#messageWindows.size,
    };
  }

  /** One campaign by its sid; null if the upstream has none with this sid. */
  campaign(sid: string, options: ReadOptions): Promise<Campaign | null> {
    return this.#loader.load(sid, options);
  }

  /**
   * Campaigns by their sids, as one batch.
   * @param readWindow reads the windows that may have them; by default from the cache.
   * @returns for each sid the campaign, null if the upstream has none with this sid, or the error of its read.
   */
  async campaigns(
    sids: readonly string[],
    options: ReadOptions,
    readWindow?: ReadCampaignWindow,
  ): Promise<(Campaign | null | Error)[]> {
    if (this.#options.shared && sids.length > 1) await this.#loadShared(sids);
    return this.#loader.loadBatch(sids, options, readWindow);
  }

  /** A window of a list of campaigns. */
  campaignWindow(
    list: CampaignListRef,
    slice: Slice,
    options: ReadOptions,
  ): Promise<CacheEntry<Window<Campaign>>> {
    return this.latest.campaigns.remember(list, slice, this.#campaignWindows.read({ list, slice }, options));
  }

  /** A window of a campaign's messages. @throws UpstreamFailure `notFound` for an unknown sid. */
  messageWindow(
    list: MessageListRef,
    slice: Slice,
    options: ReadOptions,
    large?: LargeRead,
  ): Promise<CacheEntry<Window<Message>>> {
    const needsNew = options.noCache || options.refetch !== undefined;
    const isFresh = !needsNew && this.#messageWindows.fresh(windowKey(list, slice)) !== undefined;
    const params = { list, slice, large };
    const read = isFresh
      ? this.#messageWindows.read(params, options)
      : this.#readMessages(params, options, needsNew);
    return this.latest.messages.remember(list, slice, read);
  }

  /** Reads messages, unless their campaign is known not to exist; and remembers if it does not. */
  async #readMessages(params: WindowParams<MessageListRef>, options: ReadOptions, needsNew: boolean) {
    const { sid } = params.list;
    // The freshness of messages depends on the status of their campaign.
    if (this.#options.shared && !this.cached(sid)) await this.#loadShared([sid]);
    if (!needsNew && this.#snapshots.fresh(sid)?.value.campaign === null) {
      await this.#snapshots.read(sid, options); // for the report
      throw new UpstreamFailure('notFound', { sid });
    }
    const ended = this.#snapshots.observe(sid);
    try {
      const entry = await this.#messageWindows.read(params, options);
      ended();
      const known = this.#snapshots.peek(sid);
      if (known?.value.campaign === null && known.version < entry.version)
        this.#snapshots.invalidate((key) => key === sid);
      return entry;
    } catch (error) {
      ended(failedBecause(error, 'notFound') && !this.cached(sid) ? { campaign: null } : undefined);
      throw error;
    }
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
    this.#invalidated.set(sid, this.#options.clock.next());
    this.#invalidateHere(sid);
    void this.#invalidateShared([campaignScope(sid)]);
    this.#emit({ type: 'invalidated', sid });
  }

  /** Drops all cached windows to free their memory. */
  evictWindows(): void {
    for (const windows of [this.#campaignWindows, this.#messageWindows]) windows.clear();
  }

  /** Drops every window of campaigns, so that none is served as a stale entry, for all instances. */
  dropLists(): void {
    this.#campaignWindows.clear();
    this.#flushed = this.#invalidateShared([listScope], { isDropped: true });
    this.#emit({ type: 'written', sid: null, isOverlapped: false });
  }

  /**
   * Sends a write of a campaign, and finds out its outcome. The write is in flight until all instances can see it.
   * @param send gets the write, which `applyWrite` needs.
   */
  write<T>(sid: string, send: (write: WriteInFlight) => Promise<T>): Promise<T> {
    return this.#writes.run(sid, async (write) => {
      try {
        return await send(write);
      } finally {
        await this.#flushed;
      }
    });
  }

  /**
   * Applies a write of this instance: it may have changed a campaign and every list.
   * @param answer the campaign as the write has returned it; undefined if the write did not return all of it.
   */
  applyWrite(sid: string, answer?: Campaign, write?: WriteInFlight): void {
    const { clock, now } = this.#options;
    const isOverlapped = write?.isOverlapped === true;
    this.#applyWrite(sid, write);
    this.#emit({ type: 'written', sid, isOverlapped });
    const campaign = isOverlapped ? undefined : answer;
    const written = campaign && { value: { campaign }, readAtMs: now() };
    // Greater than the version of the announcement: peers ignore campaigns that are older than the announced write.
    const version = clock.next();
    const invalidated = this.#invalidateShared([campaignScope(sid), listScope], { version });
    if (!invalidated && written) this.#snapshots.set(sid, { ...written, version });
    this.#flushed = invalidated?.then(async (nextVersion) => {
      // After this turn of the event loop, all that other instances announced before this write was shared has arrived.
      await setImmediate();
      const isOutdated = write?.isOverlapped === true;
      if (isOutdated) this.#invalidateHere(sid);
      if (nextVersion === undefined || isOutdated) this.#emit({ type: 'uncertain', sid, since: nextVersion });
      if (!written || isOutdated) return;
      const snapshot = { ...written, version: nextVersion ?? version };
      this.#snapshots.set(sid, snapshot);
      if (nextVersion !== undefined) this.#snapshots.share([[sid, snapshot]]);
    });
  }

  /** Resolves once all writes and invalidations so far are visible to all instances, or can't be made so. */
  get flushed(): Promise<unknown> | undefined {
    return this.#flushed;
  }

  /** Applies a write of another instance: it may have changed a campaign and every list; null: it dropped the lists. */
  applyRemoteWrite(sid: string | null): void {
    if (sid === null) this.#campaignWindows.clear();
    else this.#applyWrite(sid);
  }

  /** Caches a campaign that another instance has read, unless a newer version is cached. */
  applyRemoteRead(campaign: Campaign, version: number): void {
    const readAtMs = Date.parse(campaign.fetchedAt) + (this.#options.shared?.aheadMs() ?? 0);
    this.#snapshots.set(campaign.sid, { value: { campaign }, readAtMs, version });
  }

  #applyWrite(sid: string, write?: WriteInFlight): void {
    this.#campaignWindows.invalidate();
    this.#invalidateHere(sid);
    this.#writes.written(sid, write);
  }

  /** Takes over campaigns from the shared tier that are not fresh here. */
  async #loadShared(sids: readonly string[]): Promise<void> {
    if (!this.#options.isCacheOn) return;
    await this.#snapshots.loadShared(sids.filter((sid) => !this.#snapshots.fresh(sid)));
  }

  /** Passes an event on, after the rows of a window have become entries of their own. */
  #emit(event: AccountEvent): void {
    if (event.type === 'updated' && event.resource === 'campaigns') {
      const snapshots = snapshotsOf(event.entry).filter(
        ([sid, { version, value }]) =>
          version > (this.#invalidated.get(sid) ?? -1) &&
          !(this.#options.isCacheOn && lagsBehind(value.campaign, this.cached(sid))),
      );
      for (const [sid, snapshot] of snapshots) this.#snapshots.set(sid, snapshot);
      if (event.isFetched) this.#snapshots.share(snapshots);
    }
    if (event.type === 'updated' && event.resource === 'campaign')
      if (event.entry.value.campaign) this.#writes.read(event.entry.value.campaign.sid);
    for (const listener of this.#listeners) listener(event);
  }

  /**
   * Invalidates entries of the shared tier after a write of this instance.
   * @param options `isDropped`: they must not be served as stale entries either.
   * @returns the version of the first entries that do not predate the write; undefined if the shared state does not answer.
   */
  #invalidateShared(
    scopes: readonly string[],
    options: { readonly isDropped?: boolean; readonly version?: number } = {},
  ): Promise<number | undefined> | undefined {
    const { clock, shared } = this.#options;
    const { isDropped, version = clock.next() } = options;
    return shared?.store.invalidate(scopes, version, isDropped).then((known) => {
      if (known === undefined) return undefined;
      clock.observe(known + 1);
      return known + 1;
    });
  }

  #invalidateHere(sid: string): void {
    this.#epoch += 1;
    this.#messageWindows.invalidate((key) => campaignSidOf(key) === sid);
    this.#snapshots.invalidate((key) => key === sid);
  }
}
