import { GatewayError } from '../../domain/errors.js';
import { CampaignOrderField, OrderDirection } from '../../domain/order.js';
import { failedBecause } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type ExotelClient, type Slice } from '../exotel/client.js';
import { type CampaignQuery, type MessageQuery } from '../exotel/query.js';
import { type Window } from '../exotel/rows.js';
import { CachedReads, type Reading, type ReadWish } from './cached-reads.js';
import { type Freshness, hasEnded } from './freshness.js';
import { readable } from './list-source.js';
import { PageMaximum } from './page-maximum.js';

/** A campaign as it was read at one time; null where the upstream has no such sid. */
export interface Snapshot {
  readonly campaign: Campaign | null;
}

/** What reading an account needs. */
export interface AccountReadsOptions {
  readonly client: ExotelClient;
  readonly now: () => number;
  readonly isCacheOn: boolean;
  readonly freshness: Freshness;
  /** How many calls a batch of campaigns may need beside that for the newest window. */
  readonly batchCalls: number;
  /** Told of every campaign as it was read or written, unless something newer was told before. */
  readonly onSeen?: (campaign: Campaign, order: number) => void;
}

/** Bounds on what is kept; together about 100 MB, of which a busy account fills a fraction. */
const bounds = {
  snapshots: { maximumEntries: 20_000, maximumBytes: 40_000_000 },
  campaignWindows: { maximumEntries: 500, maximumBytes: 20_000_000 },
  messageWindows: { maximumEntries: 2_000, maximumBytes: 40_000_000 },
} as const;

/** Not all of a batch can be read for what it may cost; what was read is kept, so that asking again goes on. */
export class TooManyCampaigns extends GatewayError {
  constructor() {
    super(
      'QUERY_TOO_EXPENSIVE',
      'This one of the campaigns would need one upstream call too many; ask for fewer.',
    );
  }
}

/** How far the upstream's clock, which says when a campaign ended, may be from ours. */
const clockSkewMs = 60_000;

/** The list that most is found in: everything, latest start first. */
const newest: CampaignQuery = {
  name: null,
  statuses: [],
  order: { field: CampaignOrderField.START_TIME, direction: OrderDirection.DESC },
};

/** Everything that the process has read of the account, for all requests together. */
export class AccountReads {
  readonly maximum: { readonly campaigns: PageMaximum; readonly messages: PageMaximum };
  readonly #options: AccountReadsOptions;
  readonly #snapshots: CachedReads<Snapshot>;
  readonly #campaignWindows: CachedReads<Window<Campaign>>;
  readonly #messageWindows: CachedReads<Window<Message>>;

