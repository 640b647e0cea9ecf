import { type Telemetry } from '../domain/telemetry.js';
import { RedisWindow } from '../datasources/exotel/rate-limit/redis-window.js';
import { RedisBus } from '../datasources/state/redis/bus.js';
import { RedisTierStore } from '../datasources/state/redis/shared-tier-store.js';
import { RedisHealth } from '../datasources/state/redis/health.js';
import { connectToRedis, RedisState } from '../datasources/state/redis/state.js';

/** Options of the state in Redis. */
export interface RedisStateOptions {
  readonly redisUrl: string;
  /** Prefix of every key. */
  readonly prefix: string;
  readonly telemetry: Pick<Telemetry, 'redisFailed'>;
  /** Timeout of an upstream call. */
  readonly timeoutMs: number;
  /** Clock in epoch milliseconds. */
  readonly now: () => number;
}

/** Opens the state that all instances of an account share in Redis. */
export function openRedisState({ redisUrl, prefix, telemetry, timeoutMs, now }: RedisStateOptions) {
  const onTrouble = telemetry.redisFailed.bind(telemetry);
  const redis = connectToRedis(redisUrl, onTrouble);
  const health = new RedisHealth({ redis, onTrouble });
  const bus = new RedisBus({ redis, prefix, onTrouble });
  return {
    bus,
    state: new RedisState({ redis, prefix, onTrouble }),
    redis,
    readings: new RedisTierStore({ health, prefix }),
    sharedWindow: new RedisWindow({ health, prefix, timeoutMs, now }),
    ready: (withinMs: number) => health.ready(withinMs),
    close: () => {
      health.close();
      bus.close();
      redis.disconnect();
    },
  };
}
