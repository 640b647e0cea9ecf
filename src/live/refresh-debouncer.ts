import { type ReadOptions } from '../datasources/cache/cache-entry.js';
import { ReadReport } from '../datasources/cache/read-report.js';
import { type AccountReader } from '../datasources/campaigns/account-reader.js';
import { type CampaignStatus } from '../domain/campaign.js';
import { isBackwards } from '../domain/lifecycle.js';
import { type ChangeFeed } from './change-feed.js';
import { type Leases } from './leases.js';

/** A campaign is refreshed at most once in this time (docs/live.md). */
const refreshIntervalMs = 5000;
/** Lower bound of the interval for campaigns that run faster than real ones. */
const shortestMs = 250;
/** Share of the interval that a lease lasts: it has expired when other instances check again, whatever their timers do. */
const leaseShare = 0.9;

/** Options of the debouncer. */
export interface RefreshDebouncerOptions {
  readonly feed: ChangeFeed;
  readonly account: AccountReader;
  /** Choose the instance that reads. */
  readonly leases: Leases;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How many times faster than real ones campaigns run. */
  readonly speed: number;
}

/** The interval after a refresh, in which further requests are collected. */
interface Interval {
  readonly startMs: number;
  /** Another instance holds the lease and reads the campaign. */
  isRemote: boolean;
  /** A refresh was requested since the start. */
  isRequested: boolean;
  /** Status that a callback has reported. The upstream may send it before its own responses show it. */
  awaited: CampaignStatus | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** Debounces refreshes: a burst of callbacks costs one read at once, and one at the end of each interval. */
export class RefreshDebouncer {
  readonly #options: RefreshDebouncerOptions;
  readonly #intervalMs: number;
  readonly #intervals = new Map<string, Interval>();

  constructor(options: RefreshDebouncerOptions) {
    this.#options = options;
    this.#intervalMs = Math.max(shortestMs, refreshIntervalMs / Math.max(1, options.speed));
  }

  /**
   * Requests a refresh of a campaign that may have changed.
   * @param awaited the status that a callback has reported.
   */
  request(sid: string, awaited?: CampaignStatus): void {
    const interval = this.#intervals.get(sid);
    if (!interval) {
      this.#refresh(sid, awaited);
      return;
    }
    interval.isRequested = true;
    interval.awaited = awaited ?? interval.awaited;
  }

  /** Cancels all pending refreshes. */
  close(): void {
    for (const { timer } of this.#intervals.values()) clearTimeout(timer);
    this.#intervals.clear();
  }

  #refresh(sid: string, awaited?: CampaignStatus): void {
    const { feed, account, now } = this.#options;
    const interval: Interval = {
      startMs: now(),
      isRemote: false,
      isRequested: false,
      awaited,
      timer: undefined,
    };
    interval.timer = setTimeout(() => {
      this.#intervals.delete(sid);
      if (interval.isRequested || this.#isBehind(sid, interval)) this.#refresh(sid);
    }, this.#intervalMs);
    interval.timer.unref();
    this.#intervals.set(sid, interval);
    account.invalidate(sid);
    // Without subscribers the next query reads the campaign.
    if (feed.watchedCampaign(sid) !== undefined) void this.#readOnce(sid, interval);
  }

  /** Reads the campaign in one of the instances that have received the callback; the others learn of the result. */
  async #readOnce(sid: string, interval: Interval): Promise<void> {
    const { feed, account, leases } = this.#options;
    interval.isRemote = !(await leases.acquire(`reread:${sid}`, this.#intervalMs * leaseShare));
    if (interval.isRemote || feed.watchedCampaign(sid) === undefined) return;
    const options: ReadOptions = { report: new ReadReport(), noCache: true, priority: 'background' };
    const [found] = await account.campaigns([sid], options); // the feed observes it; after an error the poll reads it
    if (found === null) feed.notFound(sid);
  }

  /** Whether the campaign has not reached the reported status yet, or the other instance has not read it. */
  #isBehind(sid: string, { startMs, isRemote, awaited }: Interval): boolean {
    const { feed } = this.#options;
    const campaign = feed.watchedCampaign(sid);
    if (!campaign) return false;
    if (isRemote && (feed.readAtMs(sid) ?? 0) < startMs) return true;
    return awaited !== undefined && campaign.status !== awaited && !isBackwards(campaign.status, awaited);
  }
}
