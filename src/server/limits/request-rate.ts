import { type onRequestAsyncHookHandler } from 'fastify';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { type RedisConnection } from '../../datasources/state/redis/connection.js';
import { limitKeyOf } from '../../domain/requests/caller.js';
import { GatewayError } from '../../domain/errors.js';
import { type OperationPipeline } from '../../operations/pipeline.js';
import { writeResult } from '../http/operation-over-http.js';

/** Options of the request rate. */
export interface RequestRateOptions {
  /** Per caller; 0: no limit. */
  readonly requestsPerMinute: number;
  /** Counts for all gateways of an account; undefined: each gateway counts its own requests. */
  readonly redis: RedisConnection | undefined;
  /** Prefix of every key in Redis. */
  readonly prefix: string;
}

const windowSeconds = 60;
const secondMs = 1000;
const windowMs = windowSeconds * secondMs;
/**
 * Limits the requests of each caller in a minute, across all gateways if there is a Redis. A Redis that fails delays no
 * request: meanwhile each gateway counts its own requests.
 */
export class RequestRate {
  readonly #limit: number;
  readonly #local: RateLimiterAbstract;
  readonly #shared: RateLimiterRedis | undefined;
  readonly #redis: RedisConnection | undefined;

  constructor({ requestsPerMinute: points, redis, prefix }: RequestRateOptions) {
    this.#limit = points;
    this.#redis = redis;
    this.#local = new RateLimiterMemory({ points, duration: windowSeconds });
    this.#shared =
      redis &&
      new RateLimiterRedis({
        points,
        duration: windowSeconds,
        storeClient: redis.client,
        keyPrefix: `${prefix}rate`,
        rejectIfRedisNotReady: true, // instead of queueing commands
        inMemoryBlockOnConsumed: points + 1, // callers over the limit put no load on Redis
      });
  }

  /** True if there is a limit. */
  get isOn(): boolean {
    return this.#limit > 0;
  }

  /**
   * Counts a request.
   * @param caller key of the caller (`limitKeyOf`).
   * @returns the error TOO_MANY_REQUESTS with `retryAfter` in seconds; undefined within the limit.
   */
  async take(caller: string): Promise<GatewayError | undefined> {
    if (!this.isOn) return undefined;
    const waitMs = await this.#waitMs(caller);
    return waitMs > 0 ? tooMany(this.#limit, Math.max(1, Math.ceil(waitMs / secondMs))) : undefined;
  }

  async #waitMs(caller: string): Promise<number> {
    let waitMs = await this.#sharedWaitMs(caller);
    if (waitMs !== undefined && waitMs > windowMs) {
      this.#shared?.deleteInMemoryBlockedAll(); // the machine's clock was set back: by it, callers are blocked for longer
      waitMs = await this.#sharedWaitMs(caller);
    }
    return Math.min(windowMs, waitMs ?? (await consume(this.#local, caller)));
  }

  async #sharedWaitMs(caller: string): Promise<number | undefined> {
    const shared = this.#shared;
    return shared && this.#redis?.tryRun(() => consume(shared, caller));
  }
}

/** Counts a request. @returns milliseconds until the caller may send another; 0: within the limit. */
async function consume(limiter: RateLimiterAbstract, caller: string): Promise<number> {
  try {
    await limiter.consume(caller);
    return 0;
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    return Math.max(1, refused.msBeforeNext);
  }
}

function tooMany(limit: number, retryAfter: number): GatewayError {
  const message = `More than ${limit} requests in a minute; try again in ${retryAfter} seconds.`;
  return new GatewayError('TOO_MANY_REQUESTS', message, { limit, retryAfter });
}

/**
 * Headers of a refusal: the policy, what remains of it, and the seconds until it is renewed
 * (draft-ietf-httpapi-ratelimit-headers-10).
 */
function rateLimitHeaders({ limit, retryAfter }: Readonly<Record<string, unknown>>): Record<string, string> {
  return {
    'ratelimit-policy': `"requests";q=${String(limit)};w=${windowSeconds}`,
    ratelimit: `"requests";r=0;t=${String(retryAfter)}`,
  };
}

/** Hooks that count a route's requests before their bodies are read; none without a limit. */
export function rateHooks(rate: RequestRate, pipeline: OperationPipeline): onRequestAsyncHookHandler[] {
  if (!rate.isOn) return [];
  return [
    async (request, reply) => {
      const { caller, trace } = request;
      const tooMany = await rate.take(limitKeyOf(caller, trace.address));
      if (!tooMany) return undefined;
      reply.headers(rateLimitHeaders(tooMany.extensions));
      return reply.send(writeResult(reply, pipeline.refuse(trace, tooMany)));
    },
  ];
}
