import { failedBecause } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type ExotelClient } from '../exotel/client.js';
import { type Slice } from '../exotel/slice.js';
import { type CallOptions } from '../exotel/policy/call-policy.js';
import { type CampaignQuery } from '../exotel/query.js';
import { type Window } from '../exotel/rows.js';
import { type CachedReads } from './cached-reads.js';
import { readBatch } from './campaign-batch.js';
import { readable } from './list-source.js';
import { newest } from './newest.js';
import { type PageMaximum } from './page-maximum.js';
import { type Reading, type ReadWish } from './reading.js';
import { type Snapshot } from './snapshot.js';
import { campaignWindowKey } from './window-keys.js';

/** What reading campaigns by their sids needs. */
export interface CampaignReadsOptions {
  readonly client: ExotelClient;
  readonly snapshots: CachedReads<Snapshot>;
  readonly windows: Pick<CachedReads<Window<Campaign>>, 'peek'>;
  readonly readWindow: (
    query: CampaignQuery,
    slice: Slice,
    wish: ReadWish,
  ) => Promise<Reading<Window<Campaign>>>;
  readonly maximum: PageMaximum;
  /** How many calls a batch of campaigns may need beside that for the newest window. */
  readonly batchCalls: number;
  readonly isCacheOn: boolean;
}

/** Campaigns by their sids: from snapshots, from the newest window, or by a call of their own. */
export class CampaignReads {
  readonly #options: CampaignReadsOptions;

  constructor(options: CampaignReadsOptions) {
    this.#options = options;
  }

  /** One campaign; null for a sid that the upstream does not have. */
  one(sid: string, wish: ReadWish): Promise<Campaign | null> {
    // Where nothing is kept there is no window that it might be in.
    return this.#options.isCacheOn ? this.batch([sid], wish).then(onlyOne) : this.#single(sid, wish);
  }

  /** @returns for each sid the campaign, null for one that the upstream does not have, or why it can't be read. */
  batch(sids: readonly string[], wish: ReadWish): Promise<(Campaign | null | Error)[]> {
    const { batchCalls, snapshots, readWindow } = this.#options;
    return readBatch(
      {
        batchCalls,
        isFresh: (sid) => snapshots.fresh(sid) !== undefined,
        isAmongNewest: (sid) => this.#isAmongNewest(sid),
        kept: (sid) => snapshots.give(sid, wish)?.value.campaign ?? undefined,
        window: async (offset) => (await readWindow(newest, { ...this.#newestSlice, offset }, wish)).value,
        single: (sid) => this.#single(sid, wish),
      },
      sids,
      wish.fresh,
    );
  }

  /** Fifty campaigns for the price of one. */
  async newestWindow(wish: ReadWish): Promise<void> {
    await this.#options.readWindow(newest, this.#newestSlice, wish);
  }

  #single(sid: string, wish: ReadWish): Promise<Campaign | null> {
    const { snapshots, client } = this.#options;
    const fetch = (call: CallOptions): Promise<Snapshot> =>
      client.getCampaign(sid, call).then(snapshotOf, noSnapshot);
    return snapshots.read(sid, wish, fetch).then(campaignOf);
  }

  /** A campaign that was in the newest window is refreshed with it, unless it alone has changed since. */
  #isAmongNewest(sid: string): boolean {
    const { snapshots, windows } = this.#options;
    if (snapshots.peek(sid)?.isOutdated) return false;
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

function campaignOf({ value: { campaign } }: Reading<Snapshot>): Campaign | null {
  return campaign;
}
