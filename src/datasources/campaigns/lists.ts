import { CampaignOrderField, type CampaignQuery, type MessageQuery } from '../../domain/lists/list-query.js';
import {
  campaignPageLimits,
  messagePageLimits,
  type PageLimits,
  type Slice,
  type Window,
} from '../../domain/lists/page.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type CacheEntry, type ReadOptions } from '../cache/cache-entry.js';
import { type LargeRead } from '../paging/large-read.js';
import { type ReadWindow } from '../paging/list-reader.js';
import { type ListSource } from '../paging/list-source.js';
import { type PageMaximum } from '../paging/page-maximum.js';
import { maximumSortKeyLength } from '../paging/cursors/sort-key.js';
import { type AccountReader } from './account-reader.js';
import { campaignListRef, messageListRef, windowKey } from './list-identity.js';

/** A list of the account whose windows can be read. */
export interface AccountList<T extends { readonly sid: string }> extends ListSource<T> {
  readonly limits: PageLimits;
  readonly maximum: PageMaximum;
  /** A slice of the list whose window is fresh in the cache; undefined if none is known. */
  freshSlice(): Slice | undefined;
  /** True if the window of a slice is fresh in the cache. */
  readonly isFresh: (slice: Slice) => boolean;
  /** Takes over newer windows that other instances have read. @returns true if the cache has a newer one than one of these. */
  readonly loadNewer: (windows: readonly ReadWindow<T>[]) => Promise<boolean>;
  /** Total rows of the list by its latest window in the cache, fresh or stale. */
  readonly likelyTotal: () => number | undefined;
  /** Key of a window among all windows that a request reads. */
  windowKey(slice: Slice): string;
  /** @param large the call that reads the window together with its neighbours, if there is one. */
  fetch(slice: Slice, options: ReadOptions, large?: LargeRead): Promise<CacheEntry<Window<T>>>;
}

/** Campaigns of the account. */
export function campaignList(account: AccountReader, query: CampaignQuery): AccountList<Campaign> {
  const ref = campaignListRef(query);
  const { field, direction } = query.order;
  return {
    identity: ref.identity,
    direction,
    limits: campaignPageLimits,
    maximum: account.maximum.campaigns,
    sortKeyOf: ({ name, schedule }) =>
      field === CampaignOrderField.NAME ? name.slice(0, maximumSortKeyLength) : schedule.startTime,
    windowKey: (slice) => windowKey(ref, slice),
    freshSlice: () => account.latest.campaigns.freshSlice(ref),
    likelyTotal: () => account.latest.campaigns.likelyTotal(ref),
    isFresh: (slice) => account.latest.campaigns.isFresh(ref, slice),
    loadNewer: (windows) => account.latest.campaigns.loadNewer(ref, windows),
    fetch: (slice, options) => account.campaignWindow(ref, slice, options),
  };
}

/** Messages of one campaign. */
export function messageList(account: AccountReader, sid: string, query: MessageQuery): AccountList<Message> {
  const ref = messageListRef(sid, query);
  const { direction } = query;
  return {
    identity: ref.identity,
    direction,
    limits: messagePageLimits,
    maximum: account.maximum.messages,
    sortKeyOf: ({ scheduledAt }) => (direction === null ? null : scheduledAt),
    windowKey: (slice) => windowKey(ref, slice),
    freshSlice: () => account.latest.messages.freshSlice(ref),
    likelyTotal: () => account.latest.messages.likelyTotal(ref),
    isFresh: (slice) => account.latest.messages.isFresh(ref, slice),
    loadNewer: (windows) => account.latest.messages.loadNewer(ref, windows),
    fetch: (slice, options, large) => account.messageWindow(ref, slice, options, large),
  };
}
