import { rejected } from '../../domain/errors.js';
import {
  type CampaignListArguments,
  campaignQueryOf,
  type MessageListArguments,
  messageQueryOf,
} from '../../domain/list-query.js';
import {
  checkCursorLengths,
  type PageArguments,
  readable,
  type Slice,
  type Window,
} from '../../domain/page.js';
import { failedBecause } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type CacheEntry, type ReadOptions } from '../cache/cache-entry.js';
import { type Connection } from '../paging/connection.js';
import { ListReader } from '../paging/list-reader.js';
import { readPage } from '../paging/page.js';
import { SearchAllowance } from '../paging/position.js';
import { slicingOf, wholeWindows } from '../paging/slicing.js';
import { type AccountReader } from './account-reader.js';
import { type CampaignListRef } from './list-identity.js';
import { type AccountList, campaignList, messageList } from './lists.js';

/** All pages that a request reads of lists of one kind, now or later; undefined if they are not known. */
export type RequestedPages = () => readonly PageArguments[] | undefined;

const unknownPages: RequestedPages = () => undefined;

/** One of the reads of a page. */
interface PageRead {
  /** 0 for the first, greater for each read of a list that has moved meanwhile. */
  readonly attempt: number;
  /** True if the read fails rather than return stale windows. */
  readonly mustRevalidate: boolean;
}

const firstRead: PageRead = { attempt: 0, mustRevalidate: false };

/** Pages of one request: equal pages, and equal windows of different pages, are read once. */
export class RequestPages {
  readonly #account: AccountReader;
  readonly #options: ReadOptions;
  readonly #onWindow: (window: Window<Campaign>) => void;
  readonly #messagePages = new Map<string, Promise<Connection<Message> | null>>();
  readonly #windows = new Map<string, Promise<unknown>>();
  readonly #searches = new SearchAllowance();

  /** @param onWindow called with every window of campaigns that was read. */
  constructor(account: AccountReader, options: ReadOptions, onWindow: (window: Window<Campaign>) => void) {
    this.#account = account;
    this.#options = options;
    this.#onWindow = onWindow;
  }

  /**
   * A page of campaigns.
   * @param pages all pages of campaigns that the request reads.
   */
  async campaigns(
    list: CampaignListArguments,
    page: PageArguments,
    pages: RequestedPages = unknownPages,
  ): Promise<Connection<Campaign>> {
    const source = campaignList(this.#account, campaignQueryOf(list));
    const connection = await this.#page(source, page, pages, this.#onWindow);
    this.#options.report.tags?.addList(connection.nodes.flatMap((row) => readable(row)?.sid ?? []));
    return connection;
  }

  /** A window of campaigns, which the pages of the request use too. */
  campaignWindow({ query }: CampaignListRef, slice: Slice): Promise<CacheEntry<Window<Campaign>>> {
    return this.#window(campaignList(this.#account, query), slice, firstRead, undefined);
  }

  /**
   * A page of a campaign's messages; null if the upstream has no campaign with this sid.
   * @param pages all pages of messages that the request reads.
   */
  messages(
    sid: string,
    list: MessageListArguments,
    page: PageArguments,
    pages: RequestedPages = unknownPages,
  ): Promise<Connection<Message> | null> {
    this.#options.report.hasMessages = true;
    try {
      checkCursorLengths(page);
      const messages = messageList(this.#account, sid, messageQueryOf(list));
      const key = pageKey(messages.identity, page);
      const running = this.#messagePages.get(key);
      if (running) return running;
      const read = this.#page(messages, page, pages).catch(nullIfNotFound);
      this.#messagePages.set(key, read);
      return read;
    } catch (error) {
      return rejected(error);
    }
  }

  /** @param onWindow called with every window that was read. */
  #page<T extends { readonly sid: string }>(
    list: AccountList<T>,
    page: PageArguments,
    pages: RequestedPages,
    onWindow?: (window: Window<T>) => void,
  ): Promise<Connection<T>> {
    const { limits, maximum } = list;
    // Without a cache no later request could use the other rows of a whole window.
    const slicing = this.#account.isCacheOn
      ? wholeWindows
      : slicingOf(pages(), { defaultSize: limits.defaultSize, maximum: maximum.rows });
    const open = (attempt: number, mustRevalidate: boolean) =>
      new ListReader(
        (slice) => this.#window(list, slice, { attempt, mustRevalidate }, onWindow),
        maximum,
        slicing,
      );
    return readPage(open, list, page, limits, this.#searches);
  }

  #window<T extends { readonly sid: string }>(
    list: AccountList<T>,
    slice: Slice,
    { attempt, mustRevalidate }: PageRead,
    onWindow: ((window: Window<T>) => void) | undefined,
  ): Promise<CacheEntry<Window<T>>> {
    const key =
      attempt === 0 ? list.windowKey(slice) : `${attempt} ${mustRevalidate} ${list.windowKey(slice)}`;
    const options: ReadOptions =
      attempt === 0 ? this.#options : { ...this.#options, refetch: true, mustRevalidate };
    const running = this.#windows.get(key) as Promise<CacheEntry<Window<T>>> | undefined;
    const read = running ?? list.fetch(slice, options);
    this.#windows.set(key, read);
    return onWindow ? read.then((entry) => (onWindow(entry.value), entry)) : read;
  }

  /** Forgets all pages and windows, so that the next read goes to the account's cache. */
  clear(): void {
    this.#windows.clear();
    this.#messagePages.clear();
  }

  /** Forgets the windows alone. */
  clearWindows(): void {
    this.#windows.clear();
  }
}

/** Key of a page of a list; most pages have no cursor. */
function pageKey(listIdentity: string, { first, after, last, before }: PageArguments): string {
  const cursors = after == null && before == null ? '' : JSON.stringify([after, before]);
  return `${first ?? ''} ${last ?? ''} ${cursors} ${listIdentity}`;
}

function nullIfNotFound(error: unknown): null {
  if (failedBecause(error, 'notFound')) return null;
  throw error;
}
