import { type onRequestAsyncHookHandler } from 'fastify';
import { type Redis } from 'ioredis';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { GatewayError } from '../../domain/errors.js';
import { type OperationPipeline } from '../../operations/pipeline.js';
import { writeResult } from '../http/operation-over-http.js';

/** How often one caller may ask. */
export interface RequestRateOptions {
  /** Of each caller; 0: no limit. */
  readonly requestsPerMinute: number;
  /** Where the gateways of an account count together; undefined: each for itself. */
  readonly redis: Redis | undefined;
  /** Goes before every key in Redis. */
  readonly prefix: string;
}

const windowSeconds = 60;
const secondMs = 1000;
/** Longer than Redis takes, and shorter than a client notices. */
const redisTimeoutMs = 100;
/** How long a Redis that does not answer is not asked again. */
const pauseMs = 2000;

/**
 * Requests of each caller in a minute, counted for all gateways together where there is a Redis. A Redis that is gone or
 * does not answer delays no request: each gateway counts for itself meanwhile.
 */
export class RequestRate {
  readonly #limit: number;
  readonly #own: Count;
  readonly #shared: Count | undefined;
  #askAgainAt = 0;

  constructor(options: RequestRateOptions) {
    this.#limit = options.requestsPerMinute;
    this.#own = counting(new RateLimiterMemory({ points: this.#limit, duration: windowSeconds }));
    this.#shared = sharedCount(options);
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
    const waitMs = await this.#waitMs(caller);
    return waitMs > 0 ? tooMany(this.#limit, Math.max(1, Math.ceil(waitMs / secondMs))) : undefined;
  }

  async #waitMs(caller: string): Promise<number> {
    if (!this.#shared || performance.now() < this.#askAgainAt) return this.#own(caller);
    try {
      return await within(redisTimeoutMs, this.#shared(caller));
    } catch (error) {
      if (error instanceof RedisTimeout) this.#askAgainAt = performance.now() + pauseMs; // the rest is known at once
      return this.#own(caller);
    }
  }
}

/** Counts a request. @returns after how many milliseconds the caller may ask again; 0: it is within the limit. */
type Count = (caller: string) => Promise<number>;

/** A limiter as the wait that it imposes; 0 for none. */
function counting(limiter: RateLimiterAbstract): Count {
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

/** Counts in Redis; undefined where there is none. */
function sharedCount({ requestsPerMinute, redis, prefix }: RequestRateOptions): Count | undefined {
  if (!redis) return undefined;
  return counting(
    new RateLimiterRedis({
      points: requestsPerMinute,
      duration: windowSeconds,
      storeClient: redis,
      keyPrefix: `${prefix}rate`,
      rejectIfRedisNotReady: true, // and not queued until it is
      inMemoryBlockOnConsumed: requestsPerMinute + 1, // who is over the limit is no load on Redis
    }),
  );
}

/** A Redis that is there and does not answer. */
class RedisTimeout extends Error {
  override readonly name = 'NoAnswer';
}

/** @throws NoAnswer where the answer does not come in time; what comes later is dropped. */
async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const timeOver = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new RedisTimeout());
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

/** Counts a route's requests before their bodies are read; no hook where there is no limit. */
export function rateHooks(rate: RequestRate, pipeline: OperationPipeline): onRequestAsyncHookHandler[] {
  if (!rate.isOn) return [];
  return [
    async (request, reply) => {
      const tooMany = await rate.take(request.caller.name);
      if (!tooMany) return undefined;
      return reply.send(writeResult(reply, pipeline.refuse(request.trace, tooMany)));
    },
  ];
}
