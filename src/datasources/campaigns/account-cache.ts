import { type Window } from '../../domain/page.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type OnRead } from '../cache/cache-entry.js';
import { plainText, windowText } from '../cache/entry-text.js';
import { type ReadingClock } from '../cache/hybrid-clock.js';
import { SharedReads } from '../cache/shared-tier.js';
import { CachedReads } from '../cache/stale-cache.js';
import { type SharedReadings } from '../state/shared-readings.js';
import { type Freshness, messagesFreshMs } from './freshness.js';
import { campaignSidOf, type Snapshot, snapshotsOf } from './windows.js';

/** What sharing an account's readings needs. */
export interface AccountSharingOptions {
  readonly store: SharedReadings;
  readonly clock: ReadingClock;
  readonly freshness: Freshness;
  /** How long to wait for what another gateway is reading. */
  readonly waitMs: number;
}

/** What a write names that may have changed every list. */
const lists = 'lists';
/** What a write names that may have changed a campaign and its messages. */
const scopeOf = (sid: string): string => `campaign:${sid}`;

/** What the gateways of an account tell each other of its campaigns: what was read, and what was written. */
export class AccountSharing {
  readonly snapshots: SharedReads<Snapshot>;
  readonly campaignWindows: SharedReads<Window<Campaign>>;
  readonly messageWindows: SharedReads<Window<Message>>;
  readonly #options: AccountSharingOptions;
  #told: Promise<void> = Promise.resolve();

  constructor(options: AccountSharingOptions) {
    const { freshness } = options;
    this.#options = options;
    this.snapshots = new SharedReads({
      ...options,
      kind: 'campaign',
      scopeOf,
      text: plainText<Snapshot>(),
      ttlMs: ({ campaign }) => (campaign ? freshness.oldestMs : freshness.unknownSidMs),
    });
    this.campaignWindows = new SharedReads({
      ...options,
      kind: 'campaigns',
      scopeOf: () => lists,
      text: windowText<Campaign>(),
      ttlMs: () => freshness.oldestMs,
    });
    this.messageWindows = new SharedReads({
      ...options,
      kind: 'messages',
      scopeOf: (key) => scopeOf(campaignSidOf(key)),
      text: windowText<Message>(),
      ttlMs: () => freshness.oldestMs,
    });
  }

  /** Resolves once whatever was told before this is known to the others, or can't be told. */
  get told(): Promise<void> {
    return this.#told;
  }

  /** Tells that a campaign is not what it was. */
  outdated(sid: string, order: number): void {
    this.#tell([scopeOf(sid)], order);
  }

  /** Tells that every list is to be read anew, and none from before to stand in. */
  listsForgotten(order: number): void {
    this.#tell([lists], order, { isForgotten: true });
  }

  /** Tells of a write, and what it answered. */
  wrote(sid: string, order: number, campaign: Campaign | undefined, readAtMs: number): void {
    this.#tell([scopeOf(sid), lists], order, {
      then: (marked) => {
        if (campaign) this.snapshots.share([[sid, { value: { campaign }, readAtMs, order: marked + 1 }]]);
      },
    });
  }

  #tell(
    scopes: readonly string[],
    order: number,
    { isForgotten = false, then }: { isForgotten?: boolean; then?: (marked: number) => void } = {},
  ): void {
    const { store, clock } = this.#options;
    this.#told = store.outdate(scopes, order, isForgotten).then((marked) => {
      if (marked === undefined) return;
      clock.heard(marked + 1);
      then?.(marked);
    });
  }
}

/** Bounds on the memory of what was read, in bytes. */
interface ReadingBytes {
  readonly campaigns: number;
  readonly campaignWindows: number;
  readonly messageWindows: number;
}

/** Bounds on the number of entries: an `LRUCache` takes memory for all of them when it is made. */
const maximumEntries = { campaigns: 20_000, campaignWindows: 500, messageWindows: 2_000 } as const;

/** How what is read of an account is kept. */
export interface AccountKeptOptions {
  readonly now: () => number;
  /** Numbers readings and writes. */
  readonly clock: ReadingClock;
  readonly isCacheOn: boolean;
  readonly freshness: Freshness;
  /** How much memory each kind may take. */
  readonly maximumBytes: ReadingBytes;
  /** Told of every campaign as it was read or written, unless something newer was told before. */
  readonly onSeen?: (campaign: Campaign, order: number) => void;
  /** Told of every read how it was answered. */
  readonly onRead?: OnRead;
}

/**
 * The three kinds of readings of an account: campaigns, windows of campaigns, whose rows are campaigns too, and windows of
 * messages, whose campaign says how long they are fresh.
 * @param sharing with the account's other gateways, where there are any.
 */
export function keepReadings(options: AccountKeptOptions, sharing: AccountSharing | undefined) {
  const { now, clock, isCacheOn, freshness, maximumBytes } = options;
  const shared = {
    now,
    clock,
    isOn: isCacheOn,
    patienceMs: freshness.patienceMs,
    oldestMs: () => freshness.oldestMs,
  };
  const snapshots = new CachedReads<Snapshot>({
    ...shared,
    maximumEntries: maximumEntries.campaigns,
    maximumBytes: maximumBytes.campaigns,
    onAnswered: (how) => options.onRead?.('campaign', how),
    shared: sharing?.snapshots,
    freshMs: ({ value: { campaign } }) =>
      campaign ? freshness.campaignMs[campaign.status] : freshness.unknownSidMs,
    oldestMs: ({ campaign }) => (campaign ? freshness.oldestMs : freshness.unknownSidMs),
    onKept: ({ value: { campaign }, order }) => {
      if (campaign) options.onSeen?.(campaign, order);
    },
  });
  const campaignWindows = new CachedReads<Window<Campaign>>({
    ...shared,
    maximumEntries: maximumEntries.campaignWindows,
    maximumBytes: maximumBytes.campaignWindows,
    onAnswered: (how) => options.onRead?.('campaigns', how),
    shared: sharing?.campaignWindows,
    freshMs: () => freshness.listMs,
    onKept: ({ value: { rows }, readAtMs, order }) => {
      for (const campaign of rows)
        if (!(campaign instanceof Error))
          snapshots.keep(campaign.sid, { value: { campaign }, readAtMs, order });
    },
    onFetched: (reading) => {
      sharing?.snapshots.share(snapshotsOf(reading));
    },
  });
  const messageWindows = new CachedReads<Window<Message>>({
    ...shared,
    maximumEntries: maximumEntries.messageWindows,
    maximumBytes: maximumBytes.messageWindows,
    onAnswered: (how) => options.onRead?.('messages', how),
    shared: sharing?.messageWindows,
    freshMs: ({ readAtMs }, key) => {
      const campaign = snapshots.peek(campaignSidOf(key))?.value.campaign;
      return messagesFreshMs(freshness, campaign ?? undefined, readAtMs);
    },
  });
  return { snapshots, campaignWindows, messageWindows };
}
