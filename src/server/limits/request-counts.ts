import { type RateLimiterAbstract } from 'rate-limiter-flexible';
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js';
import RateLimiterRes from 'rate-limiter-flexible/lib/RateLimiterRes.js';

/** Counts the requests of each caller for several processes. */
export interface RequestCounts {
  /**
   * Counts one.
   * @returns after how many milliseconds the caller may ask again; 0: this one is within the limit.
   */
  take(caller: string, requestsPerMinute: number): Promise<number>;
}

const windowSeconds = 60;

/** A limiter as what it lets a caller wait, in milliseconds; 0 where it does not. */
export function counting(limiter: RateLimiterAbstract): (caller: string) => Promise<number> {
  return async (caller) => {
    try {
      await limiter.consume(caller);
      return 0;
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      return Math.max(1, refused.msBeforeNext);
    }
  };
}

/** Counts in the memory of a process that does so for others. */
export class MemoryCounts implements RequestCounts {
  readonly #byLimit = new Map<number, RateLimiterAbstract>();

  async take(caller: string, requestsPerMinute: number): Promise<number> {
    return counting(this.#limiter(requestsPerMinute))(caller);
  }

  /** All workers have one limit. */
  #limiter(points: number): RateLimiterAbstract {
    const limiter = this.#byLimit.get(points) ?? new RateLimiterMemory({ points, duration: windowSeconds });
    this.#byLimit.set(points, limiter);
    return limiter;
  }
}
