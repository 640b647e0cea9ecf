/** Exports of a process that read at the same time, in turns. */
const maximumRunning = 2;
/** Further ones that wait with their responses open. */
const maximumWaiting = 8;

/** The place of an export. */
export interface ExportPlace {
  /** Resolves once the export may read; at once if it need not wait. */
  readonly turn: Promise<void>;
  /** Whether it had to wait when it was taken. */
  readonly waits: boolean;
  /** Gives the place to the next export. May be called again. */
  readonly leave: () => void;
}

/** Places of exports: a few read, some wait in the order of their arrival, and further ones are refused. */
export class ExportQueue {
  readonly #running = new Set<ExportPlace>();
  readonly #waiting = new Map<ExportPlace, () => void>();

  /** Number of exports that read, and that wait. */
  get sizes(): { readonly running: number; readonly waiting: number } {
    return { running: this.#running.size, waiting: this.#waiting.size };
  }

  /** Takes a place. @returns undefined if all are taken. */
  enter(): ExportPlace | undefined {
    const isFree = this.#running.size < maximumRunning;
    if (!isFree && this.#waiting.size >= maximumWaiting) return undefined;
    let begin = (): void => undefined;
    const place: ExportPlace = {
      turn: new Promise((resolve) => (begin = resolve)),
      waits: !isFree,
      leave: () => {
        this.#leave(place);
      },
    };
    if (isFree) this.#begin(place, begin);
    else this.#waiting.set(place, begin);
    return place;
  }

  #begin(place: ExportPlace, begin: () => void): void {
    this.#running.add(place);
    begin();
  }

  #leave(place: ExportPlace): void {
    this.#waiting.delete(place);
    if (!this.#running.delete(place)) return;
    const [next] = this.#waiting;
    if (!next) return;
    this.#waiting.delete(next[0]);
    this.#begin(...next);
  }
}
