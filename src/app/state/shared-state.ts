import { type SharedWindow } from '../../datasources/exotel/rate-limit/shared-window.js';
import { MemoryBus, MemoryState } from '../../datasources/state/memory-state.js';
import { type RedisConnection } from '../../datasources/state/redis/connection.js';
import { type SharedBus } from '../../datasources/state/shared-bus.js';
import { type SharedState } from '../../datasources/state/shared-state.js';
import { type SharedTierStore } from '../../datasources/state/shared-tier-store.js';
import { type Telemetry } from '../../domain/telemetry.js';
import { type Runtime } from '../runtime.js';

/** State that all instances of the account share. */
export interface OpenState {
  readonly state: SharedState;
  readonly bus: SharedBus;
  /** Undefined without `REDIS_URL`, when this process is the only instance. */
  readonly redis: RedisConnection | undefined;
  readonly sharedTier: SharedTierStore | undefined;
  readonly sharedWindow: SharedWindow | undefined;
  /** Prefix of every key, so that several accounts can share a Redis. */
  readonly prefix: string;
  /** Resolves when Redis has answered, or after a second without an answer. */
  ready(): Promise<void>;
  close(): void;
}

/** Longest wait for Redis at start: a gateway works without it. */
const readyWithinMs = 1000;

/**
 * Opens the shared state: in Redis, or in memory without `REDIS_URL`.
 * @param account names the account in keys.
 */
export async function openState(
  { config: { redisUrl, timeoutMs }, steadyNow, memory }: Runtime,
  telemetry: Telemetry,
  account: string,
): Promise<OpenState> {
  const prefix = `campaign-gateway:${account}:`;
  if (redisUrl === undefined)
    return {
      state: new MemoryState(steadyNow, memory.state),
      bus: new MemoryBus(),
      redis: undefined,
      sharedTier: undefined,
      sharedWindow: undefined,
      prefix,
      ready: () => Promise.resolve(),
      close: () => undefined,
    };
  const { openRedisState } = await import('./redis-state.js');
  const inRedis = openRedisState({ redisUrl, prefix, telemetry, timeoutMs, steadyNow });
  return { ...inRedis, prefix, ready: () => inRedis.redis.ready(readyWithinMs) };
}
