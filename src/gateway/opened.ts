/** What was opened, in order: it is closed from the last to the first, each once. */
export class Opened {
  readonly #closings: (() => Promise<void> | void)[] = [];

  /** Takes something that is open. @returns it. */
  add<T>(open: T, close: (open: T) => Promise<void> | void): T {
    this.#closings.push(() => close(open));
    return open;
  }

  /** Closes all of it. */
  async close(): Promise<void> {
    for (const closeOne of this.#closings.splice(0).reverse()) await closeOne();
  }
}
