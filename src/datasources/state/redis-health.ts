import { type Redis } from 'ioredis';
import { StoreHealth } from './store-health.js';

/** What a Redis that may be gone is asked through. */
export interface RedisHealthOptions {
  /** Belongs to who made it: it is not closed here. */
  readonly redis: Redis;
  /** Told why Redis gave no answer. */
  readonly onTrouble: (error: Error) => void;
}

/** Asks Redis what can be done without. */
export class RedisHealth extends StoreHealth<Redis> {
  readonly #redis: Redis;

  constructor({ redis, onTrouble }: RedisHealthOptions) {
    super({ store: redis, isOpen: () => redis.status === 'ready', ping: () => redis.ping(), onTrouble });
    this.#redis = redis;
    redis.on('close', this.lost);
    redis.on('ready', this.probe);
    this.probe();
  }

  override close(): void {
    super.close();
    this.#redis.off('close', this.lost);
    this.#redis.off('ready', this.probe);
  }
}
