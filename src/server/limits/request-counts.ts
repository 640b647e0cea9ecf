import { createHash, randomBytes } from 'node:crypto';
import { entryBytes, textBytes } from '../../domain/entry-size.js';

/** Options of `RequestCounts`. */
interface RequestCountsOptions {
  /** Requests of one caller in a window. */
  readonly limit: number;
  readonly windowMs: number;
  /** Bytes of the callers that have a count of their own. */
  readonly maximumBytes: number;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
}

/** A window, which begins with its first request. */
interface Window {
  count: number;
  readonly endsAtMs: number;
}

/** Counts that further callers share. More of them need more requests in a minute than a process answers. */
const sharedCounts = 16_384;

/**
 * Counts the requests of callers. The memory is bounded, and no count is forgotten before its window ends: otherwise a flood of
 * other callers would free a caller of its limit. Once the memory is full, new callers are counted by the hash of their key,
 * together with any others of the same hash.
 */
export class RequestCounts {
  readonly #options: RequestCountsOptions;
  /** In the order in which they end. */
  readonly #windows = new Map<string, Window>();
  readonly #shared = new Map<number, Window>();
  /** So that callers cannot choose keys that share a count. */
  readonly #salt = randomBytes(16);
  #bytes = 0;

  constructor(options: RequestCountsOptions) {
    this.#options = options;
  }

  /** Bytes of the callers that have a count of their own. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Counts a request. @returns milliseconds until the caller may send another; 0: within the limit. */
  take(caller: string): number {
    const nowMs = this.#options.now();
    this.#forgetEnded(nowMs);
    const window = this.#windows.get(caller) ?? this.#begin(caller, nowMs);
    window.count += 1;
    return window.count > this.#options.limit ? window.endsAtMs - nowMs : 0;
  }

  #begin(caller: string, nowMs: number): Window {
    const { windowMs, maximumBytes } = this.#options;
    const window: Window = { count: 0, endsAtMs: nowMs + windowMs };
    const isFull = this.#bytes + bytesOf(caller) > maximumBytes;
    if (isFull || this.#shared.size > 0) {
      const hash = this.#hashOf(caller);
      const shared = this.#shared.get(hash);
      if (shared) return shared; // it may have counted this caller
      if (isFull) {
        this.#shared.set(hash, window);
        return window;
      }
    }
    this.#windows.set(structuredClone(caller), window); // a part of a header would retain all of it
    this.#bytes += bytesOf(caller);
    return window;
  }

  #forgetEnded(nowMs: number): void {
    for (const [caller, { endsAtMs }] of this.#windows) {
      if (endsAtMs > nowMs) break;
      this.#windows.delete(caller);
      this.#bytes -= bytesOf(caller);
    }
    for (const [hash, { endsAtMs }] of this.#shared) {
      if (endsAtMs > nowMs) break;
      this.#shared.delete(hash);
    }
  }

  #hashOf(caller: string): number {
    return createHash('sha256').update(this.#salt).update(caller).digest().readUInt32LE() % sharedCounts;
  }
}

function bytesOf(caller: string): number {
  return entryBytes + textBytes(caller);
}
