import { rejected } from '../../domain/errors.js';
import {
  type CampaignListArguments,
  campaignQueryOf,
  type MessageListArguments,
  messageQueryOf,
} from '../../domain/lists/list-query.js';
import {
  checkCursorLengths,
  type Identified,
  type PageArguments,
  type Slice,
  type Window,
} from '../../domain/lists/page.js';
import { type PageNeed, pageNeed, type PageParts } from '../../domain/lists/page-parts.js';
import { nullIfNotFound } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type CacheEntry, type ReadOptions } from '../cache/cache-entry.js';
import { type Connection } from '../paging/connection.js';
import { type LargeRead } from '../paging/large-read.js';
import { ListReader } from '../paging/list-reader.js';
import { readPage } from '../paging/page.js';
import { SearchAllowance } from '../paging/cursors/position.js';
import { onlySlice, type Slicing, slicingOf, wholeWindows, windowsAtOnce } from '../paging/slicing.js';
import { type AccountReader } from './account-reader.js';
import { type CampaignListRef, windowKey } from './list-identity.js';
import { type AccountList, campaignList, messageList } from './lists.js';

/** What a request selects of a page, and of other pages. */
export interface PageSelection {
  readonly parts: PageParts;
  /**
   * All pages with rows that the request reads of lists of this kind, now or later; empty if this is the only one;
   * undefined if they are not known.
   */
  readonly pages: () => readonly PageArguments[] | undefined;
}

/** One read of a page. */
interface PageRead {
  /** 0 for the first read; greater for each further one of a list that has moved meanwhile, or may have moved. */
  readonly attempt: number;
  /** Why the page is read again. */
  readonly refetch?: ReadOptions['refetch'];
  /** True if the read fails rather than return stale windows. */
  readonly mustRevalidate: boolean;
  /** The call that reads the window together with its neighbours, if there is one. */
  readonly large?: LargeRead | undefined;
}

const firstRead: PageRead = { attempt: 0, mustRevalidate: false };
/** A second read of a window that came from the cache. */
const secondRead: PageRead = { attempt: 1, mustRevalidate: false, refetch: 'apart' };

/** The error of a read that would begin after the response, when an error has decided the result and other fields still run. */
export function alreadyAnswered(): Error {
  return new Error('The operation is already answered.');
}

/** Pages of one request: equal pages, and equal windows of different pages, are read once. */
export class RequestPages {
  readonly #account: AccountReader;
  readonly #options: ReadOptions;
  readonly #onWindow: (window: Window<Campaign>) => void;
  readonly #messagePages = new Map<string, Promise<Connection<Message> | null>>();
  readonly #windows = new Map<string, Promise<unknown>>();
  /** The last read of each window that was read again. */
  readonly #readAgain = new Map<string, Promise<unknown>>();
  /** The latest window of each list, by the list's identity. */
  readonly #latest = new Map<string, Slice>();
  readonly #searches = new SearchAllowance();

  /** @param onWindow called with every window of campaigns that was read. */
  constructor(account: AccountReader, options: ReadOptions, onWindow: (window: Window<Campaign>) => void) {
    this.#account = account;
    this.#options = options;
    this.#onWindow = onWindow;
  }

  /** A page of campaigns. */
  async campaigns(
    list: CampaignListArguments,
    page: PageArguments,
    selection: PageSelection,
  ): Promise<Connection<Campaign>> {
    const campaigns = campaignList(this.#account, campaignQueryOf(list));
    const need = pageNeed(page, campaigns.limits, selection.parts);
    const connection = await this.#page(campaigns, page, need, selection, this.#onWindow);
    this.#options.report.tags?.addList(need === 'rows' ? connection : undefined);
    return connection;
  }

  /** A window of campaigns, which the pages of the request use too. */
  campaignWindow(
    { query }: CampaignListRef,
    slice: Slice,
    isAgain: boolean,
  ): Promise<CacheEntry<Window<Campaign>>> {
    const read = isAgain ? secondRead : firstRead;
    return this.#window(campaignList(this.#account, query), slice, read, undefined);
  }

  /** A page of a campaign's messages; null if the upstream has no campaign with this sid. */
  messages(
    sid: string,
    list: MessageListArguments,
    page: PageArguments,
    selection: PageSelection,
  ): Promise<Connection<Message> | null> {
    this.#options.report.hasMessages = true;
    try {
      checkCursorLengths(page);
      const messages = messageList(this.#account, sid, messageQueryOf(list));
      const need = pageNeed(page, messages.limits, selection.parts);
      const key = pageKey(messages.identity, page, need, selection.parts);
      const running = this.#messagePages.get(key);
      if (running) return running;
      const read = this.#page(messages, page, need, selection).catch(nullIfNotFound);
      this.#messagePages.set(key, read);
      return read;
    } catch (error) {
      return rejected(error);
    }
  }

  /** @param onWindow called with every window that was read. */
  #page<T extends Identified>(
    list: AccountList<T>,
    page: PageArguments,
    need: PageNeed,
    selection: PageSelection,
    onWindow?: (window: Window<T>) => void,
  ): Promise<Connection<T>> {
    if (need === 'total') return this.#total(list, page, selection, onWindow);
    return this.#read(list, page, selection.parts, this.#slicing(list, selection), onWindow);
  }

  /** A page that shows only the total, which any window of the list has: the window of another page costs no further call. */
  async #total<T extends Identified>(
    list: AccountList<T>,
    page: PageArguments,
    selection: PageSelection,
    onWindow: ((window: Window<T>) => void) | undefined,
  ): Promise<Connection<T>> {
    await Promise.resolve(); // pages of the list that are resolved at the same time begin first
    const fresh = this.#options.noCache ? undefined : list.latest.freshSlice(list);
    const slice = this.#latest.get(list.identity) ?? fresh;
    const slicing = slice ? onlySlice(slice) : this.#slicing(list, selection, [{ first: 1 }]);
    return this.#read(list, page, selection.parts, slicing, onWindow);
  }

