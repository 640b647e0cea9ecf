import { RedisWindow } from '../datasources/exotel/rate-limit/redis-window.js';
import { RedisBus } from '../datasources/state/redis/bus.js';
import { RedisTierStore } from '../datasources/state/redis/shared-tier-store.js';
import { RedisHealth } from '../datasources/state/redis/health.js';
import { connectToRedis, RedisState } from '../datasources/state/redis/state.js';

/** What opening it needs. */
export interface RedisStateOptions {
  readonly redisUrl: string;
  /** Goes before every key. */
  readonly prefix: string;
  /** Told why Redis gave no answer. */
  readonly onTrouble: (error: Error) => void;
  /** Of a call to the upstream. */
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What the gateways of an account share in a Redis. */
export function openRedisState({ redisUrl, prefix, onTrouble, timeoutMs, now }: RedisStateOptions) {
  const redis = connectToRedis(redisUrl, onTrouble);
  const health = new RedisHealth({ redis, onTrouble });
  const bus = new RedisBus({ redis, prefix, onTrouble });
  return {
    bus,
    state: new RedisState({ redis, prefix, onTrouble }),
    redis,
    readings: new RedisTierStore({ health, prefix }),
    ledger: new RedisWindow({ health, prefix, timeoutMs, now }),
    ready: (withinMs: number) => health.ready(withinMs),
    close: () => {
      health.close();
      bus.close();
      redis.disconnect();
    },
  };
}
