import { withTimeout } from '../domain/timeout.js';

/** Resources to close, from the last to the first; each is closed once. */
export class Disposables {
  readonly #closings: (() => Promise<void> | void)[] = [];

  /** Adds a resource. @returns the resource. */
  add<T>(resource: T, close: (resource: T) => Promise<void> | void): T {
    this.#closings.push(() => close(resource));
    return resource;
  }

  /**
   * Closes all resources, even if some fail to close.
   * @param withinMs time to wait for all of them; after it the rest are closed without waiting.
   * @throws the first error.
   */
  async close(withinMs: number): Promise<void> {
    const deadlineMs = performance.now() + withinMs;
    const errors: unknown[] = [];
    for (const closeOne of this.#closings.splice(0).reverse()) {
      try {
        await withTimeout(Math.max(0, deadlineMs - performance.now()), closeOne());
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
