import { type CallerPriority, type OnQueued } from '../../../domain/queued-call.js';
import { type UpstreamFailure } from '../../../domain/upstream-failure.js';
import { type RateHeaders } from './upstream-quota.js';

/**
 * Priorities of calls, the first one first: writes, reads that a caller waits for, refreshes of entries that are served stale
 * meanwhile, and background calls, which no request waits for: the poll, and exports.
 */
export const priorities = ['write', 'read', 'refresh', 'background'] as const;
export type Priority = (typeof priorities)[number];

/** Whether no caller waits for a call of this priority. */
export function isDeferrable(priority: Priority): boolean {
  return priority === 'refresh' || priority === 'background';
}

/** Whether a caller of the first priority must not wait for a permit as long as a call of the second does. */
export function outranks(caller: Priority, call: Priority): caller is CallerPriority {
  return !isDeferrable(caller) && priorities.indexOf(caller) < priorities.indexOf(call);
}

/** Longest wait of a read or a write for a permit. A longer wait is refused with the time to come back. */
export const callerWaitMs = 5000;

/** Calls per minute that each priority may use of the limit. */
interface Shares {
  readonly limit: number;
  /** Reads leave a tenth of the limit to writes: a dashboard must not delay the pausing of a campaign. */
  readonly reads: number;
  /** Background calls use a third of the limit at most. */
  readonly background: number;
}

/** Shares of a limit. A limit of 1 or 2 is too small for a reserve. */
export function sharesOf(limit: number): Shares {
  const reserve = limit > 2 ? Math.ceil(limit / 10) : 0;
  return { limit, reads: limit - reserve, background: Math.max(1, Math.floor(limit / 3)) };
}

/** Calls in the window up to which a call of this priority is sent. */
export function shareOf(shares: Shares, priority: Priority): number {
  return priority === 'write' ? shares.limit : shares.reads;
}

/** Request of a call for a permit of the rate limiter. */
export interface PermitRequest {
  readonly priority: Priority;
  /** Age of the stale entry that is served meanwhile. Within a priority the oldest goes first. */
  readonly staleMs: number;
  /** Longest wait for the permit. */
  readonly waitMs: number;
  /** Called when there is no permit at once. */
  readonly onQueued?: OnQueued | undefined;
}

/** Permission to send one call. One of its methods must be called once. */
export interface Permit {
  /** The call had a response, or failed. */
  answered(headers?: RateHeaders): void;
  /** The call was not sent. */
  unused(): void;
}

/** Rank of a waiting call. Its entry ages while it waits, so no call starves. */
export interface Rank {
  readonly priority: Priority;
  /** When the stale entry was fetched; epoch milliseconds. */
  readonly oldSinceMs: number;
}

/** Rank of a request that is made now. */
export function rankOf({ priority, staleMs }: PermitRequest, nowMs: number): Rank {
  return { priority, oldSinceMs: nowMs - staleMs };
}

/**
 * Whether the first call goes before the second. Refreshes and background calls go by age: otherwise dashboards that refresh
 * constantly would starve an export.
 */
function precedes(first: Rank, second: Rank): boolean {
  const [a, b] = [priorities.indexOf(first.priority), priorities.indexOf(second.priority)];
  const isByAge = a === b || (isDeferrable(first.priority) && isDeferrable(second.priority));
  return isByAge && first.oldSinceMs !== second.oldSinceMs ? first.oldSinceMs < second.oldSinceMs : a < b;
}

/** A call that waits for a permit. */
export interface QueuedCall {
  readonly request: PermitRequest;
  readonly rank: Rank;
  readonly grant: (permit: Permit) => void;
  readonly refuse: (error: UpstreamFailure) => void;
  /** True after `grant` or `refuse`. */
  isSettled: boolean;
}

/** Waiting calls in the order of their ranks; equal ranks in the order of arrival. */
export class PriorityQueue {
  readonly #calls: QueuedCall[] = [];

  get first(): QueuedCall | undefined {
    return this.#calls[0];
  }

  /** The first call that is not a background call. */
  get firstInFront(): QueuedCall | undefined {
    return this.#calls.find(({ rank: { priority } }) => priority !== 'background');
  }

  get length(): number {
    return this.#calls.length;
  }

  /** Number of calls that a new call of this rank would have ahead of it. */
  ahead(rank: Rank): number {
    return this.#calls.filter((call) => !precedes(rank, call.rank)).length;
  }

  /**
   * Waits for a permit, at most for the time of the request.
   * @param timeoutError the error after that time.
   * @param onQueued is given the call once it is in the queue.
   */
  wait(
    request: PermitRequest,
    rank: Rank,
    timeoutError: () => UpstreamFailure,
    onQueued: (call: QueuedCall) => void,
  ): Promise<Permit> {
    return new Promise((resolve, reject) => {
      const settle = <Value>(then: (value: Value) => void) => {
        return (value: Value): void => {
          clearTimeout(timer);
          call.isSettled = true;
          then(value);
        };
      };
      const call: QueuedCall = {
        request,
        rank,
        grant: settle(resolve),
        refuse: settle(reject),
        isSettled: false,
      };
      const timer = setTimeout(() => {
        this.remove(call);
        call.refuse(timeoutError());
      }, request.waitMs);
      this.add(call);
      onQueued(call);
    });
  }

  add(call: QueuedCall): void {
    const index = this.#calls.findIndex((other) => precedes(call.rank, other.rank));
    this.#calls.splice(index === -1 ? this.#calls.length : index, 0, call);
  }

  /** Removes a call, if it is in the queue. */
  remove(call: QueuedCall): void {
    const index = this.#calls.indexOf(call);
    if (index !== -1) this.#calls.splice(index, 1);
  }

  /** Removes all calls. */
  clear(): readonly QueuedCall[] {
    return this.#calls.splice(0);
  }
}
