import { Redis } from 'ioredis';

/** How long a command may take: a caller is better told than kept waiting for a Redis that is gone. */
const commandTimeoutMs = 2000;

/**
 * A connection to the Redis that the gateways of an account share; one that breaks is made anew by itself.
 * @param onTrouble told why Redis can't be reached.
 */
export function connectToRedis(url: string, onTrouble: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    commandTimeout: commandTimeoutMs,
    connectTimeout: commandTimeoutMs,
    maxRetriesPerRequest: 1,
  });
  redis.on('error', onTrouble);
  return redis;
}
