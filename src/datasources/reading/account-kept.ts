import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type Window } from '../exotel/rows.js';
import { type AccountSharing } from './account-sharing.js';
import { maximumEntries, type ReadingBytes } from './bounds.js';
import { CachedReads } from './cached-reads.js';
import { type Freshness, messagesFreshMs } from './freshness.js';
import { type OnRead } from './read-observer.js';
import { type ReadingClock } from './reading-clock.js';
import { type Snapshot, snapshotsOf } from './snapshot.js';
import { campaignSidOf } from './window-keys.js';

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
