import { type onRequestAsyncHookHandler } from 'fastify';
import { LRUCache } from 'lru-cache';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { type RedisConnection } from '../../datasources/state/redis/connection.js';
import { entryLimit } from '../../domain/entry-size.js';
import { limitKeyOf } from '../../domain/requests/caller.js';
import { GatewayError } from '../../domain/errors.js';
import { type OperationPipeline } from '../../operations/pipeline.js';
import { writeResult } from '../http/operation-over-http.js';
import { RequestCounts } from './request-counts.js';

/** Options of the request rate. */
interface RequestRateOptions {
  /** Per caller; 0: no limit. */
  readonly requestsPerMinute: number;
  /** Counts for all gateways of an account; undefined: each gateway counts its own requests. */
  readonly redis: RedisConnection | undefined;
  /** Prefix of every key in Redis. */
  readonly prefix: string;
  /** Memory of the counts of this process. */
  readonly maximumBytes: number;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
}

const windowSeconds = 60;
const secondMs = 1000;
const windowMs = windowSeconds * secondMs;
/** Callers over the limit whose requests are refused without asking Redis. */
const maximumBlocked = 1000;

/**
 * Limits the requests of each caller in a minute, across all gateways if there is a Redis. A Redis that fails delays no
 * request: meanwhile each gateway counts its own requests.
 */
export class RequestRate {
  readonly #limit: number;
  readonly #local: RequestCounts;
  readonly #shared: RateLimiterRedis | undefined;
  readonly #redis: RedisConnection | undefined;
  /** Callers over the limit, which Redis counts, until their window ends. */
  readonly #blocked: LRUCache<string, true>;

  constructor({ requestsPerMinute: points, redis, prefix, maximumBytes, now }: RequestRateOptions) {
    this.#limit = points;
    this.#redis = redis;
    this.#local = new RequestCounts({ limit: points, windowMs, maximumBytes, now });
    this.#blocked = new LRUCache({ ...entryLimit(maximumBlocked), ttlResolution: 0, perf: { now } });
    this.#shared =
      redis &&
      new RateLimiterRedis({
        points,
        duration: windowSeconds,
        storeClient: redis.client,
        keyPrefix: `${prefix}rate`,
        rejectIfRedisNotReady: true, // instead of queueing commands
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
    const blockedMs = this.#blocked.getRemainingTTL(caller);
    if (blockedMs > 0) return blockedMs;
    const shared = this.#shared;
    const waitMs = shared && (await this.#redis?.tryRun(() => consume(shared, caller)));
    if (waitMs === undefined) return this.#local.take(caller);
    if (waitMs > 0) this.#blocked.set(structuredClone(caller), true, { ttl: waitMs });
    return waitMs;
  }
}

/** Counts a request in Redis. @returns milliseconds until the caller may send another; 0: within the limit. */
async function consume(limiter: RateLimiterRedis, caller: string): Promise<number> {
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
