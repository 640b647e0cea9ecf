import { type ReadOptions } from '../datasources/cache/cache-entry.js';
import { ReadReport } from '../datasources/cache/read-report.js';
import { type AccountReader } from '../datasources/campaigns/account-reader.js';
import { CampaignStatus } from '../domain/campaigns/campaign.js';
import { type Campaign } from '../schema/campaign.js';
import { type ChangeFeed, type WatchedCampaign } from './change-feed.js';
import { type Leases } from './leases.js';

/** Options of the poll. */
interface SharedPollOptions {
  readonly feed: ChangeFeed;
  readonly account: AccountReader;
  /** Choose the instance that reads. */
  readonly leases: Leases;
  /** Called after the newest window was read. */
  readonly onPolled: () => void;
  /** Whether both callbacks of a campaign come to this gateway. */
  readonly isCalledBack: (campaign: Campaign) => boolean;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How many times faster than real ones campaigns run. */
  readonly speed: number;
}

/** Poll interval of a watched campaign, by how fast its status can change. */
const intervalMs: Readonly<Record<CampaignStatus, number>> = {
  [CampaignStatus.IN_PROGRESS]: 6_000,
  [CampaignStatus.CREATED]: 20_000,
  [CampaignStatus.SCHEDULED]: 20_000,
  [CampaignStatus.PAUSED]: 20_000,
  [CampaignStatus.COMPLETED]: 20_000,
  [CampaignStatus.ARCHIVED]: 300_000,
  [CampaignStatus.UNKNOWN]: 20_000,
};
/** Poll interval of a campaign with callbacks: they are sent "2 to 4 times" and may all be lost (docs/upstream.md, limits). */
const calledBackIntervalMs = 60_000;
/** A campaign is read this long after its start time, rather than up to an interval later. */
const afterStartMs = 2_000;
/** Shortest interval between two reads of the poll. */
const shortestMs = 1_000;
/** Campaigns outside the newest window that are read at a time; the ones read longest ago come first. */
const singlesPerRead = 2;
/** Shortest interval between reads of the newest window. */
const windowIntervalMs = 5_000;
/** Lease of the poll: one instance reads at a time and announces what it finds. If it dies, the lease expires. */
const pollLease = { name: 'poll', ttlMs: 10_000 } as const;

/** Polls all watched campaigns for all subscribers together. Without subscribers it makes no calls. */
export class SharedPoll {
  readonly #options: SharedPollOptions;
  #timer: NodeJS.Timeout | undefined;
  #isReading = false;
  #isClosed = false;
  #readAtMs = -Infinity;
  #windowAtMs = -Infinity;
  readonly #triedAtMs = new Map<string, number>();
  /** Changes before this time may have been missed. */
  #missedUntilMs = 0;

  constructor(options: SharedPollOptions) {
    this.#options = options;
    options.feed.onSubscribersChanged = () => {
      this.#schedule();
    };
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#isClosed = true;
  }

  /** Another instance has read the newest window, and has announced its campaigns. */
  applyRemotePoll(): void {
    this.#windowAtMs = this.#options.now();
  }

  /** Changes may have been missed: reads each watched campaign once that was read before, also those with later subscribers. */
  pollAll(): void {
    this.#missedUntilMs = this.#options.now();
    this.#windowAtMs = -Infinity;
    this.#schedule();
  }

  /** Sets the timer to the time when the first campaign is due. */
  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { watched } = this.#options.feed;
    if (this.#isClosed || this.#isReading || watched.length === 0) return;
    const dueAtMs = watched.reduce((first, one) => Math.min(first, this.#dueAtMs(one)), Infinity);
    if (dueAtMs === Infinity) return;
    const nowMs = this.#options.now();
    const earliestMs = Math.min(this.#readAtMs, nowMs) + shortestMs;
    this.#timer = setTimeout(() => void this.#read(), Math.max(0, Math.max(dueAtMs, earliestMs) - nowMs));
    this.#timer.unref();
  }

  async #read(): Promise<void> {
    const { feed, leases, now } = this.#options;
    this.#isReading = true;
    this.#readAtMs = now();
    try {
      if (!(await leases.acquire(pollLease.name, pollLease.ttlMs))) return; // another instance reads, and announces what it finds
      await this.#readDue();
      await leases.release(pollLease.name);
    } finally {
      const watched = new Set(feed.watched.map(({ sid }) => sid));
      for (const sid of this.#triedAtMs.keys()) if (!watched.has(sid)) this.#triedAtMs.delete(sid);
      this.#isReading = false;
      this.#schedule();
    }
  }

  async #readDue(): Promise<void> {
    const { feed, account, onPolled, now } = this.#options;
    const options: ReadOptions = { report: new ReadReport(), noCache: true, priority: 'background' };
    if (this.#due().length > 1 && Math.abs(now() - this.#windowAtMs) >= windowIntervalMs) {
      this.#windowAtMs = now();
      // If it can't be read, its campaigns are read one by one.
      await account.newestWindow(options).then(onPolled, () => undefined);
    }
    const single = this.#due()
      .sort((one, other) => this.#lastAttemptMs(one) - this.#lastAttemptMs(other))
      .slice(0, singlesPerRead);
    for (const { sid } of single) this.#triedAtMs.set(sid, now());
    const found = await Promise.all(single.map(({ sid }) => account.campaigns([sid], options)));
    for (const [index, { sid }] of single.entries()) if (found[index]?.[0] === null) feed.notFound(sid);
  }

  #due(): WatchedCampaign[] {
    const nowMs = this.#options.now();
    return this.#options.feed.watched.filter((one) => this.#dueAtMs(one) <= nowMs);
  }

  /** Time of the last read or attempt: a failed read is not repeated at once. Never later than now, since clocks are set back. */
  #lastAttemptMs({ sid, readAtMs }: WatchedCampaign): number {
    return Math.min(Math.max(readAtMs, this.#triedAtMs.get(sid) ?? 0), this.#options.now());
  }

  #dueAtMs(watched: WatchedCampaign): number {
    const { last } = watched;
    if (!last) return Infinity; // the first subscriber is reading it
    const lastAttemptMs = this.#lastAttemptMs(watched);
    if (lastAttemptMs < this.#missedUntilMs) return lastAttemptMs;
    const isCalledBack = this.#options.isCalledBack(last);
    const dueAtMs = lastAttemptMs + (isCalledBack ? calledBackIntervalMs : this.#intervalMs(last.status));
    const startMs = Date.parse(last.schedule.startTime ?? '') + afterStartMs;
    const isToStart = last.status === CampaignStatus.SCHEDULED || last.status === CampaignStatus.CREATED;
    return isToStart && lastAttemptMs < startMs ? Math.min(dueAtMs, startMs) : dueAtMs;
  }

  #intervalMs(status: CampaignStatus): number {
    return Math.max(shortestMs, intervalMs[status] / Math.max(1, this.#options.speed));
  }
}
