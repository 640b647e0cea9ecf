import { UpstreamFailure } from '../../../domain/upstream-failure.js';
import { NotSent } from '../resilience/not-sent.js';
import { type BegunCall } from './call-log.js';
import {
  CallPermit,
  type Permit,
  type PermitSource,
  type QueuedCall,
  PriorityQueue,
} from './priority-queue.js';
import { type PermitRequest, type Rank, rankOf, shareOf, sharesOf } from './priority.js';
import { SlidingWindow } from './sliding-window.js';
import { type WindowStore, minuteMs, type RateHeaders } from './upstream-quota.js';

/** There is no place in time. The budget knows when there will be one, so trying again before is of no use. */
export class RateLimited extends UpstreamFailure {
  constructor(waitMs: number) {
    super('rateLimited', { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) });
  }
}

/** What the budget is made of. */
export interface RateLimiterOptions {
  /** Calls in any 60 seconds; 0: as many as the upstream takes. */
  readonly limit: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The calls of the account's other gateways; undefined where there are none. */
  readonly ledger?: WindowStore | undefined;
}

/** A clock may be a little early. */
const timerSlackMs = 5;

/**
 * Never more calls than the limit in any 60 seconds: a sliding window, since a token bucket's burst would break
 * an upstream that counts in fixed minutes. Corrected by what the upstream itself says.
 */
export class RateLimiter implements PermitSource {
  readonly #options: RateLimiterOptions;
  readonly #minute: SlidingWindow;
  readonly #waiting = new PriorityQueue();
  readonly #ledger: WindowStore | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: RateLimiterOptions) {
    this.#options = options;
    const ledger = options.limit === 0 ? undefined : options.ledger;
    this.#minute = new SlidingWindow({ ...options, weight: ledger && (() => ledger.weight) });
    this.#ledger = ledger;
    ledger?.open(
      (view) => {
        this.#minute.learn(view);
        this.#serve();
      },
      () => this.#minute.log.own,
    );
  }

  /** How many calls may be sent now; null where nothing limits them. */
  get left(): number | null {
    return this.#minute.left;
  }

  /** How things stand, for who watches; null where nothing limits the calls. */
  get figures() {
    const { limit, left, log } = this.#minute;
    const shown = limit === Infinity ? null : limit;
    return { limit: shown, left, inFlight: log.inFlight, queued: this.#waiting.length };
  }

  /**
   * Takes a place among the calls of a minute, or waits for one where there is none yet.
   * @throws UpstreamFailure `rateLimited` at once where there will be none within the claim's time.
   */
  acquire(claim: PermitRequest): Permit | Promise<Permit> {
    const nowMs = this.#options.now();
    const isFree = !this.#isClosed && !this.#ledger && this.#minute.isUnlimited(nowMs);
    return isFree ? this.#permit(claim) : this.#acquire(claim, rankOf(claim, nowMs));
  }

  async #acquire(claim: PermitRequest, rank: Rank): Promise<Permit> {
    if (this.#isClosed) throw new NotSent();
    if (this.#waitMs(rank) <= 0) {
      const permit = this.#ledger ? await this.#sharedPermit(this.#ledger, claim) : this.#permit(claim);
      if (permit) return permit;
    }
    const waitMs = this.#waitMs(rank);
    if (waitMs > claim.waitMs) throw new RateLimited(waitMs);
    claim.onQueued?.();
    return this.#queue(claim, rank);
  }

  /** The upstream said 429: nothing is sent before then. */
  pause(untilMs: number): void {
    this.#minute.pause(untilMs);
    this.#ledger?.pause(untilMs - this.#options.now());
  }

  /** Lets go of the timer; who waits or comes later is refused. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#ledger?.close();
    for (const { refuse } of this.#waiting.empty()) refuse(new NotSent());
  }

  /** How long a claim of this rank will wait for its place; 0 or less: there is one now. */
  #waitMs(rank: Rank): number {
    const nowMs = this.#options.now();
    return this.#minute.placeAtMs(rank, this.#waiting.ahead(rank), nowMs) - nowMs;
  }

  #permit(claim: PermitRequest): Permit {
    return new CallPermit(this, this.#minute.begin(claim));
  }

  /** The account's other gateways are asked too. @returns undefined where they leave no place. */
  async #sharedPermit(ledger: WindowStore, claim: PermitRequest): Promise<Permit | undefined> {
    const { priority } = claim;
    const call = this.#minute.begin(claim); // so that nobody here takes the same place meanwhile
    const shares = sharesOf(this.#minute.limit);
    const grant = await ledger.take({
      id: call.id,
      isBackground: priority === 'background',
      share: shareOf(shares, priority),
      backgroundShare: shares.background,
    });
    if (grant === 'granted' && !this.#isClosed) return new CallPermit(this, call);
    call.end(0);
    if (this.#isClosed) {
      ledger.end(call.id, false, undefined);
      throw new NotSent();
    }
    if (grant !== 'gone' && grant !== 'granted') {
      this.#minute.deny(priority, this.#options.now() + Math.max(grant.waitMs, timerSlackMs));
      return undefined;
    }
    // What others may be sending unseen counts too.
    const nowMs = this.#options.now();
    return this.#minute.placeAtMs(rankOf(claim, nowMs), 0, nowMs) <= nowMs ? this.#permit(claim) : undefined;
  }

  /** A call was answered, or has failed: it counts for a minute more. */
  answered(call: BegunCall, headers: RateHeaders | undefined): void {
    this.#minute.answered(call, headers);
    this.#ledger?.end(call.id, true, headers);
    this.#serve();
  }

  /** A call was not sent after all. */
  unused(call: BegunCall): void {
    this.#minute.unused(call);
    this.#ledger?.end(call.id, false, undefined);
    this.#serve();
  }

  #queue(claim: PermitRequest, rank: Rank): Promise<Permit> {
    const permit = this.#waiting.wait(claim, rank, () => {
      const nowMs = this.#options.now();
      return new RateLimited(this.#minute.placeAtMs(rank, this.#waiting.length, nowMs) - nowMs);
    });
    this.#serve();
    return permit;
  }

  /** Gives every place that there is to who is first, and comes back when there will be another. */
  #serve(): void {
    clearTimeout(this.#timer);
    for (let { first } = this.#waiting; first; { first } = this.#waiting) {
      const nowMs = this.#options.now();
      const placeAtMs = this.#minute.placeAtMs(first.rank, 0, nowMs);
      if (placeAtMs > nowMs) {
        this.#timer = setTimeout(
          () => {
            this.#serve();
          },
          Math.min(placeAtMs - nowMs, minuteMs) + timerSlackMs,
        );
        return;
      }
      this.#waiting.leave(first);
      if (this.#ledger) void this.#serveShared(this.#ledger, first);
      else first.grant(this.#permit(first.claim));
    }
  }

  async #serveShared(ledger: WindowStore, waiter: QueuedCall): Promise<void> {
    try {
      const permit = await this.#sharedPermit(ledger, waiter.claim);
      if (waiter.isOver) permit?.unused();
      else if (permit) waiter.grant(permit);
      else {
        this.#waiting.join(waiter);
        this.#serve();
      }
    } catch {
      waiter.refuse(new NotSent());
    }
  }
}
