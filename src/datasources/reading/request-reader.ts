import { type PageArguments } from '../../domain/page.js';
import { rejected } from '../../domain/rejected.js';
import { type Asker } from '../../domain/trail.js';
import { failedBecause } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type Slice } from '../exotel/client.js';
import { type Window } from '../exotel/rows.js';
import { type AccountReads } from './account-reads.js';
import { type Reading, type ReadWish } from './reading.js';
import { type Connection } from './connection.js';
import { ListReader } from './list-reader.js';
import { type AccountList, CampaignList, MessageList } from './lists.js';
import { readPage } from './page.js';
import {
  type CampaignListArguments,
  campaignQueryOf,
  type MessageListArguments,
  messageQueryOf,
} from './queries.js';
import { type ReadReport } from './read-report.js';
import { RequestCampaigns } from './request-campaigns.js';
import { slicingOf, wholeWindows } from './slicing.js';

/** What a request says of how it wants to be answered. */
export interface RequestReading {
  readonly report: ReadReport;
  /** True where the client asked for fresh reads. */
  readonly fresh: boolean;
}

/** All pages that a request asks of lists of one kind, now or later; undefined where that is not known. */
export type AskedPages = () => readonly PageArguments[] | undefined;

const unknownPages: AskedPages = () => undefined;

/** Everything that one request reads: whatever is asked twice within it is read once. */
export class RequestReader {
  readonly #account: AccountReads;
  readonly #wish: ReadWish;
  readonly #campaigns: RequestCampaigns;
  readonly #messagePages = new Map<string, Promise<Connection<Message> | null>>();
  readonly #windows = new Map<string, Promise<unknown>>();

  constructor(account: AccountReads, { report, fresh }: RequestReading) {
    this.#account = account;
    this.#wish = { report, fresh };
    this.#campaigns = new RequestCampaigns((sids) => account.campaigns(sids, this.#wish));
  }

  /** Whom requests to the upstream that are sent beside the reader are for. */
  get asker(): Asker {
    return this.#wish.report;
  }

  /** A campaign, or null for a sid that the upstream does not have. */
  campaign(sid: string): Promise<Campaign | null> {
    return this.#campaigns.load(sid);
  }

  /** The same for the only campaign that a request asks for by its sid: there is no other to wait for. */
  onlyCampaign(sid: string): Promise<Campaign | null> {
    return this.#campaigns.loadBy(sid, () => this.#account.campaign(sid, this.#wish));
  }

