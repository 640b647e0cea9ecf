/** A response with a large body: it has room, or waits for it. */
export interface LargeBody {
  /** False while it waits. */
  readonly hasRoom: boolean;
  /** The body is complete: from now on it takes as much room as it has bytes. */
  readonly completed: (bytes: number) => void;
  /** Gives the room back; may be called more than once. */
  readonly release: () => void;
}

interface Waiting {
  readonly bytes: number;
  readonly begin: () => void;
}

/**
 * Bounds the memory of large response bodies and of the rows made of them. There may be thirty calls in a minute, and a hostile upstream
 * answers each with the most that is accepted. Bodies take turns: the room of one is that of its request until the request
 * is answered.
 */
export class LargeBodies {
  readonly #maximumBytes: number;
  readonly #waiting = new Set<Waiting>();
  #takenBytes = 0;

  /** @param maximumBytes of all of them. One alone may take more. */
  constructor(maximumBytes: number) {
    this.#maximumBytes = maximumBytes;
  }

  /**
   * Takes room for a body, now or when others have given theirs back.
   * @param bytes the most that it may have.
   * @param begin called later, if there is no room now.
   */
  enter(bytes: number, begin: () => void): LargeBody {
    let taken = 0;
    let isOver = false;
    const take = (): void => {
      taken = bytes;
      this.#takenBytes += bytes;
    };
    const waiting = {
      bytes,
      begin: () => {
        take();
        begin();
      },
    };
    if (this.#waiting.size === 0 && this.#fits(bytes)) take();
    else this.#waiting.add(waiting);
    return {
      get hasRoom() {
        return taken > 0 || isOver;
      },
      completed: (actual) => {
        if (taken > actual) this.#giveBack(taken - actual);
        taken = Math.min(taken, actual);
      },
      release: () => {
        isOver = true;
        this.#waiting.delete(waiting);
        this.#giveBack(taken);
        taken = 0;
      },
    };
  }

  #fits(bytes: number): boolean {
    return this.#takenBytes === 0 || this.#takenBytes + bytes <= this.#maximumBytes;
  }

  #giveBack(bytes: number): void {
    this.#takenBytes -= bytes;
    for (const next of this.#waiting) {
      if (!this.#fits(next.bytes)) return;
      this.#waiting.delete(next);
      next.begin();
    }
  }
}
