/** A read in flight, which any number of callers wait for. */
export interface Flight<T> {
  readonly result: Promise<T>;
  /** Resolves if the read has to wait in the queue of the rate limiter. */
  readonly queued: Promise<void>;
  /** True once it has had to wait there. */
  readonly isQueued: boolean;
}

/** Single flight: concurrent reads of one key share one call. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /** Joins the key's flight, or starts one. */
  join(key: string, start: (onQueued: () => void) => Promise<T>): { flight: Flight<T>; isJoined: boolean } {
    const running = this.#flights.get(key);
    if (running) return { flight: running, isJoined: true };
    let onQueued: () => void = () => undefined;
    const queued = new Promise<void>((resolve) => (onQueued = resolve));
    let isQueued = false;
    const result = start(() => {
      isQueued = true;
      onQueued();
    });
    const flight = {
      result,
      queued,
      get isQueued() {
        return isQueued;
      },
    };
    this.#flights.set(key, flight);
    const remove = (): void => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    result.then(remove, remove);
    return { flight, isJoined: false };
  }

  /** True if a read of the key is under way, and does not wait for the rate limiter. */
  isUnderWay(key: string): boolean {
    return this.#flights.get(key)?.isQueued === false;
  }

  /** Closes running flights to new callers, since their reads may predate a write. Those that wait get the result. */
  closeFlights(isAffected: (key: string) => boolean): void {
    for (const key of [...this.#flights.keys()]) if (isAffected(key)) this.#flights.delete(key);
  }
}

/** A read that has been sent to the upstream. */
interface InFlightRead {
  readonly key: string;
  /** True once a write may have changed what is being read. */
  isOvertaken: boolean;
}

/** Reads that have been sent to the upstream. The result of a read that a write has overtaken must not be cached. */
export class InFlightReads {
  readonly #reads = new Set<InFlightRead>();

  begin(key: string): InFlightRead {
    const read = { key, isOvertaken: false };
    this.#reads.add(read);
    return read;
  }

  end(read: InFlightRead): void {
    this.#reads.delete(read);
  }

  /** Marks the running reads that a write has overtaken. */
  overtake(isAffected: (key: string) => boolean): void {
    for (const read of this.#reads) read.isOvertaken ||= isAffected(read.key);
  }
}
