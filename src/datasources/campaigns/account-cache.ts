import { type Window } from '../../domain/page.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type OnRead } from '../cache/cache-entry.js';
import { jsonSerializer, windowSerializer } from '../cache/entry-serializer.js';
import { type HybridClock } from '../cache/hybrid-clock.js';
import { SharedTier } from '../cache/shared-tier.js';
import { StaleCache } from '../cache/stale-cache.js';
import { type SharedTierStore } from '../state/shared-tier-store.js';
import { type Freshness, messagesFreshMs } from './freshness.js';
import { campaignSidOf, type Snapshot, snapshotsOf } from './windows.js';

/** What sharing an account's readings needs. */
export interface AccountSharedTierOptions {
  readonly store: SharedTierStore;
  readonly clock: HybridClock;
  readonly freshness: Freshness;
  /** How long to wait for what another gateway is reading. */
  readonly waitMs: number;
}

/** What a write names that may have changed every list. */
const lists = 'lists';
/** What a write names that may have changed a campaign and its messages. */
const scopeOf = (sid: string): string => `campaign:${sid}`;

/** What the gateways of an account tell each other of its campaigns: what was read, and what was written. */
export class AccountSharedTier {
  readonly snapshots: SharedTier<Snapshot>;
  readonly campaignWindows: SharedTier<Window<Campaign>>;
  readonly messageWindows: SharedTier<Window<Message>>;
  readonly #options: AccountSharedTierOptions;
  #told: Promise<void> = Promise.resolve();

  constructor(options: AccountSharedTierOptions) {
    const { freshness } = options;
    this.#options = options;
    this.snapshots = new SharedTier({
      ...options,
      kind: 'campaign',
      scopeOf,
      serializer: jsonSerializer<Snapshot>(),
      ttlMs: ({ campaign }) => (campaign ? freshness.maxStaleMs : freshness.unknownSidMs),
    });
    this.campaignWindows = new SharedTier({
      ...options,
      kind: 'campaigns',
      scopeOf: () => lists,
      serializer: windowSerializer<Campaign>(),
      ttlMs: () => freshness.maxStaleMs,
    });
    this.messageWindows = new SharedTier({
      ...options,
      kind: 'messages',
      scopeOf: (key) => scopeOf(campaignSidOf(key)),
      serializer: windowSerializer<Message>(),
      ttlMs: () => freshness.maxStaleMs,
    });
  }

  /** Resolves once whatever was told before this is known to the others, or can't be told. */
  get flushed(): Promise<void> {
    return this.#told;
  }

  /** Tells that a campaign is not what it was. */
  invalidateCampaign(sid: string, version: number): void {
    this.#tell([scopeOf(sid)], version);
  }

  /** Tells that every list is to be read anew, and none from before to stand in. */
  dropLists(version: number): void {
    this.#tell([lists], version, { isForgotten: true });
  }

  /** Tells of a write, and what it answered. */
  applyWrite(sid: string, version: number, campaign: Campaign | undefined, readAtMs: number): void {
    this.#tell([scopeOf(sid), lists], version, {
      then: (marked) => {
        if (campaign) this.snapshots.share([[sid, { value: { campaign }, readAtMs, version: marked + 1 }]]);
      },
    });
  }

  #tell(
    scopes: readonly string[],
    version: number,
    { isForgotten = false, then }: { isForgotten?: boolean; then?: (marked: number) => void } = {},
  ): void {
    const { store, clock } = this.#options;
    this.#told = store.invalidate(scopes, version, isForgotten).then((marked) => {
      if (marked === undefined) return;
      clock.observe(marked + 1);
      then?.(marked);
    });
  }
}

/** Bounds on the memory of what was read, in bytes. */
interface CacheBytes {
  readonly campaigns: number;
  readonly campaignWindows: number;
  readonly messageWindows: number;
}

/** Bounds on the number of entries: an `LRUCache` takes memory for all of them when it is made. */
const maximumEntries = { campaigns: 20_000, campaignWindows: 500, messageWindows: 2_000 } as const;

/** How what is read of an account is kept. */
export interface AccountCacheOptions {
  readonly now: () => number;
  /** Numbers readings and writes. */
  readonly clock: HybridClock;
  readonly isCacheOn: boolean;
  readonly freshness: Freshness;
  /** How much memory each kind may take. */
  readonly maximumBytes: CacheBytes;
  /** Told of every campaign as it was read or written, unless something newer was told before. */
  readonly onCampaign?: (campaign: Campaign, version: number) => void;
  /** Told of every read how it was answered. */
  readonly onRead?: OnRead;
}

/**
 * The three kinds of readings of an account: campaigns, windows of campaigns, whose rows are campaigns too, and windows of
 * messages, whose campaign says how long they are fresh.
 * @param sharing with the account's other gateways, where there are any.
 */
export function createAccountCache(options: AccountCacheOptions, sharing: AccountSharedTier | undefined) {
  const { now, clock, isCacheOn, freshness, maximumBytes } = options;
  const shared = {
    now,
    clock,
    isEnabled: isCacheOn,
    softTimeoutMs: freshness.softTimeoutMs,
    maxStaleMs: () => freshness.maxStaleMs,
  };
  const snapshots = new StaleCache<Snapshot>({
    ...shared,
    maximumEntries: maximumEntries.campaigns,
    maximumBytes: maximumBytes.campaigns,
    onRead: (how) => options.onRead?.('campaign', how),
    shared: sharing?.snapshots,
    freshMs: ({ value: { campaign } }) =>
      campaign ? freshness.campaignMs[campaign.status] : freshness.unknownSidMs,
    maxStaleMs: ({ campaign }) => (campaign ? freshness.maxStaleMs : freshness.unknownSidMs),
    onNewer: ({ value: { campaign }, version }) => {
      if (campaign) options.onCampaign?.(campaign, version);
    },
  });
  const campaignWindows = new StaleCache<Window<Campaign>>({
    ...shared,
    maximumEntries: maximumEntries.campaignWindows,
    maximumBytes: maximumBytes.campaignWindows,
    onRead: (how) => options.onRead?.('campaigns', how),
    shared: sharing?.campaignWindows,
    freshMs: () => freshness.listMs,
    onNewer: ({ value: { rows }, readAtMs, version }) => {
      for (const campaign of rows)
        if (!(campaign instanceof Error))
          snapshots.set(campaign.sid, { value: { campaign }, readAtMs, version });
    },
    onFetched: (reading) => {
      sharing?.snapshots.share(snapshotsOf(reading));
    },
  });
  const messageWindows = new StaleCache<Window<Message>>({
    ...shared,
    maximumEntries: maximumEntries.messageWindows,
    maximumBytes: maximumBytes.messageWindows,
    onRead: (how) => options.onRead?.('messages', how),
    shared: sharing?.messageWindows,
    freshMs: ({ readAtMs }, key) => {
      const campaign = snapshots.peek(campaignSidOf(key))?.value.campaign;
      return messagesFreshMs(freshness, campaign ?? undefined, readAtMs);
    },
  });
  return { snapshots, campaignWindows, messageWindows };
}
