import { GatewayError } from '../../domain/errors.js';
import { campaignQueryOf } from '../../domain/lists/list-query.js';
import { readable, type Slice } from '../../domain/lists/page.js';
import { type Campaign } from '../../schema/campaign.js';
import { type ReadOptions } from '../cache/cache-entry.js';
import { type PageMaximum } from '../paging/page-maximum.js';
import { campaignListRef, windowKey } from './list-identity.js';
import { type CampaignWindowCache, type SnapshotCache } from './resources.js';
import { type ReadCampaignWindow, WindowSearch } from './window-search.js';

/** Options of the loader. */
interface CampaignLoaderOptions {
  readonly snapshots: SnapshotCache;
  readonly windows: CampaignWindowCache;
  readonly maximum: PageMaximum;
  /** Upstream calls that a batch may need besides the one for the newest window. */
  readonly batchCalls: number;
  readonly isCacheOn: boolean;
}

/** Error of a campaign in a batch that would need more calls than it may. The others are cached for the next attempt. */
class TooManyCampaigns extends GatewayError {
  /**
   * @param estimate upstream calls that the batch may need for all of its campaigns.
   * @param limit upstream calls that it may make.
   */
  constructor(estimate: number, limit: number) {
    super(
      'QUERY_TOO_EXPENSIVE',
      `The batch may need ${estimate} upstream calls; at most ${limit} are allowed. Request fewer campaigns at once, or this one again.`,
      { estimate, limit },
    );
  }
}

/** The list whose first window most campaigns are found in: all campaigns, latest start first. */
const newest = campaignListRef(campaignQueryOf({}));

/** Reads campaigns by their sids: from cached snapshots, from windows, or one by one. */
export class CampaignLoader {
  readonly #options: CampaignLoaderOptions;

  constructor(options: CampaignLoaderOptions) {
    this.#options = options;
  }

  /** One campaign; null if the upstream has none with this sid. */
  load(sid: string, options: ReadOptions): Promise<Campaign | null> {
    // Without a cache no window is at hand that might hold the campaign.
    return this.#options.isCacheOn
      ? this.loadBatch([sid], options).then(onlyOne)
      : this.#loadOne(sid, options);
  }

  /**
   * Fresh snapshots are used first. If two or more campaigns remain, they are looked up in windows (`WindowSearch`), and the
   * rest is read one by one. A single campaign that was in the newest window is refreshed with that window.
   * @returns for each sid the campaign, null if the upstream has none with this sid, or the error of its read.
   */
  async loadBatch(
    sids: readonly string[],
    options: ReadOptions,
    readWindow: ReadCampaignWindow = (list, slice, isAgain) =>
      this.#options.windows.read({ list, slice }, isAgain ? { ...options, refetch: 'apart' } : options),
  ): Promise<(Campaign | null | Error)[]> {
    const { snapshots, windows, batchCalls } = this.#options;
    const isFresh = (sid: string): boolean => !options.noCache && snapshots.fresh(sid) !== undefined;
    const missing = sids.filter((sid) => !isFresh(sid));
    if (missing.length === 0)
      return Promise.all(sids.map((sid) => this.#loadOne(sid, options).catch(asError)));
    const newestWindow = { list: newest, slice: this.#newestSlice };
    const search = new WindowSearch(missing, { newest: newestWindow, calls: batchCalls, readWindow });
    const isBatch = missing.length > 1;
    if (isBatch) await search.readAll(windows.entries());
    else if (!options.noCache && missing.some((sid) => this.#isInNewestWindow(sid)))
      await search.readNewest();
    // Those that were never read come first, so that a batch that is repeated makes progress.
    const isKnown = (sid: string): boolean => snapshots.peek(sid) !== undefined;
    const rest = [...search.missing].sort((one, other) => Number(isKnown(one)) - Number(isKnown(other)));
    const single = new Set(rest.slice(0, isBatch ? search.callsLeft : 1));
    const load = async (sid: string): Promise<Campaign | null> => {
      const row = isFresh(sid) ? undefined : search.rows.get(sid);
      // The window may be a stale entry, and the snapshot newer.
      if (row) return snapshots.use(sid, options)?.value.campaign ?? row;
      if (isFresh(sid) || single.has(sid)) return this.#loadOne(sid, options);
      if (missing.includes(sid)) throw new TooManyCampaigns(missing.length + 1, batchCalls + 1);
      // It was fresh when the batch began: the calls for the others took longer than it stays fresh.
      const known = snapshots.use(sid, options);
      return known ? known.value.campaign : this.#loadOne(sid, options);
    };
    return Promise.all(sids.map((sid) => load(sid).catch(asError)));
  }

  /** Reads the newest window: one call for up to fifty campaigns. */
  async loadNewestWindow(options: ReadOptions): Promise<void> {
    await this.#options.windows.read({ list: newest, slice: this.#newestSlice }, options);
  }

  #loadOne(sid: string, options: ReadOptions): Promise<Campaign | null> {
    return this.#options.snapshots.read(sid, options).then(({ value: { campaign } }) => {
      if (campaign) options.report.tags?.addCampaign(campaign.sid); // perhaps in another case
      return campaign;
    });
  }

  /** False for a campaign that alone was invalidated: it is refreshed by itself. */
  #isInNewestWindow(sid: string): boolean {
    const { snapshots, windows } = this.#options;
    if (snapshots.peek(sid)?.isInvalidated) return false;
    const rows = windows.peek(windowKey(newest, this.#newestSlice))?.value.rows ?? [];
    return rows.some((row) => readable(row)?.sid === sid);
  }

  get #newestSlice(): Slice {
    return { offset: 0, limit: this.#options.maximum.rows };
  }
}

function onlyOne([campaign]: readonly (Campaign | null | Error)[]): Campaign | null {
  if (campaign instanceof Error) throw campaign;
  return campaign ?? null;
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('A read failed.', { cause: reason });
}
