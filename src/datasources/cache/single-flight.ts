import { type CallerPriority, type OnQueued, type RaiseCall } from '../../domain/queued-call.js';
import { outranks, type Priority } from '../exotel/rate-limit/priority-queue.js';

/** A read in flight, as a caller sees it. */
export interface Flight<T> {
  readonly result: Promise<T>;
  /** Resolves if the caller has to wait for the rate limiter. */
  readonly queued: Promise<void>;
}

/** Starts a read. */
type StartRead<T> = (onQueued: OnQueued) => Promise<T>;

/** A read in flight, which any number of callers wait for. None waits longer for the rate limiter than for a read of its own. */
class SharedFlight<T> implements Flight<T> {
  readonly result: Promise<T>;
  readonly queued: Promise<void>;
  /** True once the read has had to wait in the queue of the rate limiter. */
  isQueued = false;
  readonly #priority: Priority;
  /** Raises the call that was queued last. */
  #raise: RaiseCall | undefined;
  /** What callers of higher priorities wait for. */
  readonly #raised = new Map<CallerPriority, Flight<T> & { readonly raise: (raise: RaiseCall) => void }>();

  constructor(priority: Priority, start: StartRead<T>) {
    let resolveQueued: () => void = () => undefined;
    this.#priority = priority;
    this.queued = new Promise<void>((resolve) => (resolveQueued = resolve));
    this.result = start((raise) => {
      this.isQueued = true;
      this.#raise = raise;
      resolveQueued();
      for (const raised of this.#raised.values()) raised.raise(raise);
    });
  }

  /** The flight for a caller that joins: a caller of a higher priority raises the read. */
  joinedBy(priority: Priority): Flight<T> {
    return outranks(priority, this.#priority) ? this.#raisedTo(priority) : this;
  }

  #raisedTo(priority: CallerPriority): Flight<T> {
    const known = this.#raised.get(priority);
    if (known) return known;
    let [onQueued, refuse]: [() => void, (error: unknown) => void] = [() => undefined, () => undefined];
    const refused = new Promise<never>((_, reject) => (refuse = reject));
    const raised = {
      result: Promise.race([this.result, refused]),
      queued: new Promise<void>((resolve) => (onQueued = resolve)),
      raise: (raise: RaiseCall): void => {
        raise(priority, onQueued).catch((error: unknown) => {
          this.#raised.delete(priority); // a later caller may raise it again
          refuse(error);
        });
      },
    };
    this.#raised.set(priority, raised);
    if (this.#raise) raised.raise(this.#raise);
    return raised;
  }
}

/** Single flight: concurrent reads of one key share one call. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, SharedFlight<T>>();

  /** Joins the key's flight, or starts one. */
  join(
    key: string,
    priority: Priority,
    start: StartRead<T>,
  ): { readonly flight: Flight<T>; readonly isJoined: boolean } {
    const running = this.#flights.get(key);
    if (running) return { flight: running.joinedBy(priority), isJoined: true };
    const flight = new SharedFlight(priority, start);
    this.#flights.set(key, flight);
    const remove = (): void => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    flight.result.then(remove, remove);
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
