import { type Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { GatewayError } from '../../domain/errors.js';
import { type RequestCounts } from './request-counts.js';

/** How often one caller may ask. */
export interface RequestRateOptions {
  /** Of each caller; 0: no limit. */
  readonly requestsPerMinute: number;
  /** Where the gateways of an account count together; undefined: each for itself. */
  readonly redis: Redis | undefined;
  /** Goes before every key in Redis. */
  readonly prefix: string;
  /** Where the workers of one primary process count together, where there is no Redis. */
  readonly counts?: RequestCounts | undefined;
}

const windowSeconds = 60;
const secondMs = 1000;
/** Longer than Redis takes, and shorter than a client notices. */
const patienceMs = 100;
/** How long a Redis that does not answer is not asked again. */
const pauseMs = 2000;

/**
 * Requests of each caller in a minute, counted for all gateways together where there is a Redis, and for all workers
 * where there is a primary process. One that is gone or does not answer slows nobody down: each gateway counts for itself
 * then.
 */
export class RequestRate {
  readonly #limit: number;
  readonly #own: RateLimiterMemory;
  readonly #shared: Pick<RateLimiterRedis, 'consume'> | undefined;
  #askAgainAt = 0;

  constructor({ requestsPerMinute, redis, prefix, counts }: RequestRateOptions) {
    this.#limit = requestsPerMinute;
    const options = { points: requestsPerMinute, duration: windowSeconds };
    this.#own = new RateLimiterMemory(options);
    this.#shared = redis
      ? new RateLimiterRedis({
          ...options,
          storeClient: redis,
          keyPrefix: `${prefix}rate`,
          rejectIfRedisNotReady: true, // and not queued until it is
          inMemoryBlockOnConsumed: requestsPerMinute + 1, // who is over the limit is no load on Redis
        })
      : counts && { consume: (caller) => consume(counts, String(caller), requestsPerMinute) };
  }

  /** True where there is a limit. */
  get isOn(): boolean {
    return this.#limit > 0;
  }

  /**
   * Counts a request.
   * @returns why it is refused, with `retryAfter` in seconds; undefined where it is not.
   */
  async take(caller: string): Promise<GatewayError | undefined> {
    if (!this.isOn) return undefined;
    try {
      await this.#consume(caller);
      return undefined;
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      return tooMany(this.#limit, Math.max(1, Math.ceil(refused.msBeforeNext / secondMs)));
    }
  }

  async #consume(caller: string): Promise<unknown> {
    if (!this.#shared || performance.now() < this.#askAgainAt) return this.#own.consume(caller);
    try {
      return await within(patienceMs, this.#shared.consume(caller));
    } catch (refused) {
      if (refused instanceof RateLimiterRes) throw refused;
      if (refused instanceof NoAnswer) this.#askAgainAt = performance.now() + pauseMs; // the rest is known at once
      return this.#own.consume(caller);
    }
  }
}

/** As the limiters of the library do it. @throws RateLimiterRes where there were too many. */
async function consume(counts: RequestCounts, caller: string, limit: number): Promise<RateLimiterRes> {
  const waitMs = await counts.take(caller, limit);
  const answer = new RateLimiterRes(0, waitMs, limit, false);
  return waitMs > 0 ? Promise.reject(answer) : answer;
}

/** A Redis that is there and does not answer. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** @throws NoAnswer where the answer does not come in time; what comes later is dropped. */
async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const timeOver = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new NoAnswer());
      }, ms);
    });
    return await Promise.race([answer, timeOver]);
  } finally {
    clearTimeout(timer);
  }
}

function tooMany(limit: number, retryAfter: number): GatewayError {
  const message = `More than ${limit} requests in a minute; try again in ${retryAfter} seconds.`;
  return new GatewayError('TOO_MANY_REQUESTS', message, { limit, retryAfter });
}
