import { isBackwards } from '../../domain/campaigns/lifecycle.js';
import { readable, type Slice, UnreadPart, type Window } from '../../domain/lists/page.js';
import { nullIfNotFound } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type CachedResource, type CacheEntry, type CacheEvent } from '../cache/cache-entry.js';
import { isCampaign, isMessage, jsonSerializer, windowSerializer } from '../cache/entry-serializer.js';
import { type StaleCache } from '../cache/stale-cache.js';
import { type ExotelClient } from '../exotel/client.js';
import { type LargeRead } from '../paging/large-read.js';
import { type PageMaximum } from '../paging/page-maximum.js';
import { type Freshness, messagesFreshMs } from './freshness.js';
import { type CampaignListRef, campaignSidOf, type MessageListRef, windowKey } from './list-identity.js';

/** A campaign as one read showed it; null if the upstream has no campaign with this sid. */
interface Snapshot {
  readonly campaign: Campaign | null;
}

function isSnapshot(value: unknown): value is Snapshot {
  if (typeof value !== 'object' || value === null || !('campaign' in value)) return false;
  return value.campaign === null || isCampaign(value.campaign);
}

/** Parameters of a read of a window. */
export interface WindowParams<ListRef> {
  readonly list: ListRef;
  readonly slice: Slice;
  /** The call that reads the window together with its neighbours, if there is one. */
  readonly large?: LargeRead | undefined;
}

/** The caches of the account. */
export type SnapshotCache = StaleCache<string, Snapshot, 'campaign'>;
export type CampaignWindowCache = StaleCache<WindowParams<CampaignListRef>, Window<Campaign>, 'campaigns'>;
export type MessageWindowCache = StaleCache<WindowParams<MessageListRef>, Window<Message>, 'messages'>;

/** Event of the account: of one of its caches, or a write of this instance. */
export type AccountEvent =
  | CacheEvent<'campaign', Snapshot>
  | CacheEvent<'campaigns', Window<Campaign>>
  | CacheEvent<'messages', Window<Message>>
  /**
   * The write may have changed a campaign and every list; null: it has dropped the lists. `isOverlapped`: only another read shows
   * the state of the campaign.
   */
  | { readonly type: 'written'; readonly sid: string | null; readonly isOverlapped: boolean }
  /**
   * The state of a campaign after a write is not known: another instance has written or read it meanwhile, or may have, since
   * the shared state does not answer. Reads from the version `since` on show it.
   */
  | { readonly type: 'uncertain'; readonly sid: string; readonly since: number | undefined }
  /** The campaign may have changed at the upstream. */
  | { readonly type: 'invalidated'; readonly sid: string };

/** Scope of writes that may change any list. */
export const listScope = 'lists';
/** Scope of writes that may change a campaign and its messages. */
export function campaignScope(sid: string): string {
  return `campaign:${sid}`;
}

/** One campaign, by its sid. */
export function campaignResource(
  client: ExotelClient,
  { campaignMs, unknownSidMs, maxStaleMs }: Freshness,
): CachedResource<string, Snapshot, 'campaign'> {
  return {
    kind: 'campaign',
    keyOf: (sid) => sid,
    scopeOf: campaignScope,
    fetch: async (sid, call) => ({ campaign: await client.getCampaign(sid, call).catch(nullIfNotFound) }),
    serializer: jsonSerializer(isSnapshot),
    freshMs: ({ value: { campaign } }) => (campaign ? campaignMs[campaign.status] : unknownSidMs),
    maxStaleMs: ({ campaign }) => (campaign ? maxStaleMs : unknownSidMs),
    maximumEntries: 20_000,
  };
}

/** A window of a list of campaigns. */
export function campaignWindowResource(
  client: ExotelClient,
  { listMs, maxStaleMs }: Freshness,
): CachedResource<WindowParams<CampaignListRef>, Window<Campaign>, 'campaigns'> {
  return {
    kind: 'campaigns',
    keyOf: ({ list, slice }) => windowKey(list, slice),
    scopeOf: () => listScope,
    fetch: ({ list, slice }, call) => client.listCampaigns(list.query, slice, call),
    serializer: windowSerializer(isCampaign),
    freshMs: () => listMs,
    maxStaleMs: () => maxStaleMs,
    maximumEntries: 500,
  };
}

/**
 * A window of a campaign's messages.
 * @param cachedCampaign gives the campaign if it is cached: its status tells how fast its messages can change.
 * @param pages how large a page may be, the epoch of the latest write, and the total of a list if that is fresh.
 */
export function messageWindowResource(
  client: ExotelClient,
  freshness: Freshness,
  cachedCampaign: (sid: string) => Campaign | undefined,
  pages: {
    readonly maximum: PageMaximum;
    readonly epoch: () => number;
    readonly freshTotal: (list: MessageListRef) => number | undefined;
  },
): CachedResource<WindowParams<MessageListRef>, Window<Message>, 'messages'> {
  return {
    kind: 'messages',
    keyOf: ({ list, slice }) => windowKey(list, slice),
    scopeOf: (key) => campaignScope(campaignSidOf(key)),
    fetch: ({ list, slice, large }, call) => {
      const { sid, query } = list;
      if (!large) return client.listMessages(sid, query, slice, call);
      // Meanwhile the shared tier may have shown that the list ends before.
      if (slice.offset > 0 && slice.offset >= (pages.freshTotal(list) ?? Infinity))
        return Promise.reject(new UnreadPart(false));
      const part = { slice, onQueued: call.onQueued, epoch: pages.epoch() };
      return large.part<Message>(part, (span, onQueued) =>
        pages.maximum.readLarger(span, (page, isOnlyAttempt) =>
          client.listMessages(sid, query, page, { ...call, onQueued, isOnlyAttempt }),
        ),
      );
    },
    serializer: windowSerializer(isMessage),
    freshMs: ({ readAtMs }, key) => messagesFreshMs(freshness, cachedCampaign(campaignSidOf(key)), readAtMs),
    maxStaleMs: () => freshness.maxStaleMs,
    maximumEntries: 2_000,
  };
}

/** Cache entries of the campaigns that a window holds. */
export function snapshotsOf({
  value,
  readAtMs,
  version,
  leaseVersion,
}: CacheEntry<Window<Campaign>>): (readonly [sid: string, entry: CacheEntry<Snapshot>])[] {
  const snapshots: (readonly [string, CacheEntry<Snapshot>])[] = [];
  for (const row of value.rows) {
    const campaign = readable(row);
    if (campaign) snapshots.push([campaign.sid, { value: { campaign }, readAtMs, version, leaseVersion }]);
  }
  return snapshots;
}

/** Whether a row of a list is older than what is cached: lists may lag behind. Both the status and the date must show it. */
export function lagsBehind(row: Campaign | null, cached: Campaign | undefined): boolean {
  return (
    row !== null &&
    cached !== undefined &&
    isBackwards(cached.status, row.status) &&
    row.updatedAt < cached.updatedAt
  );
}
