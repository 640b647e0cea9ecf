/** A value that any worker may report: the primary process passes it on to the other workers, and keeps it for later ones. */
export class SharedValue<T> {
  #value: T;
  readonly #receivers = new Set<(value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  /** Adds a worker. @returns a function that removes it. */
  add(receiver: (value: T) => void): () => void {
    this.#receivers.add(receiver);
    return () => void this.#receivers.delete(receiver);
  }

  /** Sets the value and passes it on. @param from the worker that reported it. */
  report(value: T, from: (value: T) => void): void {
    this.#value = value;
    for (const receiver of this.#receivers) if (receiver !== from) receiver(value);
  }
}
