import { CampaignOrderField, type CampaignQuery, type MessageQuery } from '../../domain/lists/list-query.js';
import {
  campaignPageLimits,
  type Identified,
  messagePageLimits,
  type PageLimits,
  type Slice,
  type Window,
} from '../../domain/lists/page.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type CacheEntry, type ReadOptions } from '../cache/cache-entry.js';
import { type LargeRead } from '../paging/large-read.js';
import { type ListSource } from '../paging/list-source.js';
import { type PageMaximum } from '../paging/page-maximum.js';
import { maximumSortKeyLength } from '../paging/cursors/sort-key.js';
import { type AccountReader } from './account-reader.js';
import { type LatestSlices } from './latest-slices.js';
import { campaignListRef, messageListRef } from './list-identity.js';

/** A list of the account whose windows can be read. */
export interface AccountList<T extends Identified> extends ListSource<T> {
  readonly limits: PageLimits;
  readonly maximum: PageMaximum;
  /** The latest slices of lists of its kind. */
  readonly latest: LatestSlices;
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
    latest: account.latest.campaigns,
    sortKeyOf: ({ name, schedule }) =>
      field === CampaignOrderField.NAME ? name.slice(0, maximumSortKeyLength) : schedule.startTime,
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
    latest: account.latest.messages,
    sortKeyOf: ({ scheduledAt }) => (direction === null ? null : scheduledAt),
    fetch: (slice, options, large) => account.messageWindow(ref, slice, options, large),
  };
}
