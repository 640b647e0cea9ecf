import { type BusGap, type SharedBus } from './shared-bus.js';

/** How a worker speaks to the others: through the primary process. */
export interface PrimaryBusOptions {
  /** False once the primary is gone. */
  readonly isOpen: () => boolean;
  /** Says something to all other workers. */
  readonly say: (topic: string, text: string) => void;
  /** Is called when all is said again after something was dropped. */
  readonly onSaidAgain: (listener: () => void) => void;
}

/** A bus of the workers of one primary process. */
export class PrimaryBus implements SharedBus {
  readonly isAlone = false;
  readonly #options: PrimaryBusOptions;
  readonly #listeners = new Map<string, Set<(text: string) => void>>();
  readonly #onGap: ((gap: BusGap) => void)[] = [];
  #isClosed = false;

  constructor(options: PrimaryBusOptions) {
    this.#options = options;
    options.onSaidAgain(() => {
      this.#tell('unsaid');
    });
  }

  get isConnected(): boolean {
    return this.#options.isOpen();
  }

  publish(topic: string, text: string): void {
    if (!this.#isClosed) this.#options.say(topic, text);
  }

  listen(topic: string, listener: (text: string) => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  onGap(listener: (gap: BusGap) => void): void {
    this.#onGap.push(listener);
  }

  close(): void {
    this.#isClosed = true;
    this.#listeners.clear();
  }

  /** Is called by the primary with what another worker said. */
  heard(topic: string, text: string): void {
    for (const listener of [...(this.#listeners.get(topic) ?? [])]) listener(text);
  }

  /** Is called by the primary when this worker can be told again, after it was not told everything. */
  missed(): void {
    this.#tell('unheard');
  }

  #tell(gap: BusGap): void {
    if (!this.#isClosed) for (const listener of this.#onGap) listener(gap);
  }
}
