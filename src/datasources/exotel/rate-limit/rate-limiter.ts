import { NotSent, RateLimited } from '../resilience/call-refusals.js';
import {
  callerWaitMs,
  type Permit,
  type PermitRequest,
  PriorityQueue,
  type QueuedCall,
  type Rank,
  rankOf,
  shareOf,
  sharesOf,
} from './priority-queue.js';
import { type SharedWindow } from './shared-window.js';
import { type LoggedCall, SlidingWindow } from './sliding-window.js';
import { minuteMs } from './upstream-quota.js';

interface RateLimiterOptions {
  /** Calls in any 60 seconds; 0 for no limit but the upstream's. */
  readonly limit: number;
  /** Monotonic clock in milliseconds. A wall clock that is set forward would end the minute before the upstream's. */
  readonly now: () => number;
  /** Clock in epoch milliseconds, for the upstream's headers. Default: `now`. */
  readonly wallNow?: () => number;
  /** Window of all gateways of the account; undefined for a single gateway. */
  readonly sharedWindow?: SharedWindow | undefined;
}

/** Timers may fire a little early. */
const timerSlackMs = 5;

/**
 * Grants permits for at most the limit of calls in any 60 seconds, by priority. It uses a sliding window, corrected by the
 * upstream's headers: bursts of a token bucket would exceed the fixed minutes of the upstream.
 */