  /**
   * A campaign that is about to be changed: the read goes where the write would, ahead of other reads.
   * @returns the campaign, and whether it was read for this request rather than before it.
   */
  async campaignToChange(
    sid: string,
  ): Promise<{ readonly campaign: Campaign | null; readonly isNew: boolean }> {
    const callsBefore = this.#wish.report.calls;
    const campaign = await this.#readForWrite(sid, {});
    return { campaign, isNew: this.#wish.report.calls > callsBefore };
  }

  /** A campaign as it is now, or an error: a write is not refused on the strength of an old answer. */
  async campaignNow(sid: string): Promise<Campaign | null> {
    return this.#readForWrite(sid, { fresh: true, orError: true });
  }

  async #readForWrite(sid: string, wish: Partial<ReadWish>): Promise<Campaign | null> {
    const [campaign] = await this.#account.campaigns([sid], {
      ...this.#wish,
      ...wish,
      priority: 'write',
    });
    if (campaign instanceof Error) throw campaign;
    this.#campaigns.take(sid, campaign ?? null);
    return campaign ?? null;
  }

  /** Takes a campaign as it is after a write; what anybody read before it is forgotten. */
  wrote(campaign: Campaign, isWhole: boolean): void {
    this.#forget(campaign.sid, isWhole ? campaign : undefined);
    this.#campaigns.take(campaign.sid, campaign);
  }

  /** Forgets what was read of a campaign, and every list: the next read asks the upstream. */
  forget(sid: string): void {
    this.#forget(sid);
  }

  /** Drops every list: an old one would show that there is nothing where there may be something. */
  forgetLists(): void {
    this.#account.forgetLists();
    this.#windows.clear();
  }

  /** Resolves once what this request wrote is seen through every gateway of the account. */
  get told(): Promise<void> | undefined {
    return this.#account.told;
  }

  #forget(sid: string, asWritten?: Campaign): void {
    this.#account.wrote(sid, asWritten);
    this.#windows.clear();
    this.#messagePages.clear();
    this.#campaigns.forget(sid);
  }

  /**
   * A page of campaigns; each is then at hand for whoever asks for it by its sid.
   * @param pages all that the request asks of campaigns; undefined where more may be of use.
   */
  async campaigns(
    list: CampaignListArguments,
    page: PageArguments,
    pages: AskedPages = unknownPages,
  ): Promise<Connection<Campaign>> {
    return this.#page(new CampaignList(this.#account, campaignQueryOf(list)), page, pages, this.#listed);
  }

  readonly #listed = (window: Window<Campaign>): void => {
    this.#campaigns.listed(window);
  };

  /**
   * A page of a campaign's messages, or null for a sid that the upstream does not have.
   * @param pages all that the request asks of messages; undefined where more may be of use.
   */
  messages(
    sid: string,
    list: MessageListArguments,
    page: PageArguments,
    pages: AskedPages = unknownPages,
  ): Promise<Connection<Message> | null> {
    this.#wish.report.hasMessages = true;
    const key = pageKey(sid, list, page);
    const known = this.#messagePages.get(key);
    if (known) return known;
    const reading = this.#readMessages(sid, list, page, pages);
    this.#messagePages.set(key, reading);
    return reading;
  }

  #readMessages(
    sid: string,
    list: MessageListArguments,
    page: PageArguments,
    pages: AskedPages,
  ): Promise<Connection<Message> | null> {
    try {
      const messages = new MessageList(this.#account, sid, messageQueryOf(list));
      return this.#page(messages, page, pages).catch(nullIfUnknown);
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
    pages: AskedPages,
    onRead?: (window: Window<T>) => void,
  ): Promise<Connection<T>> {
    const { limits, maximum } = list;
    // Whole windows are for those who come later: where nothing is kept, there are none.
    const slicing = this.#account.isCacheOn
      ? wholeWindows
      : slicingOf(pages(), { defaultSize: limits.defaultSize, maximum: maximum.rows });
    const open = (reread: number) =>
      new ListReader((slice) => this.#window(list, slice, reread, onRead), maximum, slicing);
    return readPage(open, list, page, limits);
  }

  #window<T extends { readonly sid: string }>(
    list: AccountList<T>,
    slice: Slice,
    reread: number,
    onRead: ((window: Window<T>) => void) | undefined,
  ): Promise<Reading<Window<T>>> {
    const key = reread === 0 ? list.keyOf(slice) : `${reread} ${list.keyOf(slice)}`;
    const known = this.#windows.get(key) as Promise<Reading<Window<T>>> | undefined;
    if (known) return known;
    const wish = reread === 0 ? this.#wish : { ...this.#wish, reread: true };
    const read = list.fetch(slice, wish);
    const shown = onRead ? read.then((reading) => (onRead(reading.value), reading)) : read;
    this.#windows.set(key, shown);
    return shown;
  }
}

/** Equal for equal pages of equal lists. */
function pageKey(
  sid: string,
  { filter, orderBy }: MessageListArguments,
  { first, after, last, before }: PageArguments,
): string {
  const isPlain = filter == null && orderBy == null && after == null && before == null;
  const rest = isPlain ? '' : JSON.stringify([filter, orderBy, after, before]);
  return `${sid.length}:${sid} ${first ?? ''} ${last ?? ''} ${rest}`;
}

function nullIfUnknown(error: unknown): null {
  if (failedBecause(error, 'notFound')) return null;
  throw error;
}