  constructor(options: AccountReadsOptions) {
    const { now, isCacheOn, freshness } = options;
    const shared = {
      now,
      isOn: isCacheOn,
      patienceMs: freshness.patienceMs,
      oldestMs: () => freshness.oldestMs,
    };
    this.#options = options;
    this.maximum = { campaigns: new PageMaximum(now), messages: new PageMaximum(now) };
    this.#snapshots = new CachedReads({
      ...shared,
      ...bounds.snapshots,
      freshMs: ({ value: { campaign } }) =>
        campaign ? freshness.campaignMs[campaign.status] : freshness.unknownSidMs,
      oldestMs: ({ campaign }) => (campaign ? freshness.oldestMs : freshness.unknownSidMs),
      onKept: ({ value: { campaign }, order }) => {
        if (campaign) options.onSeen?.(campaign, order);
      },
    });
    this.#campaignWindows = new CachedReads({
      ...shared,
      ...bounds.campaignWindows,
      freshMs: () => freshness.listMs,
      onKept: (reading) => {
        this.#keepRows(reading);
      },
    });
    this.#messageWindows = new CachedReads({
      ...shared,
      ...bounds.messageWindows,
      freshMs: ({ readAtMs }, key) => this.#messagesFreshMs(key, readAtMs),
    });
  }

  /** How much is kept, roughly. */
  get sizes() {
    return {
      snapshots: this.#snapshots.size,
      campaignWindows: this.#campaignWindows.size,
      messageWindows: this.#messageWindows.size,
    };
  }

  /**
   * Campaigns by their sids, as one batch: fresh snapshots first; where two or more remain, the newest window,
   * which has fifty for the price of one, and more windows while fewer calls are left than campaigns are missing; and
   * single gets for those. A single one that was in the newest window is refreshed with it too.
   * @returns for each sid the campaign, null for one that the upstream does not have, or why it can't be read.
   */
  async campaigns(sids: readonly string[], wish: ReadWish): Promise<(Campaign | null | Error)[]> {
    const isFresh = (sid: string): boolean => !wish.fresh && this.#snapshots.fresh(sid) !== undefined;
    const missing = sids.filter((sid) => !isFresh(sid));
    const isWorthAWindow =
      missing.length > 1 || (!wish.fresh && missing.some((sid) => this.#isAmongNewest(sid)));
    const { rows, callsLeft } = isWorthAWindow
      ? await this.#listed(missing, wish)
      : { rows: new Map<string, Campaign>(), callsLeft: Infinity };
    const single = new Set(missing.filter((sid) => !rows.has(sid)).slice(0, callsLeft));
    const results = await Promise.allSettled(
      sids.map(async (sid) => {
        const row = isFresh(sid) ? undefined : rows.get(sid);
        // The window may itself be an old answer, and a snapshot newer.
        if (row) return this.#snapshots.peek(sid)?.value.campaign ?? row;
        if (!isFresh(sid) && !single.has(sid)) throw new TooManyCampaigns();
        return this.#campaign(sid, wish);
      }),
    );
    return results.map((result) => (result.status === 'fulfilled' ? result.value : asError(result.reason)));
  }

  /** A window of a list of campaigns. */
  campaignWindow(query: CampaignQuery, slice: Slice, wish: ReadWish): Promise<Reading<Window<Campaign>>> {
    return this.#campaignWindows.read(windowKey(query, slice), wish, (call) =>
      this.#options.client.listCampaigns(query, slice, call),
    );
  }

  /** A window of a campaign's messages. */
  messageWindow(
    sid: string,
    query: MessageQuery,
    slice: Slice,
    wish: ReadWish,
  ): Promise<Reading<Window<Message>>> {
    return this.#messageWindows.read(JSON.stringify([sid, query, slice]), wish, (call) =>
      this.#options.client.listMessages(sid, query, slice, call),
    );
  }

  /** The newest window: fifty campaigns for the price of one. */
  async newestWindow(wish: ReadWish): Promise<void> {
    await this.campaignWindow(newest, this.#newestSlice, wish);
  }

  /** A campaign as it was read last, where that is not too long ago. */
  known(sid: string): Campaign | undefined {
    return this.#snapshots.peek(sid)?.value.campaign ?? undefined;
  }

  /** Something says that a campaign and its messages are not what they were: the next read asks anew. */
  outdate(sid: string): void {
    this.#messageWindows.outdate((key) => campaignSidOf(key) === sid);
    this.#snapshots.outdate((key) => key === sid);
  }

  /** Drops every window of campaigns, so that none stands in for a new one. */
  forgetLists(): void {
    this.#campaignWindows.clear();
  }

  /** A write may have changed this campaign, and every list; what it answered is the campaign as it is now. */
  wrote(sid: string, campaign?: Campaign): void {
    this.#campaignWindows.outdate();
    this.outdate(sid);
    if (campaign) this.#snapshots.replace(sid, { campaign });
  }

  async #campaign(sid: string, wish: ReadWish): Promise<Campaign | null> {
    const { value } = await this.#snapshots.read(sid, wish, async (call) => {
      try {
        return { campaign: await this.#options.client.getCampaign(sid, call) };
      } catch (error) {
        if (failedBecause(error, 'notFound')) return { campaign: null };
        throw error;
      }
    });
    return value.campaign;
  }

  /** A campaign that was in the newest window is refreshed with it: one call refreshes fifty. */
  #isAmongNewest(sid: string): boolean {
    const rows = this.#campaignWindows.peek(windowKey(newest, this.#newestSlice))?.value.rows ?? [];
    return rows.some((row) => readable(row)?.sid === sid);
  }

  get #newestSlice(): Slice {
    return { offset: 0, limit: this.maximum.campaigns.rows };
  }

  /**
   * The rows of the newest windows: of the first, and of more while singles would cost more than what is left of the
   * batch's calls. An aid, not a duty: where they can't be read, single gets find what they would have had.
   */
  async #listed(sids: readonly string[], wish: ReadWish) {
    const rows = new Map<string, Campaign>();
    let callsLeft = this.#options.batchCalls;
    const isMissing = (): boolean => sids.filter((sid) => !rows.has(sid)).length > callsLeft;
    try {
      let slice = this.#newestSlice;
      for (let total = Infinity; slice.offset < total && (slice.offset === 0 || isMissing());) {
        if (slice.offset > 0) callsLeft -= 1; // the first is counted beside the batch's
        const { value } = await this.campaignWindow(newest, slice, wish);
        for (const row of value.rows.map(readable)) if (row) rows.set(row.sid, row);
        total = value.rows.length === 0 ? 0 : value.total;
        slice = { ...slice, offset: slice.offset + value.rows.length };
      }
    } catch {
      // What was found is found.
    }
    return { rows, callsLeft };
  }

  #keepRows({ value, readAtMs, order }: Reading<Window<Campaign>>): void {
    for (const campaign of value.rows.map(readable))
      if (campaign) this.#snapshots.keep(campaign.sid, { value: { campaign }, readAtMs, order });
  }

  /** Messages read before their campaign's end, or about then, were not yet what they came to be. */
  #messagesFreshMs(key: string, readAtMs: number): number {
    const { freshness } = this.#options;
    const campaign = this.#snapshots.peek(campaignSidOf(key))?.value.campaign;
    const isFinal =
      hasEnded(campaign?.status) && readAtMs >= Date.parse(campaign?.updatedAt ?? '') + clockSkewMs;
    return isFinal ? freshness.endedMessagesMs : freshness.messagesMs;
  }
}

function windowKey(query: CampaignQuery, slice: Slice): string {
  return JSON.stringify([query, slice]);
}

function campaignSidOf(key: string): string {
  return (JSON.parse(key) as [string])[0];
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('A read failed.', { cause: reason });
}
