import { CampaignStatus } from '../../domain/campaign.js';
import { InputError } from '../../domain/errors.js';
import {
  CampaignOrderField,
  type CampaignQuery,
  type MessageOrderField,
  type MessageQuery,
  type Order,
  OrderDirection,
} from '../../domain/list-query.js';
import {
  campaignPageLimits,
  messagePageLimits,
  type PageLimits,
  type Slice,
  type Window,
} from '../../domain/page.js';
import { maximumNumberLength, maximumSearchLength } from '../../domain/rules/draft.js';
import { lengthInCharacters } from '../../domain/sms.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type CacheEntry, type ReadOptions } from '../cache/cache-entry.js';
import { type ListSource } from '../paging/list-source.js';
import { type PageMaximum } from '../paging/slicing.js';
import { maximumSortKeyLength } from '../paging/sort-key.js';
import { type AccountReader } from './account-reader.js';
import { campaignWindowKey, messageWindowKey } from './windows.js';

/** A list, and where its windows come from. */
export interface AccountList<T extends { readonly sid: string }> extends ListSource<T> {
  readonly limits: PageLimits;
  readonly maximum: PageMaximum;
  /** Names a window among all that a request reads. */
  keyOf(slice: Slice): string;
  fetch(slice: Slice, wish: ReadOptions): Promise<CacheEntry<Window<T>>>;
}

/** Campaigns of the account. */
export class CampaignList implements AccountList<Campaign> {
  readonly limits = campaignPageLimits;
  readonly #account: AccountReader;
  readonly #query: CampaignQuery;

  constructor(account: AccountReader, query: CampaignQuery) {
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

  fetch(slice: Slice, wish: ReadOptions): Promise<CacheEntry<Window<Campaign>>> {
    return this.#account.campaignWindow(this.#query, slice, wish);
  }
}

/** Messages of one campaign. */
export class MessageList implements AccountList<Message> {
  readonly limits = messagePageLimits;
  readonly #account: AccountReader;
  readonly #sid: string;
  readonly #query: MessageQuery;

  /** @param sid of the campaign. */
  constructor(account: AccountReader, sid: string, query: MessageQuery) {
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

  fetch(slice: Slice, wish: ReadOptions): Promise<CacheEntry<Window<Message>>> {
    return this.#account.messageWindow(this.#sid, this.#query, slice, wish);
  }
}

/** "Search by campaign name. Min 3 letters." (API document, "Bulk SMS Campaign Details", `name`). */
const minimumNameLength = 3;

/** Which campaigns a client asks for, not yet checked. */
export interface CampaignListArguments {
  readonly filter?: {
    readonly name?: string | null;
    readonly status?: readonly CampaignStatus[] | null;
  } | null;
  readonly orderBy?: Order<CampaignOrderField> | null;
}

const defaultOrder: Order<CampaignOrderField> = {
  field: CampaignOrderField.START_TIME,
  direction: OrderDirection.DESC,
};

/** Which messages a client asks for, not yet checked. */
export interface MessageListArguments {
  readonly filter?: { readonly number?: string | null } | null;
  readonly orderBy?: Order<MessageOrderField> | null;
}

/**
 * Checks a filter before a call is spent; equal filters become equal queries.
 * @throws InputError naming the argument.
 */
export function campaignQueryOf({ filter, orderBy }: CampaignListArguments): CampaignQuery {
  const name = filter?.name ?? null;
  if (name !== null && name.length > maximumSearchLength)
    throw new InputError('filter.name', `must have at most ${maximumSearchLength} characters.`);
  if (name !== null && lengthInCharacters(name.trim()) < minimumNameLength)
    throw new InputError('filter.name', `must have at least ${minimumNameLength} letters.`);
  const statuses = [...new Set(filter?.status ?? [])].sort();
  if (statuses.includes(CampaignStatus.UNKNOWN))
    throw new InputError(
      'filter.status',
      'cannot be UNKNOWN: the upstream has no such status to search for.',
    );
  const { field, direction } = orderBy ?? defaultOrder;
  // Made anew: cursors are bound to what this is as text, whatever order a client's object has its keys in.
  return { name, statuses, order: { field, direction } };
}

/**
 * Checks a filter before a call is spent.
 * @throws InputError naming the argument.
 */
export function messageQueryOf({ filter, orderBy }: MessageListArguments): MessageQuery {
  const number = filter?.number ?? null;
  if (number?.trim() === '')
    throw new InputError('filter.number', 'must not be blank; leave it out for all.');
  if (number !== null && number.length > maximumNumberLength)
    throw new InputError('filter.number', `must have at most ${maximumNumberLength} characters.`);
  return { number, direction: orderBy?.direction ?? null };
}
