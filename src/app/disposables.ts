import { within } from '../server/connections/closing.js';

/** Everything that was opened, in order: it is closed from the last to the first, each once. */
export class Disposables {
  readonly #closings: (() => Promise<void> | void)[] = [];

  /** Takes something that is open. @returns it. */
  add<T>(open: T, close: (open: T) => Promise<void> | void): T {
    this.#closings.push(() => close(open));
    return open;
  }

  /**
   * Closes all of it, also where something can't be closed.
   * @param withinMs after which nothing is waited for any more; everything is told to close all the same.
   * @throws the first error.
   */
  async close(withinMs: number): Promise<void> {
    const overAtMs = performance.now() + withinMs;
    const errors: unknown[] = [];
    for (const closeOne of this.#closings.splice(0).reverse()) {
      try {
        await within(Math.max(0, overAtMs - performance.now()), closeOne());
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
