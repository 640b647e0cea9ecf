import { GatewayError } from '../../domain/errors.js';

/** Memory that operations share. */
export interface MemoryPoolOptions {
  /** Bytes of all callers together. */
  readonly maximumBytes: number;
  /** Bytes of one caller: what is left stays for the others. */
  readonly maximumPerCaller: number;
  /** Operations that wait for room; one more is refused. */
  readonly maximumWaiting: number;
  /** How long one waits; 0: for as long as it takes. */
  readonly waitMs: number;
}

/** Memory that is held. */
export interface MemoryReservation {
  /** Takes more without waiting: what is there already can only be counted. */
  readonly growTo: (bytes: number) => void;
  /** Gives it back; it may be called more than once. */
  readonly release: () => void;
}

interface Waiting {
  readonly bytes: number;
  readonly begin: (hold: MemoryReservation) => void;
}

const retryAfterSeconds = 1;

/**
 * Memory in a bound. What does not fit waits: callers take turns, and the operations of one caller go first come, first
 * served. More than a caller may have counts as that much, so that everything fits once nothing else is held.
 */
export class MemoryPool {
  readonly #options: MemoryPoolOptions;
  readonly #held = new Map<string, number>();
  /** By caller; whose turn is next comes first. */
  readonly #waiting = new Map<string, Set<Waiting>>();
  #heldBytes = 0;
  #waitingCount = 0;

  constructor(options: MemoryPoolOptions) {
    this.#options = options;
  }

  /** Bytes that are held. */
  get reservedBytes(): number {
    return this.#heldBytes;
  }

  /** How many operations wait for room. */
  get waiting(): number {
    return this.#waitingCount;
  }

  /**
   * Holds memory for a caller, now or once there is room.
   * @param isBounded false for what is bounded elsewhere: it is never refused.
   * @throws GatewayError OVERLOADED where too many wait already, or no room came free in time.
   */
  reserve(bytes: number, caller: string, isBounded = true): MemoryReservation | Promise<MemoryReservation> {
    const { maximumBytes, maximumPerCaller, maximumWaiting, waitMs } = this.#options;
    const counted = Math.min(bytes, maximumBytes, maximumPerCaller);
    if (this.#waitingCount === 0 && this.#fits(counted) && this.#fitsCaller(counted, caller))
      return this.#taken(counted, caller);
    if (isBounded && this.#waitingCount >= maximumWaiting) return Promise.reject(overloaded());
    return new Promise((resolve, reject) => {
      const timer =
        isBounded && waitMs > 0
          ? setTimeout(() => {
              this.#leave(waiting, caller);
              reject(overloaded());
              this.#letIn();
            }, waitMs)
          : undefined;
      const waiting: Waiting = {
        bytes: counted,
        begin: (hold) => {
          clearTimeout(timer);
          resolve(hold);
        },
      };
      const ofCaller = this.#waiting.get(caller) ?? new Set();
      this.#waiting.set(caller, ofCaller.add(waiting));
      this.#waitingCount += 1;
      this.#letIn();
    });
  }

  #fits(bytes: number): boolean {
    return this.#heldBytes + bytes <= this.#options.maximumBytes || this.#heldBytes === 0;
  }

  #fitsCaller(bytes: number, caller: string): boolean {
    const held = this.#held.get(caller) ?? 0;
    return held + bytes <= this.#options.maximumPerCaller || held === 0;
  }

  /** Where the next in turn does not fit, nobody overtakes it, or what is large would never begin. */
  #letIn(): void {
    for (let isAny = true; isAny;) {
      isAny = false;
      for (const [caller, [first]] of this.#waiting) {
        if (!first || !this.#fitsCaller(first.bytes, caller)) continue;
        if (!this.#fits(first.bytes)) return;
        const others = this.#leave(first, caller);
        this.#waiting.delete(caller);
        if (others.size > 0) this.#waiting.set(caller, others);
        first.begin(this.#taken(first.bytes, caller));
        isAny = true;
        break;
      }
    }
  }

  #leave(waiting: Waiting, caller: string): Set<Waiting> {
    const ofCaller = this.#waiting.get(caller) ?? new Set();
    if (ofCaller.delete(waiting)) this.#waitingCount -= 1;
    if (ofCaller.size === 0) this.#waiting.delete(caller);
    return ofCaller;
  }

  #taken(bytes: number, caller: string): MemoryReservation {
    let held = bytes;
    this.#count(bytes, caller);
    return {
      growTo: (larger) => {
        if (held === 0 || larger <= held) return;
        this.#count(larger - held, caller);
        held = larger;
      },
      release: () => {
        if (held === 0) return;
        this.#count(-held, caller);
        held = 0;
        if (this.#waitingCount > 0) this.#letIn();
      },
    };
  }

  #count(bytes: number, caller: string): void {
    this.#heldBytes += bytes;
    const held = (this.#held.get(caller) ?? 0) + bytes;
    if (held > 0) this.#held.set(caller, held);
    else this.#held.delete(caller);
  }
}

function overloaded(): GatewayError {
  return new GatewayError(
    'OVERLOADED',
    'The gateway has no memory for this operation now; nothing was done.',
    {
      retryAfter: retryAfterSeconds,
    },
  );
}
