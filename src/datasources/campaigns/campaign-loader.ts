import { GatewayError } from '../../domain/errors.js';
import { CampaignOrderField, type CampaignQuery, OrderDirection } from '../../domain/list-query.js';
import { readable, type Slice, type Window } from '../../domain/page.js';
import { failedBecause } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type CacheEntry, type ReadOptions } from '../cache/cache-entry.js';
import { type StaleCache } from '../cache/stale-cache.js';
import { type ExotelClient } from '../exotel/client.js';
import { type CallOptions } from '../exotel/resilience/call-policy.js';
import { type PageMaximum } from '../paging/slicing.js';
import { campaignWindowKey, type Snapshot } from './windows.js';

/** Where a batch of campaigns is read from. */
export interface BatchSource {
  /** How many calls it may need beside that for the newest window. */
  readonly batchCalls: number;
  readonly isFresh: (sid: string) => boolean;
  readonly isAmongNewest: (sid: string) => boolean;
  readonly cached: (sid: string) => Campaign | undefined;
  /** A window of the list of all campaigns, latest start first. */
  readonly window: (offset: number) => Promise<Window<Campaign>>;
  readonly single: (sid: string) => Promise<Campaign | null>;
}

/** Not all of a batch can be read for what it may cost; what was read is kept, so that asking again goes on. */
export class TooManyCampaigns extends GatewayError {
  constructor() {
    super(
      'QUERY_TOO_EXPENSIVE',
      'This one of the campaigns would need one upstream call too many; ask for fewer.',
    );
  }
}

/**
 * Campaigns by their sids: fresh snapshots first; where two or more remain, the newest window, which has fifty for the
 * price of one, and more windows while fewer calls are left than campaigns are missing; and single gets for those. A
 * single one that was in the newest window is refreshed with it too.
 * @param mustBeNew whether what is fresh will not do.
 */
async function readBatch(
  source: BatchSource,
  sids: readonly string[],
  mustBeNew: boolean,
): Promise<(Campaign | null | Error)[]> {
  const isFresh = (sid: string): boolean => !mustBeNew && source.isFresh(sid);
  const missing = sids.filter((sid) => !isFresh(sid));
  const isWorthAWindow = missing.length > 1 || (!mustBeNew && missing.some(source.isAmongNewest));
  const { rows, callsLeft } = isWorthAWindow
    ? await listed(source, missing)
    : { rows: nothing, callsLeft: Infinity };
  const single = new Set(missing.filter((sid) => !rows.has(sid)).slice(0, callsLeft));
  const read = async (sid: string): Promise<Campaign | null> => {
    const row = isFresh(sid) ? undefined : rows.get(sid);
    // The window may itself be an old answer, and a snapshot newer.
    if (row) return source.cached(sid) ?? row;
    if (!isFresh(sid) && !single.has(sid)) throw new TooManyCampaigns();
    return source.single(sid);
  };
  return Promise.all(sids.map((sid) => read(sid).catch(asError)));
}

const nothing: ReadonlyMap<string, Campaign> = new Map();

/** An aid, not a duty: where windows can't be read, single gets find what they would have had. */
async function listed({ batchCalls, window }: BatchSource, sids: readonly string[]) {
  const rows = new Map<string, Campaign>();
  let callsLeft = batchCalls;
  const isWorthAnother = (): boolean => sids.filter((sid) => !rows.has(sid)).length > callsLeft;
  try {
    let offset = 0;
    for (let total = Infinity; offset < total && (offset === 0 || isWorthAnother());) {
      if (offset > 0) callsLeft -= 1; // the first is counted beside the batch's
      const read = await window(offset);
      for (const row of read.rows.map(readable)) if (row) rows.set(row.sid, row);
      total = read.rows.length === 0 ? 0 : read.total;
      offset += read.rows.length;
    }
  } catch {
    // What was found is found.
  }
  return { rows, callsLeft: Math.max(0, callsLeft) };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('A read failed.', { cause: reason });
}

/** The list that most is found in: everything, latest start first. */
const newest: CampaignQuery = {
  name: null,
  statuses: [],
  order: { field: CampaignOrderField.START_TIME, direction: OrderDirection.DESC },
};

/** What reading campaigns by their sids needs. */
export interface CampaignLoaderOptions {
  readonly client: ExotelClient;
  readonly snapshots: StaleCache<Snapshot>;
  readonly windows: Pick<StaleCache<Window<Campaign>>, 'peek'>;
  readonly readWindow: (
    query: CampaignQuery,
    slice: Slice,
    wish: ReadOptions,
  ) => Promise<CacheEntry<Window<Campaign>>>;
  readonly maximum: PageMaximum;
  /** How many calls a batch of campaigns may need beside that for the newest window. */
  readonly batchCalls: number;
  readonly isCacheOn: boolean;
}

/** Campaigns by their sids: from snapshots, from the newest window, or by a call of their own. */
export class CampaignLoader {
  readonly #options: CampaignLoaderOptions;

  constructor(options: CampaignLoaderOptions) {
    this.#options = options;
  }

  /** One campaign; null for a sid that the upstream does not have. */
  one(sid: string, wish: ReadOptions): Promise<Campaign | null> {
    // Where nothing is kept there is no window that it might be in.
    return this.#options.isCacheOn ? this.batch([sid], wish).then(onlyOne) : this.#single(sid, wish);
  }

  /** @returns for each sid the campaign, null for one that the upstream does not have, or why it can't be read. */
  batch(sids: readonly string[], wish: ReadOptions): Promise<(Campaign | null | Error)[]> {
    const { batchCalls, snapshots, readWindow } = this.#options;
    return readBatch(
      {
        batchCalls,
        isFresh: (sid) => snapshots.fresh(sid) !== undefined,
        isAmongNewest: (sid) => this.#isAmongNewest(sid),
        cached: (sid) => snapshots.useCached(sid, wish)?.value.campaign ?? undefined,
        window: async (offset) => (await readWindow(newest, { ...this.#newestSlice, offset }, wish)).value,
        single: (sid) => this.#single(sid, wish),
      },
      sids,
      wish.noCache,
    );
  }

  /** Fifty campaigns for the price of one. */
  async newestWindow(wish: ReadOptions): Promise<void> {
    await this.#options.readWindow(newest, this.#newestSlice, wish);
  }

  #single(sid: string, wish: ReadOptions): Promise<Campaign | null> {
    const { snapshots, client } = this.#options;
    const fetch = (call: CallOptions): Promise<Snapshot> =>
      client.getCampaign(sid, call).then(snapshotOf, noSnapshot);
    return snapshots.read(sid, wish, fetch).then(campaignOf);
  }

  /** A campaign that was in the newest window is refreshed with it, unless it alone has changed since. */
  #isAmongNewest(sid: string): boolean {
    const { snapshots, windows } = this.#options;
    if (snapshots.peek(sid)?.isInvalidated) return false;
    const rows = windows.peek(campaignWindowKey(newest, this.#newestSlice))?.value.rows ?? [];
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

function snapshotOf(campaign: Campaign): Snapshot {
  return { campaign };
}

function noSnapshot(error: unknown): Snapshot {
  if (failedBecause(error, 'notFound')) return { campaign: null };
  throw error;
}

function campaignOf({ value: { campaign } }: CacheEntry<Snapshot>): Campaign | null {
  return campaign;
}
