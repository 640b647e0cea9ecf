import { type AccountReads } from '../datasources/reading/account-reads.js';
import { ReadReport } from '../datasources/reading/read-report.js';
import { type CampaignStatus } from '../domain/campaign.js';
import { isBackwards } from '../domain/lifecycle.js';
import { type ChangeFeed } from './change-feed.js';

/** "Stats are re-read at most once per campaign per 5 s": DESIGN.md, live. */
const everyMs = 5000;
/** With campaigns that run faster than life it is as much less, but not less than this. */
const shortestMs = 250;

/** A campaign that was read a moment ago. */
interface Rest {
  /** Hinted at since. */
  isHinted: boolean;
  /** The status that it was said to have: an upstream may call back before its own answers show it. */
  awaited: CampaignStatus | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** What hints cost: a burst of any size is one reading at once and one at the end of each five seconds. */
export class Rereads {
  readonly #feed: ChangeFeed;
  readonly #account: AccountReads;
  readonly #everyMs: number;
  readonly #resting = new Map<string, Rest>();

  /** @param speed how many times faster than life campaigns run. */
  constructor(feed: ChangeFeed, account: AccountReads, speed: number) {
    this.#feed = feed;
    this.#account = account;
    this.#everyMs = Math.max(shortestMs, everyMs / Math.max(1, speed));
  }

  /**
   * Something says that a campaign is not what it was.
   * @param awaited the status that it is said to have.
   */
  hint(sid: string, awaited?: CampaignStatus): void {
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
    const rest: Rest = { isHinted: false, awaited, timer: undefined };
    rest.timer = setTimeout(() => {
      this.#resting.delete(sid);
      const now = this.#feed.watchedCampaign(sid);
      const isBehind =
        rest.awaited !== undefined &&
        now &&
        now.status !== rest.awaited &&
        !isBackwards(now.status, rest.awaited);
      if (rest.isHinted || isBehind) this.#read(sid);
    }, this.#everyMs);
    rest.timer.unref();
    this.#resting.set(sid, rest);
    this.#account.outdate(sid);
    // Nobody listens: who asks next reads it.
    if (this.#feed.watchedCampaign(sid) === undefined) return;
    const wish = { report: new ReadReport(), fresh: true, priority: 'background' } as const;
    void this.#account.campaigns([sid], wish); // what it finds is shown to the feed; what fails, the poll reads
  }
}
