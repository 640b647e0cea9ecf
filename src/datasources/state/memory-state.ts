import { LRUCache } from 'lru-cache';
import { upToEntries } from '../../domain/entries.js';
import { type SharedState } from './shared-state.js';

/** A day's creates at thirty a minute, and two days' sids; past that the oldest go first. */
const maximumEntries = 150_000;

/** Shared state of a single process: it lasts as long as the process does. */
export class MemoryState implements SharedState {
  readonly #texts: LRUCache<string, string>;

  /** @param now epoch milliseconds. */
  constructor(now: () => number) {
    this.#texts = new LRUCache({ ...upToEntries(maximumEntries), ttlResolution: 0, perf: { now } });
  }

  read(key: string): Promise<string | null> {
    return Promise.resolve(this.#texts.get(key) ?? null);
  }

  insert(key: string, text: string, ttlMs: number): Promise<boolean> {
    return this.#change(key, undefined, () => this.#texts.set(key, text, { ttl: ttlMs }));
  }

  swap(key: string, from: string, to: string, ttlMs: number): Promise<boolean> {
    return this.#change(key, from, () => this.#texts.set(key, to, { ttl: ttlMs }));
  }

  remove(key: string, text: string): Promise<boolean> {
    return this.#change(key, text, () => this.#texts.delete(key));
  }

  #change(key: string, from: string | undefined, change: () => unknown): Promise<boolean> {
    const isAsExpected = this.#texts.get(key) === from;
    if (isAsExpected) change();
    return Promise.resolve(isAsExpected);
  }
}
