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
import { isBlank, isLongerThan, lengthInCharacters } from '../../domain/text.js';
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

/** "Search by campaign name. Min 3 letters." (API document, "Bulk SMS Campaign Details", `name`). */
const minimumNameLength = 3;

/** Arguments of a list of campaigns, not yet checked. */
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

/** Arguments of a list of messages, not yet checked. */
export interface MessageListArguments {
  readonly filter?: { readonly number?: string | null } | null;
  readonly orderBy?: Order<MessageOrderField> | null;
}

/**
 * Checks a filter before any upstream call. Equal filters become equal queries.
 * @throws InputError with the name of the argument.
 */
export function campaignQueryOf({ filter, orderBy }: CampaignListArguments): CampaignQuery {
  const name = filter?.name ?? null;
  if (name !== null && isLongerThan(name, maximumSearchLength))
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
  // A new object, since its members and their order are part of the identity of the list.
  return { name, statuses, order: { field, direction } };
}

/**
 * Checks a filter before any upstream call.
 * @throws InputError with the name of the argument.
 */
export function messageQueryOf({ filter, orderBy }: MessageListArguments): MessageQuery {
  const number = filter?.number ?? null;
  if (number !== null && isBlank(number))
    throw new InputError('filter.number', 'must not be blank; leave it out for all.');
  if (number !== null && isLongerThan(number, maximumNumberLength))
    throw new InputError('filter.number', `must have at most ${maximumNumberLength} characters.`);
  return { number, direction: orderBy?.direction ?? null };
}
