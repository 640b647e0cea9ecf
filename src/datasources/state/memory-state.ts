import { LRUCache } from 'lru-cache';
import { entryBytes, textBytes } from '../../domain/entry-size.js';
import { GatewayError } from '../../domain/errors.js';
import { type SharedBus } from './shared-bus.js';
import { type SharedState } from './shared-state.js';

/** Share of the memory for long texts, which begin a create. The rest is for the short texts that end it. */
const longTextShare = 7 / 8;
/** Texts below this are short, in bytes. */
const shortBytes = 512;
/** Shortest interval between searches for expired entries while the memory is full. */
const purgeEveryMs = 1000;

/**
 * Shared state of a single process, in its memory. Nothing is evicted, since a forgotten idempotency key could create a
 * second campaign: if the memory is full, inserts are refused.
 */
export class MemoryState implements SharedState {
  readonly #texts: LRUCache<string, string>;
  readonly #now: () => number;
  readonly #maximumBytes: number;
  #purgedAtMs = -Infinity;

  /**
   * @param now milliseconds.
   * @param maximumBytes of all keys and texts together.
   */
  constructor(now: () => number, maximumBytes: number) {
    this.#now = now;
    this.#maximumBytes = maximumBytes;
    this.#texts = new LRUCache({
      maxSize: Number.MAX_SAFE_INTEGER, // only to count bytes: `insert` enforces the limit
      sizeCalculation: bytesOf,
      ttlResolution: 0,
      perf: { now },
    });
  }

  read(key: string): Promise<string | null> {
    return Promise.resolve(this.#texts.get(key) ?? null);
  }

  /** @throws GatewayError UPSTREAM_UNAVAILABLE if the memory is full; a full Redis leads to the same error. */
  insert(key: string, text: string, ttlMs: number): Promise<boolean> {
    if (!this.#texts.has(key) && !this.#hasRoomFor(bytesOf(text, key)))
      return Promise.reject(
        new GatewayError(
          'UPSTREAM_UNAVAILABLE',
          'The gateway has no memory left for another idempotency key.',
        ),
      );
    return this.#change(key, undefined, () => this.#texts.set(key, text, { ttl: ttlMs }));
  }

  /** Not limited: a text that was accepted may grow. */
  swap(key: string, from: string, to: string, ttlMs: number): Promise<boolean> {
    return this.#change(key, from, () => this.#texts.set(key, to, { ttl: ttlMs }));
  }

  remove(key: string, text: string): Promise<boolean> {
    return this.#change(key, text, () => this.#texts.delete(key));
  }

  nowMs(): Promise<null> {
    return Promise.resolve(null);
  }

  #change(key: string, from: string | undefined, change: () => unknown): Promise<boolean> {
    const isAsExpected = this.#texts.get(key) === from;
    if (isAsExpected) change();
    return Promise.resolve(isAsExpected);
  }

  #hasRoomFor(bytes: number): boolean {
    const room = bytes < shortBytes ? this.#maximumBytes : this.#maximumBytes * longTextShare;
    if (this.#texts.calculatedSize + bytes <= room) return true;
    if (this.#now() - this.#purgedAtMs < purgeEveryMs) return false;
    this.#purgedAtMs = this.#now();
    this.#texts.purgeStale();
    return this.#texts.calculatedSize + bytes <= room;
  }
}

function bytesOf(text: string, key: string): number {
  return entryBytes + textBytes(text) + textBytes(key);
}

/** Bus of the only instance of an account: there is no other to send to or to receive from. */
export class MemoryBus implements SharedBus {
  readonly isAlone = true;
  readonly isConnected = true;

  publish(): void {
    return undefined;
  }

  subscribe(): () => void {
    return () => undefined;
  }

  onGap(): void {
    return undefined;
  }

  close(): void {
    return undefined;
  }
}
