import { type SharedWindow } from '../../datasources/exotel/rate-limit/shared-window.js';
import { MemoryBus, MemoryState } from '../../datasources/state/memory-state.js';
import { type RedisConnection } from '../../datasources/state/redis/connection.js';
import { type SharedBus } from '../../datasources/state/shared-bus.js';
import { SharedClock } from '../../datasources/state/shared-clock.js';
import { type SharedState } from '../../datasources/state/shared-state.js';
import { type SharedTierStore } from '../../datasources/state/shared-tier-store.js';
import { type Telemetry } from '../../domain/telemetry.js';
import { type Runtime } from '../runtime.js';

/** State that all instances of the account share. */
interface OpenState {
  readonly state: SharedState;
  /** Clock that the instances agree on. */
  readonly clock: SharedClock;
  readonly bus: SharedBus;
  /** Undefined without `REDIS_URL`, when this process is the only instance. */
  readonly redis: RedisConnection | undefined;
  /** Whether Redis answers, and the messages of the instances can be sent and received. Undefined without `REDIS_URL`. */
  readonly isRedisUp: (() => boolean) | undefined;
  readonly sharedTier: SharedTierStore | undefined;
  readonly sharedWindow: SharedWindow | undefined;
  /** Prefix of every key, so that several accounts can share a Redis. */
  readonly prefix: string;
  /** Resolves when Redis has answered and the clocks are compared, or after a second without an answer. */
  ready(): Promise<void>;
  close(): void;
}

/** Longest wait for Redis at start: a gateway works without it. */
const readyWithinMs = 1000;
/** Pause between two comparisons of the own clock with Redis's. */
const synchronizeEveryMs = 10_000;

/**
 * Opens the shared state: in Redis, or in memory without `REDIS_URL`.
 * @param account names the account in keys.
 */
export async function openState(
  { config: { redisUrl, timeoutMs }, now, steadyNow, forwardNow, redisWaitMs, memory }: Runtime,
  telemetry: Telemetry,
  account: string,
): Promise<OpenState> {
  const prefix = `campaign-gateway:${account}:`;
  if (redisUrl === undefined) {
    const state = new MemoryState(steadyNow, memory.state);
    return {
      state,
      clock: new SharedClock(state, forwardNow),
      bus: new MemoryBus(),
      redis: undefined,
      isRedisUp: undefined,
      sharedTier: undefined,
      sharedWindow: undefined,
      prefix,
      ready: () => Promise.resolve(),
      close: () => undefined,
    };
  }
  const { openRedisState } = await import('./redis-state.js');
  const inRedis = openRedisState({ redisUrl, prefix, telemetry, redisWaitMs, timeoutMs, now, steadyNow });
  const { redis, state, bus } = inRedis;
  const clock = new SharedClock(state, forwardNow);
  const synchronize = async (): Promise<void> => {
    if (redis.isUp) await clock.synchronize();
  };
  redis.onUp(() => void synchronize());
  const timer = setInterval(() => void synchronize(), synchronizeEveryMs).unref();
  return {
    ...inRedis,
    clock,
    prefix,
    isRedisUp: () => redis.isUp && !bus.isFailing,
    ready: async () => {
      await redis.ready(readyWithinMs);
      await synchronize();
    },
    close: () => {
      clearInterval(timer);
      inRedis.close();
    },
  };
}
