import { UpstreamFailure } from '../../../domain/upstream-failure.js';
import { CallLog, minuteMs } from './call-log.js';
import { NotSent } from './not-sent.js';
import { type Claim, goesBefore, type Rank, rankOf } from './priority.js';
import { isUnhurried, paceMs, shareOf, sharesOf, urgentAfterMs } from './shares.js';
import { type RateHeaders, UpstreamCount } from './upstream-count.js';

/** What the budget is made of. */
export interface BudgetOptions {
  /** Calls in any 60 seconds; 0: as many as the upstream takes. */
  readonly limit: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The right to send one call; to be told how that ended. */
export interface Permit {
  /** Its answer, or its failure, is there. */
  answered(headers?: RateHeaders): void;
  /** It was not sent after all. */
  unused(): void;
}

interface Waiter {
  readonly claim: Claim;
  readonly rank: Rank;
  readonly grant: (permit: Permit) => void;
  readonly refuse: (error: UpstreamFailure) => void;
}

/** A clock may be a little early. */
const timerSlackMs = 5;
/** When to look again at a place that only the answers of calls in flight can give. */
const lookAgainMs = 250;

/**
 * Never more calls than the limit in any 60 seconds: a sliding window, since a token bucket's burst would break
 * an upstream that counts in fixed minutes. Corrected by what the upstream itself says.
 */
export class Budget {
  readonly #options: BudgetOptions;
  readonly #log = new CallLog();
  readonly #upstream = new UpstreamCount();
  readonly #waiting: Waiter[] = [];
  #pausedUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: BudgetOptions) {
    this.#options = options;
  }

  /** How many calls may be sent now; null where nothing limits them. */
  get left(): number | null {
    const nowMs = this.#options.now();
    if (nowMs < this.#pausedUntilMs) return 0;
    const own = this.#limit - this.#log.count(nowMs).all;
    const left = Math.max(0, Math.min(own, this.#upstream.left(nowMs) - this.#log.inFlight));
    return left === Infinity ? null : left;
  }

  /** How things stand, for who watches; null where nothing limits the calls. */
  get figures() {
    const limit = this.#limit === Infinity ? null : this.#limit;
    return { limit, left: this.left, inFlight: this.#log.inFlight, queued: this.#waiting.length };
  }

  /**
   * Waits for a place among the calls of a minute.
   * @throws UpstreamFailure `rateLimited` at once where there will be none within the claim's time.
   */
  async acquire(claim: Claim): Promise<Permit> {
    if (this.#isClosed) throw new NotSent();
    const nowMs = this.#options.now();
    const rank = rankOf(claim, nowMs);
    const ahead = this.#waiting.filter((waiter) => !goesBefore(rank, waiter.rank)).length;
    const placeAtMs = this.#placeAtMs(rank, ahead, nowMs);
    if (placeAtMs <= nowMs) return this.#permit(claim);
    if (placeAtMs - nowMs > claim.waitMs) throw new NoPlace(placeAtMs - nowMs);
    claim.onQueued?.();
    return this.#queue(claim, rank);
  }

  /** The upstream said 429: nothing is sent before then. */
  pause(untilMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs);
  }

  /** Lets go of the timer; who waits or comes later is refused. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const { refuse } of this.#waiting.splice(0)) refuse(new NotSent());
  }

  get #limit(): number {
    const own = this.#options.limit === 0 ? Infinity : this.#options.limit;
    return this.#options.limit === 0 ? own : Math.min(own, this.#upstream.limit);
  }

  /** When a claim with so many others ahead of it will have its place. */
  #placeAtMs({ priority, oldSinceMs }: Rank, ahead: number, nowMs: number): number {
    const times = [nowMs, this.#pausedUntilMs];
    const shares = sharesOf(this.#limit);
    const kept = this.#limit === Infinity ? 0 : this.#limit - shareOf(shares, priority);
    const spare = this.#upstream.left(nowMs) - kept - ahead;
    if (spare <= 0) times.push(this.#upstream.untilMs);
    else if (spare <= this.#log.inFlight) times.push(Math.min(this.#upstream.untilMs, nowMs + lookAgainMs));
    if (this.#limit !== Infinity) {
      const { all, background } = this.#log.count(nowMs);
      times.push(this.#log.whenExpired(all + ahead + 1 - shareOf(shares, priority), nowMs));
      if (isUnhurried(priority) && all >= shares.reads / 2) {
        const evenlyMs = this.#log.whenFewerBegan(Math.ceil(shares.reads / 6), paceMs, nowMs);
        times.push(Math.min(evenlyMs, oldSinceMs + urgentAfterMs));
      }
      if (priority === 'background')
        times.push(this.#log.whenExpired(background + 1 - shares.background, nowMs, 'background'));
    }
    return Math.max(...times);
  }

  #permit({ priority }: Claim): Permit {
    const end = this.#log.begin(priority === 'background', this.#options.now());
    return {
      answered: (headers) => {
        const nowMs = this.#options.now();
        end(this.#limit === Infinity ? 0 : nowMs + minuteMs);
        this.#upstream.correct(headers ?? {}, nowMs);
        this.#serve();
      },
      unused: () => {
        end(0);
        this.#serve();
      },
    };
  }

  #queue(claim: Claim, rank: Rank): Promise<Permit> {
    return new Promise((resolve, reject) => {
      const settle = <Value>(then: (value: Value) => void) => {
        return (value: Value): void => {
          clearTimeout(giveUp);
          then(value);
        };
      };
      const waiter: Waiter = { claim, rank, grant: settle(resolve), refuse: settle(reject) };
      const giveUp = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        const nowMs = this.#options.now();
        waiter.refuse(new NoPlace(this.#placeAtMs(rank, this.#waiting.length, nowMs) - nowMs));
      }, claim.waitMs);
      const place = this.#waiting.findIndex((other) => goesBefore(rank, other.rank));
      this.#waiting.splice(place === -1 ? this.#waiting.length : place, 0, waiter);
      this.#serve();
    });
  }

  /** Gives every place that there is to who is first, and comes back when there will be another. */
  #serve(): void {
    clearTimeout(this.#timer);
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      const nowMs = this.#options.now();
      const placeAtMs = this.#placeAtMs(first.rank, 0, nowMs);
      if (placeAtMs > nowMs) {
        this.#timer = setTimeout(
          () => {
            this.#serve();
          },
          Math.min(placeAtMs - nowMs, minuteMs) + timerSlackMs,
        );
        return;
      }
      this.#waiting.shift();
      first.grant(this.#permit(first.claim));
    }
  }
}

/** There is no place in time. The budget knows when there will be one, so trying again before is of no use. */
export class NoPlace extends UpstreamFailure {
  constructor(waitMs: number) {
    super('rateLimited', { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) });
  }
}