export class RateLimiter {
  readonly #now: () => number;
  readonly #wallNow: () => number;
  readonly #window: SlidingWindow;
  readonly #shared: SharedWindow | undefined;
  readonly #queue = new PriorityQueue();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor({ limit, now, wallNow = now, sharedWindow }: RateLimiterOptions) {
    const shared = limit === 0 ? undefined : sharedWindow;
    this.#now = now;
    this.#wallNow = wallNow;
    this.#shared = shared;
    this.#window = new SlidingWindow({ limit, now, wallNow, weight: shared && (() => shared.weight) });
    shared?.open(
      (view) => {
        this.#window.applyOthers(view);
        this.#serve();
      },
      () => this.#window.own,
    );
  }

  /** Number of calls that may be sent now; null for no limit. */
  get left(): number | null {
    return this.#window.left;
  }

  /** When all calls of the limit may be sent again, if none is sent until then; epoch milliseconds. */
  get resetsAtMs(): number {
    return this.#window.resetsAtMs - this.#now() + this.#wallNow();
  }

  /** Figures for metrics; null for no limit. */
  get figures() {
    const { limit, left, inFlight } = this.#window;
    return { limit: limit === Infinity ? null : limit, left, inFlight, queued: this.#queue.length };
  }

  /**
   * Takes a permit, or waits for one.
   * @throws RateLimited at once if there will be none within the time of the request; NotSent after `close`.
   */
  acquire(request: PermitRequest): Permit | Promise<Permit> {
    const nowMs = this.#now();
    const isFree = !this.#isClosed && !this.#shared && this.#window.isUnlimited(nowMs);
    return isFree ? this.#permit(request) : this.#acquire(request, rankOf(request, nowMs));
  }

  async #acquire(request: PermitRequest, rank: Rank): Promise<Permit> {
    if (this.#isClosed) throw new NotSent();
    if (this.#waitMs(rank, this.#queue.ahead(rank)) <= 0) {
      const permit = this.#shared ? await this.#sharedPermit(this.#shared, request) : this.#permit(request);
      if (permit) return permit;
    }
    const waitMs = this.#waitMs(rank, this.#queue.ahead(rank));
    if (waitMs > request.waitMs) throw new RateLimited(waitMs);
    const permit = this.#queue.wait(
      request,
      rank,
      () => new RateLimited(this.#waitMs(rank, this.#queue.length)),
      (call) => {
        request.onQueued?.(async (priority, onQueued) => {
          if (!call.isSettled)
            await this.#raise(call, { priority, staleMs: 0, waitMs: callerWaitMs, onQueued });
        });
      },
    );
    this.#serve();
    return permit;
  }

  /** Gives a queued call the permit of another request, unless it gets its own first. */
  async #raise(call: QueuedCall, request: PermitRequest): Promise<void> {
    try {
      const permit = await this.acquire(request);
      if (call.isSettled) permit.unused();
      else {
        this.#queue.remove(call);
        call.grant(permit);
      }
    } catch (error) {
      if (!call.isSettled) throw error;
    }
  }

  /** Pauses all calls, after a 429. */
  pause(untilMs: number): void {
    this.#window.pause(untilMs);
    this.#shared?.pause(untilMs - this.#now());
  }

  /** Stops the timer, and refuses waiting and further calls. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#shared?.close();
    for (const { refuse } of this.#queue.clear()) refuse(new NotSent());
  }

  /** Wait for a permit; 0 or less if there is one now. */
  #waitMs(rank: Rank, ahead: number): number {
    const nowMs = this.#now();
    return this.#window.placeAtMs(rank, ahead, nowMs) - nowMs;
  }

  #permit(request: PermitRequest, call: LoggedCall = this.#window.begin(request)): Permit {
    return {
      answered: (headers) => {
        this.#window.answered(call, headers);
        this.#shared?.end(call.id, true, headers);
        this.#serve();
      },
      unused: () => {
        this.#window.unused(call);
        this.#shared?.end(call.id, false, undefined);
        this.#serve();
      },
    };
  }

  /** Takes a permit of the shared window too. @returns undefined if it has no room. */
  async #sharedPermit(shared: SharedWindow, request: PermitRequest): Promise<Permit | undefined> {
    const { priority } = request;
    const call = this.#window.begin(request); // first, so that no other call here takes the same place
    const shares = sharesOf(this.#window.limit);
    const grant = await shared.take({
      id: call.id,
      isBackground: priority === 'background',
      share: shareOf(shares, priority),
      backgroundShare: shares.background,
    });
    if (grant === 'granted' && !this.#isClosed) return this.#permit(request, call);
    this.#window.release(call);
    if (this.#isClosed) {
      shared.end(call.id, false, undefined);
      throw new NotSent();
    }
    if (typeof grant === 'object') {
      this.#window.deny(priority, this.#now() + Math.max(grant.waitMs, timerSlackMs));
      return undefined;
    }
    // The unknown calls of other gateways count now.
    return this.#waitMs(rankOf(request, this.#now()), 0) <= 0 ? this.#permit(request) : undefined;
  }

  /** Gives all available permits to the first calls of the queue, and sets a timer for the next one. */
  #serve(): void {
    clearTimeout(this.#timer);
    for (let first = this.#next(); first; first = this.#next()) {
      const waitMs = this.#waitMs(first.rank, 0);
      if (waitMs > 0) {
        this.#timer = setTimeout(
          () => {
            this.#serve();
          },
          Math.min(waitMs, minuteMs) + timerSlackMs,
        );
        return;
      }
      this.#queue.remove(first);
      if (this.#shared) void this.#serveShared(this.#shared, first);
      else first.grant(this.#permit(first.request));
    }
  }

  /** The next call to serve: a background call whose share is used up stops no other call. */
  #next(): QueuedCall | undefined {
    const { first, firstInFront } = this.#queue;
    if (!first || !firstInFront || first === firstInFront) return first;
    return this.#waitMs(first.rank, 0) <= this.#waitMs(firstInFront.rank, 0) ? first : firstInFront;
  }

  async #serveShared(shared: SharedWindow, call: QueuedCall): Promise<void> {
    try {
      const permit = await this.#sharedPermit(shared, call.request);
      if (call.isSettled) permit?.unused();
      else if (permit) call.grant(permit);
      else {
        this.#queue.add(call);
        this.#serve();
      }
    } catch {
      call.refuse(new NotSent());
    }
  }
}