  /** @param others further pages, in addition to the selected ones. */
  #slicing<T extends Identified>(
    { limits, maximum }: AccountList<T>,
    { pages }: PageSelection,
    others: readonly PageArguments[] = [],
  ): Slicing {
    // Without a cache no later request could use the other rows of a whole window.
    if (this.#account.isCacheOn) return this.#options.noCache ? windowsAtOnce : wholeWindows;
    const known = pages();
    return slicingOf(known && [...known, ...others], {
      defaultSize: limits.defaultSize,
      maximum: maximum.most,
    });
  }

  #read<T extends Identified>(
    list: AccountList<T>,
    page: PageArguments,
    parts: PageParts,
    slicing: Slicing,
    onWindow: ((window: Window<T>) => void) | undefined,
  ): Promise<Connection<T>> {
    const { maximum, latest } = list;
    const open = (attempt: number, mustRevalidate: boolean, refetch?: ReadOptions['refetch']) => {
      const usesCache = attempt === 0 && this.#account.isCacheOn && !this.#options.noCache;
      return new ListReader(
        (slice, large, isRenewed) => {
          const again = refetch ?? (isRenewed ? 'apart' : undefined);
          return this.#window(list, slice, { attempt, mustRevalidate, refetch: again, large }, onWindow);
        },
        maximum,
        slicing,
        {
          likelyTotal: () => latest.likelyTotal(list),
          freshAgeMs: (slice) => (usesCache ? latest.freshAgeMs(list, slice) : undefined),
          loadNewer: async (windows) => (usesCache ? latest.loadNewer(list, windows) : 'none'),
        },
      );
    };
    return readPage(open, list, page, list.limits, this.#searches, parts);
  }

  #window<T extends Identified>(
    list: AccountList<T>,
    slice: Slice,
    pageRead: PageRead,
    onWindow: ((window: Window<T>) => void) | undefined,
  ): Promise<CacheEntry<Window<T>>> {
    if (this.#options.report.isAnswered) return rejected(alreadyAnswered());
    const { attempt, mustRevalidate, refetch, large } = pageRead;
    const own = windowKey(list, slice);
    const key = attempt === 0 ? own : `${attempt} ${mustRevalidate} ${refetch} ${own}`;
    const running = this.#windows.get(key) as Promise<CacheEntry<Window<T>>> | undefined;
    const read =
      running ??
      (attempt === 0
        ? this.#fetched(list, key, slice, refetch ? { ...this.#options, refetch } : this.#options, large)
        : this.#fetchedAgain(list, key, slice, pageRead));
    this.#windows.set(key, read);
    this.#latest.set(list.identity, slice);
    return onWindow ? read.then((entry) => (onWindow(entry.value), entry)) : read;
  }

  /**
   * Reads a window again, unless another read has replaced it meanwhile, such as a refresh that took too long for the attempt before.
   * If the list has moved, only the second attempt accepts such a read.
   */
  async #fetchedAgain<T extends Identified>(
    list: AccountList<T>,
    key: string,
    slice: Slice,
    { attempt, mustRevalidate, refetch, large }: PageRead,
  ): Promise<CacheEntry<Window<T>>> {
    const own = windowKey(list, slice);
    const held = this.#readAgain.get(own) ?? this.#windows.get(own);
    const before = (await held?.catch(() => undefined)) as CacheEntry<Window<T>> | undefined;
    const newerThan = refetch === 'moved' && attempt > 1 ? undefined : before?.version;
    const options = { ...this.#options, refetch, mustRevalidate, newerThan };
    const read = this.#fetched(list, key, slice, options, large);
    this.#readAgain.set(own, read);
    return read;
  }

  /** An unread part of a larger page is read again, in a smaller one. */
  #fetched<T extends Identified>(
    list: AccountList<T>,
    key: string,
    slice: Slice,
    options: ReadOptions,
    large: LargeRead | undefined,
  ): Promise<CacheEntry<Window<T>>> {
    const read = list.fetch(slice, options, large);
    if (!large) return read;
    return read.catch((error: unknown) => {
      this.#windows.delete(key);
      throw error;
    });
  }

  /** Forgets all pages and windows, so that the next read goes to the account's cache. */
  clear(): void {
    this.clearWindows();
    this.#messagePages.clear();
  }

  /** Forgets the windows alone. */
  clearWindows(): void {
    this.#windows.clear();
    this.#readAgain.clear();
    this.#latest.clear();
  }
}

/** Key of a page of a list, and of what is read for it; most pages have no cursor. */
function pageKey(identity: string, page: PageArguments, need: PageNeed, parts: PageParts): string {
  const { first, after, last, before } = page;
  const ends = need === 'ends' ? `${parts.startCursor}${parts.endCursor}` : '';
  const cursors = after == null && before == null ? '' : JSON.stringify([after, before]);
  return `${need}${ends} ${first ?? ''} ${last ?? ''} ${cursors} ${identity}`;
}
