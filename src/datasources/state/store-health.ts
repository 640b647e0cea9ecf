/** A store that may be gone, and how it is asked. */
export interface StoreHealthOptions<Store> {
  readonly store: Store;
  /** False where there is no connection: then not even a probe is sent. */
  readonly isOpen: () => boolean;
  /** Fails where the store does not answer. */
  readonly ping: () => Promise<unknown>;
  /** Told why the store gave no answer. */
  readonly onTrouble: (error: Error) => void;
}

/** How long an answer may take: what is asked here can be done without, and should not be waited for. */
const patienceMs = 200;
/** How often a store that gave none is tried again; nobody waits for that. */
const probeEveryMs = 250;

/**
 * Asks a store what can be done without. One answer that fails or takes long, and nothing is asked any more until a probe
 * of its own is answered in time: a store that is slow or gone makes nobody wait but those who asked first.
 */
export class StoreHealth<Store> {
  readonly #options: StoreHealthOptions<Store>;
  readonly #onBack: (() => void)[] = [];
  #isWell = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StoreHealthOptions<Store>) {
    this.#options = options;
  }

  /** Whether it is worth asking. */
  get isWell(): boolean {
    return this.#isWell;
  }

  /** Calls back whenever the store answers again, before anything else is asked; at once where it does. */
  onBack(listener: () => void): void {
    this.#onBack.push(listener);
    if (this.#isWell) listener();
  }

  /** @returns undefined where there is no answer in time. What was asked may have been done all the same. */
  async ask<T>(command: (store: Store) => Promise<T>): Promise<T | undefined> {
    if (!this.#isWell) return undefined;
    const answer = await this.#inTime(() => command(this.#options.store));
    if (answer) return answer.value;
    this.lost();
    this.#plan();
    return undefined;
  }

  /** Stops trying; what is not answered any more is no trouble. */
  close(): void {
    this.#isWell = false;
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** Resolves once the store answers, or after this time. */
  async ready(withinMs: number): Promise<void> {
    const untilMs = performance.now() + withinMs;
    while (!this.#isWell && performance.now() < untilMs)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** The connection broke. */
  readonly lost = (): void => {
    this.#isWell = false;
  };

  /** There is a connection: whether it is worth asking is tried at once. */
  readonly probe = (): void => {
    if (!this.#options.isOpen()) return;
    clearTimeout(this.#timer);
    void this.#inTime(this.#options.ping).then((answer) => {
      if (!answer) this.#plan();
      else if (!this.#isWell && this.#options.isOpen()) {
        this.#isWell = true;
        for (const listener of this.#onBack) listener();
      }
    });
  };

  /** Once it is connected again it is tried at once; where it is connected and slow, from time to time. */
  #plan(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.probe, probeEveryMs);
    this.#timer.unref();
  }

  #inTime<T>(command: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
    return new Promise((resolve) => {
      // An answer that is there already counts, also where it was this process that was slow to look.
      const giveUp = setTimeout(() => setImmediate(resolve, undefined), patienceMs);
      command().then(
        (value) => {
          clearTimeout(giveUp);
          resolve({ value });
        },
        (error: unknown) => {
          clearTimeout(giveUp);
          if (error instanceof Error && !this.#isClosed) this.#options.onTrouble(error);
          resolve(undefined);
        },
      );
    });
  }
}
