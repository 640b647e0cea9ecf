import { z } from 'zod';
import { type SharedState } from '../shared-state.js';
import { type RedisConnection } from './connection.js';
import { checkedReply } from './odd-replies.js';

/** Lua: compare and swap. */
const swapScript = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`;
/** Lua: compare and delete. */
const removeScript = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

const text = z.string().nullable();
const timestamp = z.tuple([z.coerce.number(), z.coerce.number()]);

/** Shared state in Redis: it outlives the process, and all instances of the account use it. */
export class RedisState implements SharedState {
  readonly #connection: RedisConnection;
  readonly #prefix: string;

  /** @param prefix of every key, so that several accounts can share a Redis. */
  constructor(connection: RedisConnection, prefix: string) {
    this.#connection = connection;
    this.#prefix = prefix;
  }

  async read(key: string): Promise<string | null> {
    return this.#connection.run(async (redis) => checkedReply(text, await redis.get(this.#prefix + key)));
  }

  async insert(key: string, text: string, ttlMs: number): Promise<boolean> {
    const reply = await this.#connection.run((redis) =>
      redis.set(this.#prefix + key, text, 'PX', ttlMs, 'NX'),
    );
    return reply === 'OK';
  }

  async swap(key: string, from: string, to: string, ttlMs: number): Promise<boolean> {
    return this.#eval(swapScript, key, from, to, ttlMs);
  }

  async remove(key: string, text: string): Promise<boolean> {
    return this.#eval(removeScript, key, text);
  }

  async nowMs(): Promise<number> {
    const [seconds, microseconds] = await this.#connection.run(async (redis) =>
      checkedReply(timestamp, await redis.time()),
    );
    return Math.floor(seconds * 1000 + microseconds / 1000);
  }

  async #eval(script: string, key: string, ...values: (string | number)[]): Promise<boolean> {
    return (
      (await this.#connection.run((redis) => redis.eval(script, 1, this.#prefix + key, ...values))) === 1
    );
  }
}
