import { rejected } from '../../domain/errors.js';
import { type MessageQuery } from '../../domain/list-query.js';
import { checkCursorLengths, type PageArguments, type Slice, type Window } from '../../domain/page.js';
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
import {
  type AccountList,
  CampaignList,
  type CampaignListArguments,
  campaignQueryOf,
  MessageList,
  type MessageListArguments,
  messageQueryOf,
} from './lists.js';

/** All pages that a request asks of lists of one kind, now or later; undefined where that is not known. */
export type RequestedPages = () => readonly PageArguments[] | undefined;

const unknownPages: RequestedPages = () => undefined;

/** The pages that one request reads: a page, or a window, that is asked for twice is read once. */
export class RequestPages {
  readonly #account: AccountReader;
  readonly #wish: ReadOptions;
  readonly #onListed: (window: Window<Campaign>) => void;
  readonly #messagePages = new Map<string, Promise<Connection<Message> | null>>();
  readonly #windows = new Map<string, Promise<unknown>>();
  readonly #searches = new SearchAllowance();

  /** @param onListed shown every window of campaigns that was read. */
  constructor(account: AccountReader, wish: ReadOptions, onListed: (window: Window<Campaign>) => void) {
    this.#account = account;
    this.#wish = wish;
    this.#onListed = onListed;
  }

  /**
   * A page of campaigns; each is then at hand for whoever asks for it by its sid.
   * @param pages all that the request asks of campaigns; undefined where more may be of use.
   */
  async campaigns(
    list: CampaignListArguments,
    page: PageArguments,
    pages: RequestedPages = unknownPages,
  ): Promise<Connection<Campaign>> {
    return this.#page(new CampaignList(this.#account, campaignQueryOf(list)), page, pages, this.#onListed);
  }

  /**
   * A page of a campaign's messages, or null for a sid that the upstream does not have.
   * @param pages all that the request asks of messages; undefined where more may be of use.
   */
  messages(
    sid: string,
    list: MessageListArguments,
    page: PageArguments,
    pages: RequestedPages = unknownPages,
  ): Promise<Connection<Message> | null> {
    this.#wish.report.hasMessages = true;
    try {
      checkCursorLengths(page);
      const query = messageQueryOf(list);
      const key = pageKey(sid, query, page);
      const known = this.#messagePages.get(key);
      if (known) return known;
      const messages = new MessageList(this.#account, sid, query);
      const reading = this.#page(messages, page, pages).catch(nullIfUnknown);
      this.#messagePages.set(key, reading);
      return reading;
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * Whatever window is asked for twice is read once, and is the same both times.
   * @param onRead shown every window that was read.
   */
  #page<T extends { readonly sid: string }>(
    list: AccountList<T>,
    page: PageArguments,
    pages: RequestedPages,
    onRead?: (window: Window<T>) => void,
  ): Promise<Connection<T>> {
    const { limits, maximum } = list;
    // Whole windows are for those who come later: where nothing is kept, there are none.
    const slicing = this.#account.isCacheOn
      ? wholeWindows
      : slicingOf(pages(), { defaultSize: limits.defaultSize, maximum: maximum.rows });
    const open = (reread: number) =>
      new ListReader((slice) => this.#window(list, slice, reread, onRead), maximum, slicing);
    return readPage(open, list, page, limits, this.#searches);
  }

  #window<T extends { readonly sid: string }>(
    list: AccountList<T>,
    slice: Slice,
    reread: number,
    onRead: ((window: Window<T>) => void) | undefined,
  ): Promise<CacheEntry<Window<T>>> {
    const key = reread === 0 ? list.keyOf(slice) : `${reread} ${list.keyOf(slice)}`;
    const known = this.#windows.get(key) as Promise<CacheEntry<Window<T>>> | undefined;
    if (known) return known;
    const wish: ReadOptions = reread === 0 ? this.#wish : { ...this.#wish, refetch: true };
    const read = list.fetch(slice, wish);
    const shown = onRead ? read.then((reading) => (onRead(reading.value), reading)) : read;
    this.#windows.set(key, shown);
    return shown;
  }

  /** Forgets every page and window: the next read asks the account. */
  forget(): void {
    this.#windows.clear();
    this.#messagePages.clear();
  }

  /** Forgets windows alone. */
  forgetWindows(): void {
    this.#windows.clear();
  }
}

/** Equal for equal pages of equal lists. */
function pageKey(
  sid: string,
  { number, direction }: MessageQuery,
  { first, after, last, before }: PageArguments,
): string {
  const isPlain = number === null && direction === null && after == null && before == null;
  const rest = isPlain ? '' : JSON.stringify([number, direction, after, before]);
  return `${sid.length}:${sid} ${first ?? ''} ${last ?? ''} ${rest}`;
}

function nullIfUnknown(error: unknown): null {
  if (failedBecause(error, 'notFound')) return null;
  throw error;
}
