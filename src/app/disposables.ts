import { withTimeout } from '../domain/timeout.js';

/** A resource that is open. */
interface Closable {
  close(): Promise<void> | void;
}

/** Resources to close, from the last to the first; each is closed once. */
export class Disposables {
  readonly #resources: Closable[] = [];

  /** Adds a resource. @returns the resource. */
  add<T extends Closable>(resource: T): T {
    this.#resources.push(resource);
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
    for (const resource of this.#resources.splice(0).reverse()) {
      try {
        await withTimeout(Math.max(0, deadlineMs - performance.now()), resource.close());
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
