import { Redis } from 'ioredis';
import { GatewayError } from '../../../domain/errors.js';
import { type SharedState } from '../shared-state.js';

/** Options of the shared state. */
export interface RedisStateOptions {
  /** Owned by the caller, who closes it. */
  readonly redis: Redis;
  /** Prefix of every key, so that several accounts can share a Redis. */
  readonly prefix: string;
  /** Called with the error of each failed command. */
  readonly onTrouble: (error: Error) => void;
}

/** Lua: compare and swap. */
const swapScript = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`;
/** Lua: compare and delete. */
const removeScript = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

/** Shared state in Redis: it outlives the process, and all instances of the account use it. */
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
    return this.#send(() => this.#redis.get(this.#prefix + key));
  }

  async insert(key: string, text: string, ttlMs: number): Promise<boolean> {
    return (await this.#send(() => this.#redis.set(this.#prefix + key, text, 'PX', ttlMs, 'NX'))) === 'OK';
  }

  async swap(key: string, from: string, to: string, ttlMs: number): Promise<boolean> {
    return (
      (await this.#send(() => this.#redis.eval(swapScript, 1, this.#prefix + key, from, to, ttlMs))) === 1
    );
  }

  async remove(key: string, text: string): Promise<boolean> {
    return (await this.#send(() => this.#redis.eval(removeScript, 1, this.#prefix + key, text))) === 1;
  }

  async #send<T>(command: () => Promise<T>): Promise<T> {
    try {
      return await command();
    } catch (error) {
      if (error instanceof Error) this.#onTrouble(error);
      throw new GatewayError('UPSTREAM_UNAVAILABLE', 'The shared state of the gateways cannot be reached.');
    }
  }
}

/** Timeout of a command: an error is better than a long wait for a Redis that is gone. */
const commandTimeoutMs = 2000;

/**
 * Connects to the Redis that the instances of an account share. A lost connection is restored automatically.
 * @param onTrouble called with the reason whenever Redis can't be reached.
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
