import { type AccountReads } from '../datasources/reading/account-reads.js';
import { ReadReport } from '../datasources/reading/read-report.js';
import { CampaignStatus } from '../domain/campaign.js';
import { type Campaign } from '../schema/campaign.js';
import { type ChangeFeed, type Watched } from './change-feed.js';

/** What polling needs. */
export interface SharedPollOptions {
  readonly feed: ChangeFeed;
  readonly account: AccountReads;
  /** Whether the upstream calls us back for what happens to a campaign. */
  readonly isCalledBack: (campaign: Campaign) => boolean;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How many times faster than life campaigns run. */
  readonly speed: number;
}

/** How old a campaign that somebody listens to may get, by how fast it can change. */
const intervalMs: Readonly<Record<CampaignStatus, number>> = {
  [CampaignStatus.IN_PROGRESS]: 6_000,
  [CampaignStatus.CREATED]: 20_000,
  [CampaignStatus.SCHEDULED]: 20_000,
  [CampaignStatus.PAUSED]: 20_000,
  [CampaignStatus.COMPLETED]: 20_000,
  [CampaignStatus.ARCHIVED]: 300_000,
  [CampaignStatus.UNKNOWN]: 20_000,
};
/** Callbacks may be lost: "sent again, 2 to 4 times", and then no more (UPSTREAM.md, limits). */
const calledBackIntervalMs = 60_000;
/** A start is looked at when it is due, not up to an interval later. */
const afterStartMs = 2_000;
const shortestMs = 1_000;
/** Campaigns outside the newest window are read one by one, those first that were read longest ago. */
const singlesAtOnce = 2;

/** One reader for all subscribers, where nobody calls back; it rests where nobody listens. */
export class SharedPoll {
  readonly #options: SharedPollOptions;
  #timer: NodeJS.Timeout | undefined;
  #isReading = false;
  #triedAtMs = 0;

  constructor(options: SharedPollOptions) {
    this.#options = options;
    options.feed.onListeners = () => {
      this.#plan();
    };
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#isReading = true; // nothing is planned any more
  }

  /** Sets the one timer to when the first campaign is due. */
  #plan(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { watched } = this.#options.feed;
    if (this.#isReading || watched.length === 0) return;
    const dueAtMs = watched.reduce((first, one) => Math.min(first, this.#dueAtMs(one)), Infinity);
    if (dueAtMs === Infinity) return;
    const earliestMs = this.#triedAtMs + shortestMs;
    this.#timer = setTimeout(
      () => void this.#read(),
      Math.max(0, Math.max(dueAtMs, earliestMs) - this.#options.now()),
    );
    this.#timer.unref();
  }

  async #read(): Promise<void> {
    const { feed, account, now } = this.#options;
    this.#isReading = true;
    this.#triedAtMs = now();
    const due = (): Watched[] => feed.watched.filter((one) => this.#dueAtMs(one) <= now());
    const wish = { report: new ReadReport(), fresh: true, priority: 'background' } as const;
    try {
      if (due().length > 1) await account.newestWindow(wish);
      const singles = due().sort((a, b) => a.readAtMs - b.readAtMs);
      const read = singles.slice(0, singlesAtOnce).map(({ sid }) => account.campaigns([sid], wish));
      await Promise.all(read);
    } catch {
      // The upstream is failing or the budget is spent: it is tried again when the next is due.
    } finally {
      this.#isReading = false;
      this.#plan();
    }
  }

  #dueAtMs({ last, readAtMs }: Watched): number {
    if (!last) return Infinity; // its first listener is reading it
    const { isCalledBack, now } = this.#options;
    const dueAtMs = readAtMs + (isCalledBack(last) ? calledBackIntervalMs : this.#intervalMs(last.status));
    const startMs = Date.parse(last.schedule.startTime ?? '') + afterStartMs;
    const isToStart = last.status === CampaignStatus.SCHEDULED || last.status === CampaignStatus.CREATED;
    return isToStart && readAtMs < startMs && startMs > now() ? Math.min(dueAtMs, startMs) : dueAtMs;
  }

  #intervalMs(status: CampaignStatus): number {
    return Math.max(shortestMs, intervalMs[status] / Math.max(1, this.#options.speed));
  }
}
