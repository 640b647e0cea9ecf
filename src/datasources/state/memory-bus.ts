import { type SharedBus } from './shared-bus.js';

/** A bus of gateways in one process; of a single one, unless others are made from it. */
export class MemoryBus implements SharedBus {
  readonly isConnected = true;
  readonly #all: Set<MemoryBus>;
  readonly #listeners = new Map<string, Set<(text: string) => void>>();

  /** @param other one that this one is to reach. */
  constructor(other?: MemoryBus) {
    this.#all = other ? other.#all : new Set();
    this.#all.add(this);
  }

  get isAlone(): boolean {
    return this.#all.size < 2;
  }

  publish(topic: string, text: string): void {
    for (const other of this.#all)
      if (other !== this)
        setImmediate(() => {
          other.#hear(topic, text);
        });
  }

  listen(topic: string, listener: (text: string) => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Memory has none. */
  onGap(): void {
    return undefined;
  }

  close(): void {
    this.#all.delete(this);
    this.#listeners.clear();
  }

  #hear(topic: string, text: string): void {
    for (const listener of [...(this.#listeners.get(topic) ?? [])]) listener(text);
  }
}
