import { CampaignOrderField, type OrderDirection } from '../../domain/order.js';
import { campaignPageLimits, messagePageLimits, type PageLimits } from '../../domain/page.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type Slice } from '../exotel/slice.js';
import { type CampaignQuery, type MessageQuery } from '../exotel/query.js';
import { type Window } from '../exotel/rows.js';
import { type AccountReads } from './account-reads.js';
import { type ListSource } from './list-source.js';
import { type PageMaximum } from './page-maximum.js';
import { type Reading, type ReadWish } from './reading.js';
import { maximumSortKeyLength } from './sort-key.js';
import { campaignWindowKey, messageWindowKey } from './window-keys.js';

/** A list, and where its windows come from. */
export interface AccountList<T extends { readonly sid: string }> extends ListSource<T> {
  readonly limits: PageLimits;
  readonly maximum: PageMaximum;
  /** Names a window among all that a request reads. */
  keyOf(slice: Slice): string;
  fetch(slice: Slice, wish: ReadWish): Promise<Reading<Window<T>>>;
}

/** Campaigns of the account. */
export class CampaignList implements AccountList<Campaign> {
  readonly limits = campaignPageLimits;
  readonly #account: AccountReads;
  readonly #query: CampaignQuery;

  constructor(account: AccountReads, query: CampaignQuery) {
    this.#account = account;
    this.#query = query;
  }

  get key(): string {
    return `campaigns ${JSON.stringify(this.#query)}`;
  }

  get direction(): OrderDirection {
    return this.#query.order.direction;
  }

  get maximum(): PageMaximum {
    return this.#account.maximum.campaigns;
  }

  sortKeyOf({ name, schedule }: Campaign): string | null {
    return this.#query.order.field === CampaignOrderField.NAME
      ? name.slice(0, maximumSortKeyLength)
      : schedule.startTime;
  }

  keyOf(slice: Slice): string {
    return campaignWindowKey(this.#query, slice);
  }

  fetch(slice: Slice, wish: ReadWish): Promise<Reading<Window<Campaign>>> {
    return this.#account.campaignWindow(this.#query, slice, wish);
  }
}

/** Messages of one campaign. */
export class MessageList implements AccountList<Message> {
  readonly limits = messagePageLimits;
  readonly #account: AccountReads;
  readonly #sid: string;
  readonly #query: MessageQuery;

  /** @param sid of the campaign. */
  constructor(account: AccountReads, sid: string, query: MessageQuery) {
    this.#account = account;
    this.#sid = sid;
    this.#query = query;
  }

  get key(): string {
    return `messages ${this.#sid} ${JSON.stringify(this.#query)}`;
  }

  get direction(): OrderDirection | null {
    return this.#query.direction;
  }

  get maximum(): PageMaximum {
    return this.#account.maximum.messages;
  }

  sortKeyOf({ scheduledAt }: Message): string | null {
    return this.#query.direction === null ? null : scheduledAt;
  }

  keyOf(slice: Slice): string {
    return messageWindowKey(this.#sid, this.#query, slice);
  }

  fetch(slice: Slice, wish: ReadWish): Promise<Reading<Window<Message>>> {
    return this.#account.messageWindow(this.#sid, this.#query, slice, wish);
  }
}
