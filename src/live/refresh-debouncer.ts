import { ReadReport } from '../datasources/cache/read-report.js';
import { type AccountReader } from '../datasources/campaigns/account-reader.js';
import { type CampaignStatus } from '../domain/campaign.js';
import { isBackwards } from '../domain/lifecycle.js';
import { type ChangeFeed } from './change-feed.js';
import { type Leases } from './leases.js';

/** "Stats are re-read at most once per campaign per 5 s": DESIGN.md, live. */
const everyMs = 5000;
/** With campaigns that run faster than life it is as much less, but not less than this. */
const shortestMs = 250;
/** What is claimed is free again when those who rest since then look, however their timers go. */
const claimedPart = 0.9;

/** What reading again needs. */
export interface RefreshDebouncerOptions {
  readonly feed: ChangeFeed;
  readonly account: AccountReader;
  /** Decides which of several gateways reads. */
  readonly claims: Leases;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How many times faster than life campaigns run. */
  readonly speed: number;
}

/** A campaign that was read a moment ago. */
interface Rest {
  readonly sinceMs: number;
  /** Another gateway is to read it. */
  isLeftToOthers: boolean;
  /** Hinted at since. */
  isHinted: boolean;
  /** The status that it was said to have: an upstream may call back before its own answers show it. */
  awaited: CampaignStatus | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** What hints cost: a burst of any size is one reading at once and one at the end of each five seconds. */
export class RefreshDebouncer {
  readonly #options: RefreshDebouncerOptions;
  readonly #everyMs: number;
  readonly #resting = new Map<string, Rest>();

  constructor(options: RefreshDebouncerOptions) {
    this.#options = options;
    this.#everyMs = Math.max(shortestMs, everyMs / Math.max(1, options.speed));
  }

  /**
   * Something says that a campaign is not what it was.
   * @param awaited the status that it is said to have.
   */
  request(sid: string, awaited?: CampaignStatus): void {
    const resting = this.#resting.get(sid);
    if (!resting) {
      this.#read(sid, awaited);
      return;
    }
    resting.isHinted = true;
    resting.awaited = awaited ?? resting.awaited;
  }

  /** Forgets what is still to be read. */
  close(): void {
    for (const { timer } of this.#resting.values()) clearTimeout(timer);
    this.#resting.clear();
  }

  #read(sid: string, awaited?: CampaignStatus): void {
    const { feed, account, now } = this.#options;
    const rest: Rest = {
      sinceMs: now(),
      isLeftToOthers: false,
      isHinted: false,
      awaited,
      timer: undefined,
    };
    rest.timer = setTimeout(() => {
      this.#resting.delete(sid);
      if (rest.isHinted || this.#isBehind(sid, rest)) this.#read(sid);
    }, this.#everyMs);
    rest.timer.unref();
    this.#resting.set(sid, rest);
    account.invalidate(sid);
    // Nobody listens: who asks next reads it.
    if (feed.watchedCampaign(sid) !== undefined) void this.#readOnce(sid, rest);
  }

  /** Of all gateways that were hinted at one reads, and the others hear what it finds. */
  async #readOnce(sid: string, rest: Rest): Promise<void> {
    const { feed, account, claims } = this.#options;
    rest.isLeftToOthers = !(await claims.acquire(`reread:${sid}`, this.#everyMs * claimedPart));
    if (rest.isLeftToOthers || feed.watchedCampaign(sid) === undefined) return;
    const wish = { report: new ReadReport(), noCache: true, priority: 'background' } as const;
    const [found] = await account.campaigns([sid], wish); // shown to the feed; what fails, the poll reads
    if (found === null) feed.notFound(sid);
  }

  /** Whether it is still not what it was said to be, or not read by who was to read it. */
  #isBehind(sid: string, { sinceMs, isLeftToOthers, awaited }: Rest): boolean {
    const { feed } = this.#options;
    const now = feed.watchedCampaign(sid);
    if (!now) return false;
    if (isLeftToOthers && (feed.readAtMs(sid) ?? 0) < sinceMs) return true;
    return awaited !== undefined && now.status !== awaited && !isBackwards(now.status, awaited);
  }
}
