/** One worker, as the others reach it. */
export interface Hearer {
  heard(topic: string, text: string): void;
}

/** Passes on what one worker says to all others. */
export class Relay {
  readonly #hearers = new Set<Hearer>();

  /** Lets a worker in. @returns how it speaks. */
  join(hearer: Hearer): { say(topic: string, text: string): void } {
    this.#hearers.add(hearer);
    return {
      say: (topic, text) => {
        for (const other of this.#hearers) if (other !== hearer) other.heard(topic, text);
      },
    };
  }

  leave(hearer: Hearer): void {
    this.#hearers.delete(hearer);
  }
}
