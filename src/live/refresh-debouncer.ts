import { type ReadOptions } from '../datasources/cache/cache-entry.js';
import { ReadReport } from '../datasources/cache/read-report.js';
import { type AccountReader } from '../datasources/campaigns/account-reader.js';
import { type CampaignHint } from '../datasources/exotel/mapping/message.js';
import { CampaignStatus } from '../domain/campaigns/campaign.js';
import { isBackwards } from '../domain/campaigns/lifecycle.js';
import { type Campaign } from '../schema/campaign.js';
import { type ChangeFeed } from './change-feed.js';
import { type Leases } from './leases.js';

/** A campaign is refreshed at most once in this time (docs/live.md). */
const refreshIntervalMs = 5000;
/** Lower bound of the interval for campaigns that run faster than real ones. */
const shortestMs = 250;
/** Share of the interval that a lease lasts: it has expired when other instances check again, whatever their timers do. */
const leaseShare = 0.9;
/** Reads for one request, failed ones included. */
const maximumReads = 4;
/** Responses that may lack a reported state: the upstream may report it before its own responses show it. */
const maximumResponses = 2;

/** Options of the debouncer. */
interface RefreshDebouncerOptions {
  readonly feed: ChangeFeed;
  readonly account: AccountReader;
  /** Choose the instance that reads. */
  readonly leases: Leases;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How many times faster than real ones campaigns run. */
  readonly speed: number;
}

/** State that a callback has reported. */
type ReportedState = Pick<CampaignHint, 'status' | 'hasReport'>;

/** A request for a refresh, until it is met or its reads are used up. */
interface RefreshRequest {
  /** The state that a response has to show; undefined if any response will do. */
  readonly reported: ReportedState | undefined;
  readonly responsesLeft: number;
  readonly readsLeft: number;
}

/** Requests by the reported status. */
type RefreshRequests = ReadonlyMap<CampaignStatus | undefined, RefreshRequest>;

/** The interval after a refresh, in which further requests are collected. */
interface Interval {
  readonly startMs: number;
  /** Requests that the refresh is made for. */
  readonly requests: RefreshRequests;
  /** Requests since the start, which need a read of their own. */
  readonly later: Map<CampaignStatus | undefined, RefreshRequest>;
  /** Another instance holds the lease and reads the campaign. */
  isRemote: boolean;
  hasFailed: boolean;
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

  /** Requests a refresh of a campaign that may have changed. */
  request(sid: string): void {
    this.#request(sid, { reported: undefined, responsesLeft: 1, readsLeft: maximumReads });
  }

  /** Requests a refresh for a reported state, unless the campaign has it, or has left it behind. */
  requestReported(campaign: Campaign, reported: ReportedState): void {
    if (isBackwards(campaign.status, reported.status)) return;
    // A campaign may return to the status it has: it was paused and resumed, and neither is shown yet.
    if (isShown(campaign, reported) && !this.#isAwaiting(campaign)) return;
    // An unknown status is not awaited: the upstream's responses may never show it.
    if (reported.status === CampaignStatus.UNKNOWN) this.request(campaign.sid);
    else this.#request(campaign.sid, { reported, responsesLeft: maximumResponses, readsLeft: maximumReads });
  }

  /** Cancels all pending refreshes. */
  close(): void {
    for (const { timer } of this.#intervals.values()) clearTimeout(timer);
    this.#intervals.clear();
  }

  #request(sid: string, request: RefreshRequest): void {
    const status = request.reported?.status;
    const interval = this.#intervals.get(sid);
    if (!interval) this.#refresh(sid, new Map([[status, request]]));
    else if (!interval.later.get(status)?.reported?.hasReport) interval.later.set(status, request);
  }

  #isAwaiting(campaign: Campaign): boolean {
    const { requests = [], later = [] } = this.#intervals.get(campaign.sid) ?? {};
    return [...requests, ...later].some(([, { reported }]) => reported && !isShown(campaign, reported));
  }

  #refresh(sid: string, requests: RefreshRequests): void {
    const { feed, account, now } = this.#options;
    const interval: Interval = {
      startMs: now(),
      requests,
      later: new Map(),
      isRemote: false,
      hasFailed: false,
      timer: undefined,
    };
    this.#intervals.set(sid, interval);
    account.invalidate(sid);
    // Without subscribers the next query reads the campaign.
    const isWatched = feed.watchedCampaign(sid) !== undefined;
    const read = isWatched ? this.#readOnce(sid, interval) : Promise.resolve();
    interval.timer = setTimeout(() => {
      void read.then(() => {
        this.#end(sid, interval);
      });
    }, this.#intervalMs).unref();
  }

  /** Reads the campaign in one of the instances that have received the callback; the others learn of the result. */
  async #readOnce(sid: string, interval: Interval): Promise<void> {
    const { feed, account, leases } = this.#options;
    interval.isRemote = !(await leases.acquire(`refresh:${sid}`, this.#intervalMs * leaseShare));
    if (interval.isRemote || feed.watchedCampaign(sid) === undefined) return;
    const options: ReadOptions = {
      report: new ReadReport(),
      noCache: true,
      mustRevalidate: true,
      priority: 'background',
    };
    const [found] = await account.campaigns([sid], options); // the feed observes it
    interval.hasFailed = found instanceof Error;
    if (found === null) feed.notFound(sid);
  }

  /** Ends an interval. The next one begins at once if a request came meanwhile, or if one is not met yet. */
  #end(sid: string, interval: Interval): void {
    if (this.#intervals.get(sid) !== interval) return; // closed
    this.#intervals.delete(sid);
    const { feed, account } = this.#options;
    const campaign = feed.watchedCampaign(sid) ?? account.cached(sid);
    const isUnread = interval.isRemote && (feed.readAtMs(sid) ?? 0) < interval.startMs;
    const responses = interval.hasFailed || isUnread ? 0 : 1;
    const open = new Map(interval.later);
    for (const [status, { reported, responsesLeft, readsLeft }] of interval.requests) {
      const left = { reported, responsesLeft: responsesLeft - responses, readsLeft: readsLeft - 1 };
      const isOver = left.responsesLeft <= 0 || left.readsLeft <= 0;
      const isMet = !campaign || (reported !== undefined && isShown(campaign, reported));
      if (!isOver && !isMet && !open.has(status)) open.set(status, left);
    }
    if (open.size > 0) this.#refresh(sid, open);
  }
}

/** Whether a campaign shows a reported state, or a later one. */
function isShown({ status, reportUrl }: Campaign, reported: ReportedState): boolean {
  if (status === reported.status) return reportUrl !== null || !reported.hasReport;
  return isBackwards(status, reported.status);
}
