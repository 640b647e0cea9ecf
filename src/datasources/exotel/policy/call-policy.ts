import { type Asker } from '../../../domain/trail.js';
import { failedBecause } from '../../../domain/upstream-failure.js';
import { Breaker, type BreakerState } from './breaker.js';
import { Lanes } from './lanes.js';
import { NotSent } from './not-sent.js';
import { type Budget } from './budget.js';
import { type Priority } from './priority.js';
import { retried } from './retry.js';
import { isUnhurried } from './shares.js';
import { type RateHeaders } from './upstream-count.js';

/** What a caller says of a call. */
export interface CallOptions {
  readonly priority: Priority;
  /** How old the answer is that stands in meanwhile. */
  readonly staleMs?: number;
  /** Told when the call has to wait for its place in the budget. */
  readonly onQueued?: () => void;
  /** Whom it is for: every request that is sent, retries included, is counted there. */
  readonly asker?: Asker;
  /** Called before each request leaves; where it throws, none does. */
  readonly beforeSent?: () => void;
}

/** One try: sends the request, and tells the headers of its answer before it reads the body. */
export type Try<T> = (tell: (headers: RateHeaders) => void, timeoutMs: number) => Promise<T>;

/** How requests are sent. */
export interface SendPolicy {
  /** Sends a write: again only where it certainly was not processed. */
  once<T>(options: CallOptions, send: Try<T>): Promise<T>;
  /** Sends up to three times within one deadline. */
  retried<T>(options: CallOptions, send: Try<T>): Promise<T>;
}

/** What the policy is made of. */
export interface CallPolicyOptions {
  readonly budget: Budget;
  /** Per try. */
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly random: () => number;
}

/** A read waits so long for a place; what would take longer is told when to come back. */
const readWaitMs = 5000;
/** A refresh has an old answer in its place. */
const refreshWaitMs = 60_000;

/** How long nothing is sent after a 429 that does not say. */
const unnamedPauseSeconds = 2;

/** Puts every request through the budget and the breaker, and reads through retries within one deadline. */
export class CallPolicy implements SendPolicy {
  readonly #options: CallPolicyOptions;
  readonly #breaker = new Breaker();
  readonly #lanes = new Lanes();

  constructor(options: CallPolicyOptions) {
    this.#options = options;
  }

  /** Whether the upstream is taken to be down. */
  get breakerState(): BreakerState {
    return this.#breaker.state;
  }

  /** Sends a write: again only where it certainly was not processed, and at most for the time of one wait. */
  async once<T>(options: CallOptions, send: Try<T>): Promise<T> {
    const { now, random, timeoutMs } = this.#options;
    const deadlineMs = now() + readWaitMs;
    const attempt = () => this.#send(options, send, readWaitMs, timeoutMs);
    return retried(attempt, { isWrite: true, deadlineMs, now, random });
  }

  /** Sends up to three times within one deadline: that of one try, and half of it and two seconds more. */
  async retried<T>(options: CallOptions, send: Try<T>): Promise<T> {
    const { now, random, timeoutMs } = this.#options;
    const canWait = isUnhurried(options.priority);
    const waitMs = canWait ? refreshWaitMs : readWaitMs;
    const deadlineMs = now() + timeoutMs * 1.5 + 2000 + (canWait ? refreshWaitMs : 0);
    const attempt = () => {
      const leftMs = Math.max(1, deadlineMs - now());
      return this.#send(options, send, Math.min(waitMs, leftMs), Math.min(timeoutMs, leftMs));
    };
    return retried(attempt, { isWrite: false, deadlineMs, now, random });
  }

  async #send<T>(options: CallOptions, send: Try<T>, waitMs: number, timeoutMs: number): Promise<T> {
    const { priority, staleMs = 0, onQueued, asker, beforeSent } = options;
    // The place comes first: a probe of the breaker that waited for one would hold up everybody behind it.
    const place = this.#options.budget.acquire({ priority, staleMs, waitMs, onQueued });
    const permit = place instanceof Promise ? await place : place;
    let headers: RateHeaders | undefined;
    try {
      const value = await this.#inLane(priority === 'write', () => {
        beforeSent?.();
        if (asker) asker.calls += 1;
        return send((told) => (headers = told), timeoutMs);
      });
      permit.answered(headers);
      return value;
    } catch (error) {
      this.#pauseAfter(error);
      if (error instanceof NotSent) permit.unused();
      else permit.answered(headers);
      throw error;
    }
  }

  /** The lane comes before the breaker: that all are taken does not say that the upstream is down. */
  async #inLane<T>(isWrite: boolean, send: () => Promise<T>): Promise<T> {
    const turn = this.#lanes.enter(isWrite);
    if (turn) await turn;
    try {
      return await this.#breaker.run(send);
    } finally {
      this.#lanes.leave(isWrite);
    }
  }

  /** A 429 holds for every caller, not only for the one that met it. */
  #pauseAfter(error: unknown): void {
    const { budget, now } = this.#options;
    if (failedBecause(error, 'rateLimited'))
      budget.pause(now() + (error.facts.retryAfterSeconds ?? unnamedPauseSeconds) * 1000);
  }
}
