import { Redis } from 'ioredis';
import { GatewayError } from '../../../domain/errors.js';
import { type SharedState } from '../shared-state.js';

/** Where the shared state is. */
export interface RedisStateOptions {
  /** Belongs to who made it: it is not closed here. */
  readonly redis: Redis;
  /** Goes before every key, so that several accounts can share a Redis. */
  readonly prefix: string;
  /** Told what Redis refuses. */
  readonly onTrouble: (error: Error) => void;
}

/** Compare and set, as one step of the server's. */
const swapScript = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`;
const removeScript = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

/** Shared state in Redis: it outlives the process, and other gateways of the account see it. */
export class RedisState implements SharedState {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #onTrouble: (error: Error) => void;

  constructor({ redis, prefix, onTrouble }: RedisStateOptions) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#onTrouble = onTrouble;
  }

  async read(key: string): Promise<string | null> {
    return this.#ask(() => this.#redis.get(this.#prefix + key));
  }

  async insert(key: string, text: string, ttlMs: number): Promise<boolean> {
    return (await this.#ask(() => this.#redis.set(this.#prefix + key, text, 'PX', ttlMs, 'NX'))) === 'OK';
  }

  async swap(key: string, from: string, to: string, ttlMs: number): Promise<boolean> {
    return (
      (await this.#ask(() => this.#redis.eval(swapScript, 1, this.#prefix + key, from, to, ttlMs))) === 1
    );
  }

  async remove(key: string, text: string): Promise<boolean> {
    return (await this.#ask(() => this.#redis.eval(removeScript, 1, this.#prefix + key, text))) === 1;
  }

  async #ask<T>(command: () => Promise<T>): Promise<T> {
    try {
      return await command();
    } catch (error) {
      if (error instanceof Error) this.#onTrouble(error);
      throw new GatewayError('UPSTREAM_UNAVAILABLE', 'The state that the gateways share cannot be reached.');
    }
  }
}

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
