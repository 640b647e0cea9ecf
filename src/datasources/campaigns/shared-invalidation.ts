import { type HybridClock } from '../cache/hybrid-clock.js';
import { type SharedTierStore } from '../state/shared-tier-store.js';

/** Invalidates entries of the shared tier after writes of this instance. */
export class SharedInvalidation {
  readonly #store: SharedTierStore;
  readonly #clock: HybridClock;
  #flushed: Promise<void> = Promise.resolve();

  constructor(store: SharedTierStore, clock: HybridClock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Resolves once all invalidations so far have reached the shared tier, or can't reach it. */
  get flushed(): Promise<void> {
    return this.#flushed;
  }

  /**
   * Invalidates the entries of these scopes.
   * @param options `isDropped`: they must not be served as stale entries either; `onWritten`: called with the version of
   * the first entries that do not predate the write.
   */
  invalidate(
    scopes: readonly string[],
    {
      isDropped = false,
      onWritten,
    }: { readonly isDropped?: boolean; readonly onWritten?: (nextVersion: number) => void } = {},
    version = this.#clock.next(),
  ): void {
    this.#flushed = this.#store.invalidate(scopes, version, isDropped).then((invalidated) => {
      if (invalidated === undefined) return;
      this.#clock.observe(invalidated + 1);
      onWritten?.(invalidated + 1);
    });
  }
}
