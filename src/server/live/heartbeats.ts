/** Something that shows from time to time that it is alive. */
export interface Beating {
  beat(): void;
}

const slotMs = 1000;

/** Beats of many connections, each once in a period; they are spread over it, so that no moment has all of them. */
export class Heartbeats {
  readonly #slots: readonly Set<Beating>[];
  readonly #timer: NodeJS.Timeout;
  #current = 0;

  /** @param periodMs in whole seconds. */
  constructor(periodMs: number) {
    this.#slots = Array.from({ length: periodMs / slotMs }, () => new Set());
    this.#timer = setInterval(() => {
      this.#next();
    }, slotMs);
    this.#timer.unref();
  }

  /** Adds one, which beats a period from now first. @returns removes it. */
  add(one: Beating): () => void {
    const slot = this.#slots[this.#current];
    slot?.add(one);
    return () => void slot?.delete(one);
  }

  /** Nothing beats any more. */
  close(): void {
    clearInterval(this.#timer);
  }

  #next(): void {
    this.#current = (this.#current + 1) % this.#slots.length;
    for (const one of this.#slots[this.#current] ?? []) one.beat();
  }
}
