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

/** The request rate of one caller. */
export interface RequestRateOptions {
  /** Per caller; 0: no limit. */
  readonly requestsPerMinute: number;
  /** Counts for all gateways of an account; undefined: each gateway counts its own requests. */
  readonly redis: Redis | undefined;
  /** Prefix of every key in Redis. */
  readonly prefix: string;
}

const windowSeconds = 60;
const secondMs = 1000;
/** Longer than Redis needs, and too short for a client to notice. */
const redisTimeoutMs = 100;
/** After a timeout, Redis is not used for this time. */
const pauseMs = 2000;

/**
 * Limits the requests of each caller in a minute, across all gateways where there is a Redis. A Redis that fails delays no
 * request: meanwhile each gateway counts its own requests.
 */
export class RequestRate {
  readonly #limit: number;
  readonly #local: Count;
  readonly #shared: Count | undefined;
  #redisPausedUntilMs = 0;

  constructor(options: RequestRateOptions) {
    this.#limit = options.requestsPerMinute;
    this.#local = counting(new RateLimiterMemory({ points: this.#limit, duration: windowSeconds }));
    this.#shared = sharedCount(options);
  }

  /** True where there is a limit. */
  get isOn(): boolean {
    return this.#limit > 0;
  }

  /**
   * Counts a request.
   * @returns the error TOO_MANY_REQUESTS with `retryAfter` in seconds; undefined within the limit.
   */
  async take(caller: string): Promise<GatewayError | undefined> {
    if (!this.isOn) return undefined;
    const waitMs = await this.#waitMs(caller);
    return waitMs > 0 ? tooMany(this.#limit, Math.max(1, Math.ceil(waitMs / secondMs))) : undefined;
  }

  async #waitMs(caller: string): Promise<number> {
    if (!this.#shared || performance.now() < this.#redisPausedUntilMs) return this.#local(caller);
    try {
      return await within(redisTimeoutMs, this.#shared(caller));
    } catch (error) {
      if (error instanceof RedisTimeout) this.#redisPausedUntilMs = performance.now() + pauseMs; // requests in the meantime do not wait
      return this.#local(caller);
    }
  }
}

/** Counts a request. @returns milliseconds until the caller may send another; 0: within the limit. */
type Count = (caller: string) => Promise<number>;

/** Adapts a limiter. */
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

/** Undefined without a Redis. */
function sharedCount({ requestsPerMinute, redis, prefix }: RequestRateOptions): Count | undefined {
  if (!redis) return undefined;
  return counting(
    new RateLimiterRedis({
      points: requestsPerMinute,
      duration: windowSeconds,
      storeClient: redis,
      keyPrefix: `${prefix}rate`,
      rejectIfRedisNotReady: true, // instead of queueing commands
      inMemoryBlockOnConsumed: requestsPerMinute + 1, // callers over the limit put no load on Redis
    }),
  );
}

/** Redis did not answer in time. */
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

/** Hooks that count a route's requests before their bodies are read; none without a limit. */
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
