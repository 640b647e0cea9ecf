import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Counts the requests of each caller for several processes. */
export interface RequestCounts {
  /**
   * Counts one.
   * @returns after how many milliseconds the caller may ask again; 0: this one is within the limit.
   */
  take(caller: string, requestsPerMinute: number): Promise<number>;
}

const windowSeconds = 60;

/** Counts in the memory of a process that does so for others. */
export class MemoryCounts implements RequestCounts {
  readonly #byLimit = new Map<number, RateLimiterMemory>();

  async take(caller: string, requestsPerMinute: number): Promise<number> {
    try {
      await this.#limiter(requestsPerMinute).consume(caller);
      return 0;
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      return Math.max(1, refused.msBeforeNext);
    }
  }

  /** All workers have one limit. */
  #limiter(points: number): RateLimiterMemory {
    const limiter = this.#byLimit.get(points) ?? new RateLimiterMemory({ points, duration: windowSeconds });
    this.#byLimit.set(points, limiter);
    return limiter;
  }
}
