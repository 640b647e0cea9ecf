import { ReadReport } from '../datasources/cache/read-report.js';
import { type AccountReader } from '../datasources/campaigns/account-reader.js';
import { CampaignStatus } from '../domain/campaign.js';
import { type Campaign } from '../schema/campaign.js';
import { type ChangeFeed, type WatchedCampaign } from './change-feed.js';
import { type Leases } from './leases.js';

/** What polling needs. */
export interface SharedPollOptions {
  readonly feed: ChangeFeed;
  readonly account: AccountReader;
  /** Decides which of several gateways reads. */
  readonly claims: Leases;
  /** Told that the newest window was read. */
  readonly onPolled: () => void;
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
/** Callbacks may be lost: "sent again, 2 to 4 times", and then no more (docs/upstream.md, limits). */
const calledBackIntervalMs = 60_000;
/** A start is looked at when it is due, not up to an interval later. */
const afterStartMs = 2_000;
const shortestMs = 1_000;
/** Campaigns outside the newest window are read one by one, those first that were read longest ago. */
const singlesAtOnce = 2;
/** The newest window is as good as new for so long. */
const windowAgainMs = 5_000;
/** One gateway reads at a time, so that the others can hear what it finds; one that dies while it does is waited for. */
const turn = { name: 'poll', ttlMs: 10_000 } as const;

/** One reader for all subscribers, where nobody calls back; it rests where nobody listens. */
export class SharedPoll {
  readonly #options: SharedPollOptions;
  #timer: NodeJS.Timeout | undefined;
  #isReading = false;
  #isClosed = false;
  #readAtMs = -Infinity;
  #windowAtMs = -Infinity;
  readonly #triedAtMs = new Map<string, number>();
  readonly #suspectSinceMs = new Map<string, number>();

  constructor(options: SharedPollOptions) {
    this.#options = options;
    options.feed.onSubscribersChanged = () => {
      this.#plan();
    };
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#isClosed = true;
    this.#isReading = true;
  }

  /** Another gateway has read the newest window: those that were in it were heard of. */
  applyRemotePoll(): void {
    this.#windowAtMs = this.#options.now();
  }

  /** Something may have been missed: all that is listened to is read once. */
  pollAll(): void {
    const { feed, now } = this.#options;
    this.#suspectSinceMs.clear();
    for (const { sid } of feed.watched) this.#suspectSinceMs.set(sid, now());
    this.#windowAtMs = -Infinity;
    this.#plan();
  }

  /** Sets the one timer to when the first campaign is due. */
  #plan(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { watched } = this.#options.feed;
    if (this.#isReading || watched.length === 0) return;
    const dueAtMs = watched.reduce((first, one) => Math.min(first, this.#dueAtMs(one)), Infinity);
    if (dueAtMs === Infinity) return;
    const earliestMs = this.#readAtMs + shortestMs;
    this.#timer = setTimeout(
      () => void this.#read(),
      Math.max(0, Math.max(dueAtMs, earliestMs) - this.#options.now()),
    );
    this.#timer.unref();
  }

  async #read(): Promise<void> {
    const { feed, claims, now } = this.#options;
    this.#isReading = true;
    this.#readAtMs = now();
    try {
      if (!(await claims.acquire(turn.name, turn.ttlMs))) return; // what another one finds is heard of
      await this.#readDue();
      await claims.release(turn.name);
    } finally {
      const listened = new Set(feed.watched.map(({ sid }) => sid));
      for (const sid of this.#triedAtMs.keys()) if (!listened.has(sid)) this.#triedAtMs.delete(sid);
      this.#isReading = this.#isClosed; // nothing is planned any more
      this.#plan();
    }
  }

  async #readDue(): Promise<void> {
    const { feed, account, onPolled, now } = this.#options;
    const wish = { report: new ReadReport(), noCache: true, priority: 'background' } as const;
    if (this.#due().length > 1 && now() - this.#windowAtMs >= windowAgainMs) {
      this.#windowAtMs = now();
      // Where it can't be read, those in it are read one by one.
      await account.newestWindow(wish).then(onPolled, () => undefined);
    }
    const single = this.#due()
      .sort((one, other) => this.#lookedAtMs(one) - this.#lookedAtMs(other))
      .slice(0, singlesAtOnce);
    for (const { sid } of single) this.#triedAtMs.set(sid, now());
    const found = await Promise.all(single.map(({ sid }) => account.campaigns([sid], wish)));
    for (const [index, { sid }] of single.entries()) if (found[index]?.[0] === null) feed.notFound(sid);
  }

  #due(): WatchedCampaign[] {
    const nowMs = this.#options.now();
    return this.#options.feed.watched.filter((one) => this.#dueAtMs(one) <= nowMs);
  }

  /** What can't be read is not asked for again at once. */
  #lookedAtMs({ sid, readAtMs }: WatchedCampaign): number {
    return Math.max(readAtMs, this.#triedAtMs.get(sid) ?? 0);
  }

  #dueAtMs(watched: WatchedCampaign): number {
    const { last } = watched;
    if (!last) return Infinity; // its first listener is reading it
    const { isCalledBack } = this.#options;
    const lookedAtMs = this.#lookedAtMs(watched);
    if (lookedAtMs < (this.#suspectSinceMs.get(watched.sid) ?? 0)) return lookedAtMs;
    const dueAtMs = lookedAtMs + (isCalledBack(last) ? calledBackIntervalMs : this.#intervalMs(last.status));
    const startMs = Date.parse(last.schedule.startTime ?? '') + afterStartMs;
    const isToStart = last.status === CampaignStatus.SCHEDULED || last.status === CampaignStatus.CREATED;
    return isToStart && lookedAtMs < startMs ? Math.min(dueAtMs, startMs) : dueAtMs;
  }

  #intervalMs(status: CampaignStatus): number {
    return Math.max(shortestMs, intervalMs[status] / Math.max(1, this.#options.speed));
  }
}
