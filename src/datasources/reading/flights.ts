/** A read under way. */
export interface Flight<T> {
  readonly landed: Promise<T>;
  /** Settles where the read has to wait for its place in the budget. */
  readonly queued: Promise<void>;
}

/** Single flight: the same read, asked for by any number of requests at once, is one call. */
export class Flights<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /** Joins the flight of this key, or starts one. */
  join(key: string, start: (onQueued: () => void) => Promise<T>): { flight: Flight<T>; isJoined: boolean } {
    const earlier = this.#flights.get(key);
    if (earlier) return { flight: earlier, isJoined: true };
    let onQueued: () => void = () => undefined;
    const queued = new Promise<void>((resolve) => (onQueued = resolve));
    const landed = start(onQueued);
    const flight = { landed, queued };
    this.#flights.set(key, flight);
    const land = (): void => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    landed.then(land, land);
    return { flight, isJoined: false };
  }

  /** Nobody joins these that are under way now: they may tell what was before a write. */
  leave(isLeft: (key: string) => boolean): void {
    for (const key of [...this.#flights.keys()]) if (isLeft(key)) this.#flights.delete(key);
  }
}
