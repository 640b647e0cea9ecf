import {
  CampaignOrderField,
  type CampaignQuery,
  type MessageQuery,
  type OrderDirection,
} from '../../domain/list-query.js';
import {
  campaignPageLimits,
  messagePageLimits,
  type PageLimits,
  type Slice,
  type Window,
} from '../../domain/page.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type CacheEntry, type ReadOptions } from '../cache/cache-entry.js';
import { type ListSource } from '../paging/list-source.js';
import { type PageMaximum } from '../paging/slicing.js';
import { maximumSortKeyLength } from '../paging/sort-key.js';
import { type AccountReader } from './account-reader.js';
import {
  type CampaignListRef,
  campaignListRef,
  type MessageListRef,
  messageListRef,
  windowKey,
} from './list-identity.js';

/** A list of the account whose windows can be read. */
export interface AccountList<T extends { readonly sid: string }> extends ListSource<T> {
  readonly limits: PageLimits;
  readonly maximum: PageMaximum;
  /** Key of a window among all windows that a request reads. */
  windowKey(slice: Slice): string;
  fetch(slice: Slice, options: ReadOptions): Promise<CacheEntry<Window<T>>>;
}

/** Campaigns of the account. */
export class CampaignList implements AccountList<Campaign> {
  readonly limits = campaignPageLimits;
  readonly #account: AccountReader;
  readonly #ref: CampaignListRef;

  constructor(account: AccountReader, query: CampaignQuery) {
    this.#account = account;
    this.#ref = campaignListRef(query);
  }

  get identity(): string {
    return this.#ref.identity;
  }

  get direction(): OrderDirection {
    return this.#ref.query.order.direction;
  }

  get maximum(): PageMaximum {
    return this.#account.maximum.campaigns;
  }

  sortKeyOf({ name, schedule }: Campaign): string | null {
    return this.#ref.query.order.field === CampaignOrderField.NAME
      ? name.slice(0, maximumSortKeyLength)
      : schedule.startTime;
  }

  windowKey(slice: Slice): string {
    return windowKey(this.#ref, slice);
  }

  fetch(slice: Slice, options: ReadOptions): Promise<CacheEntry<Window<Campaign>>> {
    return this.#account.campaignWindow(this.#ref, slice, options);
  }
}

/** Messages of one campaign. */
export class MessageList implements AccountList<Message> {
  readonly limits = messagePageLimits;
  readonly #account: AccountReader;
  readonly #ref: MessageListRef;

  /** @param sid of the campaign. */
  constructor(account: AccountReader, sid: string, query: MessageQuery) {
    this.#account = account;
    this.#ref = messageListRef(sid, query);
  }

  get identity(): string {
    return this.#ref.identity;
  }

  get direction(): OrderDirection | null {
    return this.#ref.query.direction;
  }

  get maximum(): PageMaximum {
    return this.#account.maximum.messages;
  }

  sortKeyOf({ scheduledAt }: Message): string | null {
    return this.#ref.query.direction === null ? null : scheduledAt;
  }

  windowKey(slice: Slice): string {
    return windowKey(this.#ref, slice);
  }

  fetch(slice: Slice, options: ReadOptions): Promise<CacheEntry<Window<Message>>> {
    return this.#account.messageWindow(this.#ref, slice, options);
  }
}
