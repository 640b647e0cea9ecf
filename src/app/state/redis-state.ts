import { RedisWindow } from '../../datasources/exotel/rate-limit/redis-window.js';
import { RedisBus } from '../../datasources/state/redis/bus.js';
import { RedisConnection } from '../../datasources/state/redis/connection.js';
import { RedisTierStore } from '../../datasources/state/redis/shared-tier-store.js';
import { RedisState } from '../../datasources/state/redis/state.js';
import { type Telemetry } from '../../domain/telemetry.js';

/** Options of the state in Redis. */
interface RedisStateOptions {
  readonly redisUrl: string;
  /** Prefix of every key. */
  readonly prefix: string;
  readonly telemetry: Telemetry;
  /** Timeout of an optional command, in milliseconds; the connection's own without one. */
  readonly redisWaitMs: number | undefined;
  /** Timeout of an upstream call. */
  readonly timeoutMs: number;
  /** Clock in epoch milliseconds. */
  readonly now: () => number;
  /** Monotonic clock in milliseconds. */
  readonly steadyNow: () => number;
}

/** Opens the state that all instances of an account share in Redis. */
export function openRedisState(options: RedisStateOptions) {
  const { redisUrl, prefix, telemetry, redisWaitMs, timeoutMs, now, steadyNow } = options;
  const redis = new RedisConnection(redisUrl, telemetry, redisWaitMs);
  const bus = new RedisBus(redis, prefix);
  return {
    redis,
    bus,
    state: new RedisState(redis, prefix),
    sharedTier: new RedisTierStore(redis, prefix),
    sharedWindow: new RedisWindow({ connection: redis, prefix, timeoutMs, now: steadyNow, wallNow: now }),
    close: () => {
      bus.close();
      redis.close();
    },
  };
}
