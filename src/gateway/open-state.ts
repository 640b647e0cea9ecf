import { type Redis } from 'ioredis';
import { type Config } from '../config.js';
import { MemoryState } from '../datasources/state/memory-state.js';
import { connectToRedis } from '../datasources/state/redis-connection.js';
import { RedisState } from '../datasources/state/redis-state.js';
import { type SharedState } from '../datasources/state/shared-state.js';
import { type Logger } from '../server/logger.js';

/** What the gateways of the account share, and how it is let go of. */
export interface OpenState {
  readonly state: SharedState;
  /** Undefined where this process is the only gateway. */
  readonly redis: Redis | undefined;
  /** Goes before every key, so that several accounts can share a Redis. */
  readonly prefix: string;
  close(): void;
}

/** What the gateways of the account share; without a Redis there is but this one. */
export function openState(
  { redisUrl }: Config,
  accountSid: string,
  now: () => number,
  logger: Logger,
): OpenState {
  const prefix = `campaign-gateway:${accountSid}:`;
  if (redisUrl === undefined)
    return { state: new MemoryState(now), redis: undefined, prefix, close: () => undefined };
  const onTrouble = (error: Error): void => {
    logger.warn({ err: error }, 'the shared state cannot be reached');
  };
  const redis = connectToRedis(redisUrl, onTrouble);
  return {
    state: new RedisState({ redis, prefix, onTrouble }),
    redis,
    prefix,
    close: () => {
      redis.disconnect();
    },
  };
}
