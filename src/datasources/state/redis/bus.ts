import { randomUUID } from 'node:crypto';
import { type Redis } from 'ioredis';
import { type BusGap, type SharedBus } from '../shared-bus.js';

/** Where the bus is. */
export interface RedisBusOptions {
  /** What is said goes over it; it is not closed here. What is heard comes over one of the bus's own. */
  readonly redis: Redis;
  /** Goes before every topic, so that several accounts can share a Redis. */
  readonly prefix: string;
  /** Told what Redis refuses. */
  readonly onTrouble: (error: Error) => void;
}

/** A connection whose other end is gone without a word is noticed after one of these. */
const beatEveryMs = 2000;
/** What a Redis that is slow may have waiting; the rest is dropped. */
const maximumWaiting = 5000;

/** A bus over Redis's publish and subscribe; one that breaks comes back by itself, and tells that there was a gap. */
export class RedisBus implements SharedBus {
  readonly isAlone = false;
  readonly #options: RedisBusOptions;
  readonly #subscriber: Redis;
  readonly #me = randomUUID();
  readonly #listeners = new Map<string, Set<(text: string) => void>>();
  readonly #onGap: ((gap: BusGap) => void)[] = [];
  readonly #beat: NodeJS.Timeout;
  readonly #lookAtOnce = (): void => void this.#look();
  #isConnected = false;
  #isClosed = false;
  #waiting = 0;
  #hasDropped = false;

  constructor(options: RedisBusOptions) {
    this.#options = options;
    this.#subscriber = options.redis.duplicate({
      maxRetriesPerRequest: null, // a Redis that is away for long must not end the process
      autoResubscribe: false, // it is told when that is done
      enableOfflineQueue: false,
    });
    this.#subscriber
      .on('error', options.onTrouble)
      .on('ready', () => void this.#subscribe())
      .on('close', () => (this.#isConnected = false))
      .on('message', (channel: string, said: string) => {
        this.#hear(channel, said);
      });
    options.redis.on('ready', this.#lookAtOnce);
    this.#beat = setInterval(() => void this.#look(), beatEveryMs);
    this.#beat.unref();
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  publish(topic: string, text: string): void {
    const { redis } = this.#options;
    if (redis.status !== 'ready' || this.#waiting >= maximumWaiting) {
      this.#hasDropped = true;
      return;
    }
    this.#waiting += 1;
    void redis
      .publish(this.#channelOf(topic), `${this.#me} ${text}`)
      .catch(() => (this.#hasDropped = true))
      .finally(() => (this.#waiting -= 1));
  }

  subscribe(topic: string, listener: (text: string) => void): () => void {
    const channel = this.#channelOf(topic);
    const listeners = this.#listeners.get(channel) ?? new Set();
    const isFirst = listeners.size === 0;
    this.#listeners.set(channel, listeners.add(listener));
    if (isFirst && this.#subscriber.status === 'ready') void this.#subscribe();
    return () => void listeners.delete(listener);
  }

  onGap(listener: (gap: BusGap) => void): void {
    this.#onGap.push(listener);
  }

  close(): void {
    clearInterval(this.#beat);
    this.#options.redis.off('ready', this.#lookAtOnce);
    this.#listeners.clear();
    this.#isClosed = true;
    this.#subscriber.disconnect();
  }

  /** What was said before this was not heard. */
  async #subscribe(): Promise<void> {
    if (this.#listeners.size === 0) return;
    try {
      await this.#subscriber.subscribe(...this.#listeners.keys());
      this.#isConnected = true;
      this.#tell('unheard');
    } catch (error) {
      this.#trouble(error);
    }
  }

  /** Makes sure that what is said arrives, both ways. */
  async #look(): Promise<void> {
    const { redis } = this.#options;
    try {
      if (this.#subscriber.status === 'ready') await this.#subscriber.ping();
      if (this.#subscriber.status === 'ready' && !this.#isConnected) await this.#subscribe();
    } catch (error) {
      this.#trouble(error);
    }
    if (!this.#hasDropped || redis.status !== 'ready' || !(await isAnswered(redis))) return;
    this.#hasDropped = false;
    this.#tell('unsaid');
  }

  #trouble(error: unknown): void {
    this.#isConnected = false;
    if (error instanceof Error) this.#options.onTrouble(error);
    if (this.#subscriber.status === 'ready' && !this.#isClosed) this.#subscriber.disconnect(true);
  }

  #tell(gap: BusGap): void {
    for (const listener of this.#onGap) listener(gap);
  }

  #hear(channel: string, said: string): void {
    const [from = ''] = said.split(' ', 1);
    if (from === this.#me) return;
    for (const listener of [...(this.#listeners.get(channel) ?? [])]) listener(said.slice(from.length + 1));
  }

  #channelOf(topic: string): string {
    return `${this.#options.prefix}bus:${topic}`;
  }
}

async function isAnswered(redis: Redis): Promise<boolean> {
  return redis.ping().then(
    () => true,
    () => false,
  );
}
