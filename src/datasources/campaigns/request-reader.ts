import DataLoader from 'dataloader';
import { checkSid } from '../../domain/campaigns/sid.js';
import { rejected } from '../../domain/errors.js';
import { readable, type Window } from '../../domain/lists/page.js';
import { type CallOrigin } from '../../domain/requests/request-trace.js';
import { type Campaign } from '../../schema/campaign.js';
import { type ReadOptions } from '../cache/cache-entry.js';
import { type ReadReport } from '../cache/read-report.js';
import { type AccountReader } from './account-reader.js';
import { alreadyAnswered, RequestPages } from './request-pages.js';
import { type WriteInFlight } from './writes-in-flight.js';

/** Campaigns of one request: each is read once, and is the same wherever it is requested. */
class RequestCampaigns {
  readonly #loadBatch: DataLoader.BatchLoadFn<string, Campaign | null>;
  readonly #campaigns = new Map<string, Promise<Campaign | null>>();
  readonly #windows = new Set<Window<Campaign>>();
  #loader: DataLoader<string, Campaign | null> | undefined;

  /** @param loadBatch reads the campaigns that are requested at the same time. */
  constructor(loadBatch: DataLoader.BatchLoadFn<string, Campaign | null>) {
    this.#loadBatch = loadBatch;
  }

  /** A campaign; null if the upstream has none with this sid. */
  load(sid: string): Promise<Campaign | null> {
    return this.loadWith(sid, () => this.#loadInBatch(sid));
  }

  /** The same, with another way to read a campaign that the request has not read yet. */
  loadWith(sid: string, read: () => Promise<Campaign | null>): Promise<Campaign | null> {
    const known = this.#campaigns.get(sid);
    if (known) return known;
    const row = this.#rowOf(sid);
    const campaign = row ? Promise.resolve(row) : read();
    this.#campaigns.set(sid, campaign);
    return campaign;
  }

  /** Adds a window: its rows need no read of their own. */
  addWindow(window: Window<Campaign>): void {
    this.#windows.add(window);
  }

  /** Replaces a campaign by its current state. */
  set(sid: string, campaign: Campaign | null): void {
    this.#campaigns.set(sid, Promise.resolve(campaign));
  }

  /** Forgets a campaign and all windows. */
  clear(sid: string): void {
    this.#windows.clear();
    this.#campaigns.delete(sid);
  }

  /** Few campaigns of a list are requested by sid: a search is cheaper than an index of all rows. */
  #rowOf(sid: string): Campaign | undefined {
    for (const { rows } of this.#windows)
      for (const row of rows) if (readable(row)?.sid === sid) return readable(row);
    return undefined;
  }

  #loadInBatch(sid: string): Promise<Campaign | null> {
    this.#loader ??= new DataLoader(this.#loadBatch, { cache: false });
    return this.#loader.load(sid);
  }
}

/** Options of a request's reads. */
interface RequestReaderOptions {
  readonly report: ReadReport;
  /** True if the client sent `Cache-Control: no-cache`. */
  readonly fresh: boolean;
}

/** Reads of one request: each campaign, each page and each window is read once. */
export class RequestReader {
  readonly #account: AccountReader;
  readonly #options: ReadOptions;
  readonly #campaigns: RequestCampaigns;
  /** Pages of campaigns and messages. The rows of a page need no read of their own when they are requested by sid. */
  readonly pages: RequestPages;

  constructor(account: AccountReader, { report, fresh }: RequestReaderOptions) {
    this.#account = account;
    this.#options = { report, noCache: fresh };
    this.#campaigns = new RequestCampaigns((sids) =>
      report.isAnswered
        ? rejected(alreadyAnswered())
        : account.campaigns(sids, this.#options, (list, slice, isAgain) =>
            this.pages.campaignWindow(list, slice, isAgain),
          ),
    );
    this.pages = new RequestPages(account, this.#options, (window) => {
      this.#campaigns.addWindow(window);
    });
  }

  /** Origin of the upstream calls that are made for this request apart from its reads. */
  get origin(): CallOrigin {
    return this.#options.report;
  }

  /** A campaign; null if the upstream has none with this sid. */
  campaign(sid: string): Promise<Campaign | null> {
    this.#options.report.tags?.addCampaign(sid);
    return this.#campaigns.load(sid);
  }

  /** The same for the only campaign that the request reads by sid: it is not delayed for a batch. */
  onlyCampaign(sid: string): Promise<Campaign | null> {
    this.#options.report.tags?.addCampaign(sid);
    return this.#campaigns.loadWith(sid, () => this.#account.campaign(sid, this.#options));
  }

  /** A campaign as it was last read, however long ago; undefined if no read has shown it. */
  cachedCampaign(sid: string): Campaign | undefined {
    checkSid(sid, 'sid');
    return this.#account.cached(sid);
  }

  /**
   * A campaign that is about to be changed, read with the priority of writes.
   * @returns the campaign, and whether it was read from the upstream for this call.
   */
  async campaignToChange(
    sid: string,
  ): Promise<{ readonly campaign: Campaign | null; readonly isNew: boolean }> {
    const { report } = this.#options;
    const { calls, fromCache } = report;
    const cached = this.#account.cached(sid);
    const campaign = await this.#readForWrite(sid, {});
    const isStale = report.fromCache > fromCache || (campaign !== null && campaign === cached);
    return { campaign, isNew: report.calls > calls && !isStale };
  }

  /** A campaign read now; the read fails rather than return a stale entry, on which no write must be refused. */
  async revalidatedCampaign(sid: string): Promise<Campaign | null> {
    return this.#readForWrite(sid, { noCache: true, mustRevalidate: true });
  }

  async #readForWrite(sid: string, options: Partial<ReadOptions>): Promise<Campaign | null> {
    checkSid(sid, 'sid');
    const campaign = await this.#account.campaign(sid, { ...this.#options, ...options, priority: 'write' });
    this.#campaigns.set(sid, campaign);
    return campaign;
  }

  /**
   * Applies a write: everything read before it is forgotten.
   * @param campaign as the write has left it, for this request.
   * @param isWhole whether all of it is known, so that other requests may have it too.
   */
  applyWrite(campaign: Campaign, isWhole: boolean, write?: WriteInFlight): void {
    this.#invalidate(campaign.sid, isWhole ? campaign : undefined, write);
    this.#campaigns.set(campaign.sid, campaign);
  }

  /**
   * Sends a write of a campaign, and finds out its outcome.
   * @param send gets the write, which `applyWrite` and `invalidate` need.
   */
  write<T>(sid: string, send: (write: WriteInFlight) => Promise<T>): Promise<T> {
    return this.#account.write(sid, send);
  }

  /** Invalidates a campaign and every list: the next read goes to the upstream. */
  invalidate(sid: string, write?: WriteInFlight): void {
    this.#invalidate(sid, undefined, write);
  }

  /** Drops every list: a stale one might lack a campaign that exists. */
  dropLists(): void {
    this.#account.dropLists();
    this.pages.clearWindows();
  }

  /** Resolves once the writes of this request are visible through every instance of the account. */
  get flushed(): Promise<unknown> | undefined {
    return this.#account.flushed;
  }

  #invalidate(sid: string, asWritten: Campaign | undefined, write: WriteInFlight | undefined): void {
    this.#account.applyWrite(sid, asWritten, write);
    this.pages.clear();
    this.#campaigns.clear(sid);
  }
}
