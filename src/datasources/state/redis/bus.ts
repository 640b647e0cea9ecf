import { randomUUID } from 'node:crypto';
import { type Redis } from 'ioredis';
import { type BusGap, type SharedBus } from '../shared-bus.js';
import { type RedisConnection, requiredTimeoutMs } from './connection.js';
import { reconnectAfterStrayReplies, reopen } from './odd-replies.js';

/** Interval of the pings, which detect a connection whose other end is gone. */
const pingIntervalMs = 2000;
/** Messages that may wait for a slow Redis; more are dropped. */
const maximumPending = 5000;

/** Bus over Redis publish and subscribe. A lost connection is restored automatically and reported as a gap. */
export class RedisBus implements SharedBus {
  readonly isAlone = false;
  readonly #connection: RedisConnection;
  readonly #prefix: string;
  readonly #subscriber: Redis;
  readonly #instanceId = randomUUID();
  readonly #listeners = new Map<string, Set<(text: string) => void>>();
  readonly #onGap: ((gap: BusGap) => void)[] = [];
  readonly #pingTimer: NodeJS.Timeout;
  #isConnected = false;
  /** True from a lost connection until messages can be received again. */
  #isInterrupted = false;
  #isClosed = false;
  #pending = 0;
  #hasDropped = false;

  /**
   * @param connection sends the messages; they are received over a second one.
   * @param prefix of every topic, so that several accounts can share a Redis.
   */
  constructor(connection: RedisConnection, prefix: string) {
    this.#connection = connection;
    this.#prefix = prefix;
    this.#subscriber = connection.client.duplicate({
      maxRetriesPerRequest: null, // a long outage must not end the process
      autoResubscribe: false, // `#subscribe` does it, and reports the gap
      enableOfflineQueue: false,
      commandTimeout: requiredTimeoutMs,
    });
    this.#subscriber
      .on('error', connection.report)
      .on('ready', () => void this.#subscribe())
      .on('close', () => ([this.#isConnected, this.#isInterrupted] = [false, true]))
      .on('message', (channel: string, message: string) => {
        this.#receive(channel, message);
      });
    reconnectAfterStrayReplies(this.#subscriber, connection.report);
    connection.client.on('ready', this.#checkPublishing);
    this.#pingTimer = setInterval(() => void this.#check(), pingIntervalMs);
    this.#pingTimer.unref();
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** True while messages can't be sent, or can't be received. Those of that time are lost. */
  get isFailing(): boolean {
    return this.#hasDropped || this.#isInterrupted;
  }

  publish(topic: string, text: string): void {
    if (this.#connection.client.status !== 'ready' || this.#pending >= maximumPending) {
      this.#hasDropped = true;
      return;
    }
    this.#pending += 1;
    void this.#connection
      .send((redis) => redis.publish(this.#channelOf(topic), `${this.#instanceId} ${text}`))
      .catch(this.#drop)
      .finally(() => (this.#pending -= 1));
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
    clearInterval(this.#pingTimer);
    this.#connection.client.off('ready', this.#checkPublishing);
    this.#listeners.clear();
    this.#isClosed = true;
    this.#subscriber.disconnect();
  }

  /** Subscribes to all topics. Messages from before this may be lost. */
  async #subscribe(): Promise<void> {
    if (this.#listeners.size === 0) return;
    try {
      await this.#subscriber.subscribe(...this.#listeners.keys());
      [this.#isConnected, this.#isInterrupted] = [true, false];
      this.#reportGap('receive');
    } catch (error) {
      this.#handleError(error);
    }
  }

  /** Checks both connections, and reports the end of a gap. */
  async #check(): Promise<void> {
    try {
      if (this.#subscriber.status === 'ready') await this.#subscriber.ping();
      if (this.#subscriber.status === 'ready' && !this.#isConnected) await this.#subscribe();
    } catch (error) {
      this.#handleError(error);
    }
    if (this.#hasDropped && this.#connection.client.status === 'ready') this.#checkPublishing();
  }

  /**
   * Publishes on a topic without subscribers, and ends the gap if that works. When a connection is new it finds out that Redis refuses
   * messages (a user without the rights for channels), before the first one is lost.
   */
  readonly #checkPublishing = (): void => {
    void this.#connection
      .send((redis) => redis.publish(this.#channelOf('check'), ''))
      .then(() => {
        if (!this.#hasDropped) return;
        this.#hasDropped = false;
        this.#reportGap('send');
      }, this.#drop);
  };

  readonly #drop = (error: unknown): void => {
    this.#hasDropped = true;
    this.#connection.report(error);
  };

  #handleError(error: unknown): void {
    [this.#isConnected, this.#isInterrupted] = [false, true];
    this.#connection.report(error);
    if (this.#subscriber.status === 'ready' && !this.#isClosed) reopen(this.#subscriber);
  }

  #reportGap(gap: BusGap): void {
    if (!this.isFailing) this.#connection.reportAnswer();
    for (const listener of this.#onGap) listener(gap);
  }

  #receive(channel: string, message: string): void {
    const [from = ''] = message.split(' ', 1);
    if (from === this.#instanceId) return;
    for (const listener of [...(this.#listeners.get(channel) ?? [])])
      listener(message.slice(from.length + 1));
  }

  #channelOf(topic: string): string {
    return `${this.#prefix}bus:${topic}`;
  }
}
