import { type CallOrigin } from '../../../domain/request-trace.js';
import { failedBecause } from '../../../domain/upstream-failure.js';
import { type Permit } from '../rate-limit/priority-queue.js';
import { isUnhurried, type Priority } from '../rate-limit/priority.js';
import { type Budget } from '../rate-limit/rate-limiter.js';
import { type RateHeaders } from '../rate-limit/upstream-quota.js';
import { Lanes } from './bulkhead.js';
import { Breaker, type BreakerState } from './circuit-breaker.js';
import { NotSent } from './not-sent.js';
import { retriedAfter } from './retry.js';

/** What a caller says of a call. */
export interface CallOptions {
  readonly priority: Priority;
  /** How old the answer is that stands in meanwhile. */
  readonly staleMs?: number;
  /** Told when the call has to wait for its place in the budget. */
  readonly onQueued?: () => void;
  /** Whom it is for: every request that is sent, retries included, is counted there. */
  readonly origin?: CallOrigin;
  /** Called before each request leaves; where it throws, none does. */
  readonly beforeSent?: () => void;
}

/** What is told of a try while it runs. */
export interface Told {
  /** Of its answer, before the body is read. */
  headers: RateHeaders | undefined;
}

/** One try: sends the request, and tells what it learns on the way. */
export type Try<T> = (told: Told, timeoutMs: number) => Promise<T>;

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

/** How often and how long a request is tried. */
interface TryLimits {
  /** A write may be repeated only where the upstream did not do it. */
  readonly isWrite: boolean;
  /** For a place in the budget. */
  readonly waitMs: number;
  /** Of one try. */
  readonly timeoutMs: number;
  /** No try begins after it; epoch milliseconds. */
  readonly deadlineMs: number;
  /** No try goes on after it; epoch milliseconds. */
  readonly untilMs: number;
}

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
  once<T>(options: CallOptions, send: Try<T>): Promise<T> {
    const { now, timeoutMs } = this.#options;
    const limits = { isWrite: true, waitMs: readWaitMs, deadlineMs: now() + readWaitMs };
    return this.#send(options, send, { ...limits, timeoutMs, untilMs: Infinity });
  }

  /** Sends up to three times within one deadline: that of one try, and half of it and two seconds more. */
  retried<T>(options: CallOptions, send: Try<T>): Promise<T> {
    const { now, timeoutMs } = this.#options;
    const canWait = isUnhurried(options.priority);
    const waitMs = canWait ? refreshWaitMs : readWaitMs;
    const deadlineMs = now() + timeoutMs * 1.5 + 2000 + (canWait ? refreshWaitMs : 0);
    return this.#send(options, send, { isWrite: false, waitMs, deadlineMs, timeoutMs, untilMs: deadlineMs });
  }

  /** One try. Most first tries are the last: the others are thought of when it has failed. */
  async #send<T>(options: CallOptions, send: Try<T>, limits: TryLimits, isFirst = true): Promise<T> {
    const isWrite = options.priority === 'write';
    const told: Told = { headers: undefined };
    const leftMs = Math.max(1, limits.untilMs - this.#options.now());
    let permit: Permit | undefined;
    try {
      // The place comes first: a probe of the breaker that waited for one would hold up everybody behind it.
      const place = this.#place(options, Math.min(limits.waitMs, leftMs));
      permit = place instanceof Promise ? await place : place;
      // The lane comes before the breaker: that all are taken does not say that the upstream is down.
      const turn = this.#lanes.enter(isWrite);
      if (turn) await turn;
      let value: T;
      try {
        value = await this.#sendOne(options, send, told, Math.min(limits.timeoutMs, leftMs));
      } finally {
        this.#lanes.leave(isWrite);
      }
      permit.answered(told.headers);
      return value;
    } catch (error) {
      if (permit) this.#settle(permit, error, told); // without one it was the budget that refused
      if (isFirst) return this.#triedAgain(error, options, send, limits);
      throw error;
    }
  }

  #settle(permit: Permit, error: unknown, told: Told): void {
    this.#pauseAfter(error);
    if (error instanceof NotSent) permit.unused();
    else permit.answered(told.headers);
  }

  #place({ priority, staleMs = 0, onQueued }: CallOptions, waitMs: number): Permit | Promise<Permit> {
    return this.#options.budget.acquire({ priority, staleMs, waitMs, onQueued });
  }

  #sendOne<T>(options: CallOptions, send: Try<T>, told: Told, timeoutMs: number): Promise<T> {
    return this.#breaker.run(() => {
      options.beforeSent?.();
      if (options.origin) options.origin.calls += 1;
      return send(told, timeoutMs);
    });
  }

  #triedAgain<T>(error: unknown, options: CallOptions, send: Try<T>, limits: TryLimits): Promise<T> {
    const { now, random } = this.#options;
    const { isWrite, deadlineMs } = limits;
    const again = (): Promise<T> => this.#send(options, send, limits, false);
    return retriedAfter(error, again, { isWrite, deadlineMs, now, random });
  }

  /** A 429 holds for every caller, not only for the one that met it. */
  #pauseAfter(error: unknown): void {
    const { budget, now } = this.#options;
    if (failedBecause(error, 'rateLimited'))
      budget.pause(now() + (error.facts.retryAfterSeconds ?? unnamedPauseSeconds) * 1000);
  }
}
