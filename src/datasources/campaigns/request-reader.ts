import DataLoader from 'dataloader';
import { type PageArguments, readable, type Window } from '../../domain/page.js';
import { checkSid } from '../../domain/sid.js';
import { type CallOrigin } from '../../domain/request-trace.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type ReadOptions } from '../cache/cache-entry.js';
import { type ReadReport } from '../cache/read-report.js';
import { type Connection } from '../paging/connection.js';
import { type AccountReader } from './account-reader.js';
import { type CampaignListArguments, type MessageListArguments } from './lists.js';
import { type RequestedPages, RequestPages } from './request-pages.js';

/** The campaigns of one request: each is the same wherever it is asked for, and read once. */
class RequestCampaigns {
  readonly #load: DataLoader.BatchLoadFn<string, Campaign | null>;
  readonly #known = new Map<string, Promise<Campaign | null>>();
  readonly #windows: Window<Campaign>[] = [];
  #loader: DataLoader<string, Campaign | null> | undefined;

  /** @param load reads those that are asked for at once. */
  constructor(load: DataLoader.BatchLoadFn<string, Campaign | null>) {
    this.#load = load;
  }

  /** A campaign, or null for a sid that the upstream does not have. */
  load(sid: string): Promise<Campaign | null> {
    return this.loadBy(sid, this.#read);
  }

  /** The same, in a way of its own where it must be read. */
  loadBy(sid: string, read: (sid: string) => Promise<Campaign | null>): Promise<Campaign | null> {
    const known = this.#known.get(sid);
    if (known) return known;
    const row = this.#row(sid);
    const campaign = row ? Promise.resolve(row) : read(sid);
    this.#known.set(sid, campaign);
    return campaign;
  }

  /** Takes a window: whoever asks for one of its rows by the sid need not read it. */
  listed(window: Window<Campaign>): void {
    this.#windows.push(window);
  }

  /** Takes a campaign as it is now. */
  take(sid: string, campaign: Campaign | null): void {
    this.#known.set(sid, Promise.resolve(campaign));
  }

  /** Forgets a campaign, and all lists: it is read anew. */
  forget(sid: string): void {
    this.#windows.length = 0;
    this.#known.delete(sid);
  }

  /** Few are asked for by their sids once there is a list: it is cheaper to look then than to note every row. */
  #row(sid: string): Campaign | undefined {
    for (const { rows } of this.#windows)
      for (const row of rows) if (readable(row)?.sid === sid) return readable(row);
    return undefined;
  }

  readonly #read = (sid: string): Promise<Campaign | null> => {
    this.#loader ??= new DataLoader(this.#load, { cache: false });
    return this.#loader.load(sid);
  };
}

/** What a request says of how it wants to be answered. */
export interface RequestReaderOptions {
  readonly report: ReadReport;
  /** True where the client asked for fresh reads. */
  readonly fresh: boolean;
}

/** Everything that one request reads: whatever is asked twice within it is read once. */
export class RequestReader {
  readonly #account: AccountReader;
  readonly #wish: ReadOptions;
  readonly #campaigns: RequestCampaigns;
  readonly #pages: RequestPages;

  constructor(account: AccountReader, { report, fresh }: RequestReaderOptions) {
    this.#account = account;
    this.#wish = { report, noCache: fresh };
    this.#campaigns = new RequestCampaigns((sids) => account.campaigns(sids, this.#wish));
    this.#pages = new RequestPages(account, this.#wish, (window) => {
      this.#campaigns.listed(window);
    });
  }

  /** Whom requests to the upstream that are sent beside the reader are for. */
  get origin(): CallOrigin {
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
  async revalidatedCampaign(sid: string): Promise<Campaign | null> {
    return this.#readForWrite(sid, { noCache: true, mustRevalidate: true });
  }

  async #readForWrite(sid: string, wish: Partial<ReadOptions>): Promise<Campaign | null> {
    checkSid(sid, 'sid');
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
  applyWrite(campaign: Campaign, isWhole: boolean): void {
    this.#forget(campaign.sid, isWhole ? campaign : undefined);
    this.#campaigns.take(campaign.sid, campaign);
  }

  /** Forgets what was read of a campaign, and every list: the next read asks the upstream. */
  invalidate(sid: string): void {
    this.#forget(sid);
  }

  /** Drops every list: an old one would show that there is nothing where there may be something. */
  dropLists(): void {
    this.#account.dropLists();
    this.#pages.forgetWindows();
  }

  /** Resolves once what this request wrote is seen through every gateway of the account. */
  get flushed(): Promise<void> | undefined {
    return this.#account.flushed;
  }

  #forget(sid: string, asWritten?: Campaign): void {
    this.#account.applyWrite(sid, asWritten);
    this.#pages.forget();
    this.#campaigns.forget(sid);
  }

  /**
   * A page of campaigns; each is then at hand for whoever asks for it by its sid.
   * @param pages all that the request asks of campaigns; undefined where more may be of use.
   */
  campaigns(
    list: CampaignListArguments,
    page: PageArguments,
    pages?: RequestedPages,
  ): Promise<Connection<Campaign>> {
    return this.#pages.campaigns(list, page, pages);
  }

  /**
   * A page of a campaign's messages, or null for a sid that the upstream does not have.
   * @param pages all that the request asks of messages; undefined where more may be of use.
   */
  messages(
    sid: string,
    list: MessageListArguments,
    page: PageArguments,
    pages?: RequestedPages,
  ): Promise<Connection<Message> | null> {
    return this.#pages.messages(sid, list, page, pages);
  }
}
