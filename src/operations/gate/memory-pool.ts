import { type GatewayError, overloaded } from '../../domain/errors.js';

/** Bounds of a memory pool. */
interface MemoryPoolOptions {
  /** Bytes of all callers together. */
  readonly maximumBytes: number;
  /** Bytes of one caller. */
  readonly maximumPerCaller: number;
  /** Operations that may wait for memory; of more, the newest one of the caller that has most of them is refused. */
  readonly maximumWaiting: number;
  /** Longest wait; 0: no limit. */
  readonly waitMs: number;
  /** True while the heap has no room for operations side by side: they run one after the other. */
  readonly isHeapFull?: () => boolean;
}

/** Reserved memory. */
export interface MemoryReservation {
  /** Reserves more without waiting, for memory that is in use already. */
  readonly growTo: (bytes: number) => void;
  /** Returns the memory to the pool; may be called more than once. */
  readonly release: () => void;
}

interface Waiting {
  readonly bytes: number;
  readonly begin: (reservation: MemoryReservation) => void;
  /** Undefined for an operation that is never refused. */
  readonly refuse: (() => void) | undefined;
}

/**
 * A bound on the memory of operations. Operations wait until they fit: callers take turns, and operations of one caller are
 * served in order. A reservation counts at most as the caller's maximum, so that each fits into an empty pool.
 */
export class MemoryPool {
  readonly #options: MemoryPoolOptions;
  readonly #reservedByCaller = new Map<string, number>();
  /** Waiting operations by caller, in the order of the callers' turns. */
  readonly #waiting = new Map<string, Set<Waiting>>();
  #reservedBytes = 0;
  #waitingCount = 0;

  constructor(options: MemoryPoolOptions) {
    this.#options = options;
  }

  /** Reserved bytes. */
  get reservedBytes(): number {
    return this.#reservedBytes;
  }

  /** Number of waiting operations. */
  get waiting(): number {
    return this.#waitingCount;
  }

  /**
   * Reserves memory for a caller, now or when there is room.
   * @param mayBeRefused false for operations that are bounded elsewhere: they wait as long as it takes.
   * @param left aborted when the operation has lost its subscriber.
   * @throws GatewayError OVERLOADED if too many operations wait, the wait was too long, or the subscriber has left.
   */
  reserve(
    bytes: number,
    caller: string,
    mayBeRefused = true,
    left?: AbortSignal,
  ): MemoryReservation | Promise<MemoryReservation> {
    const { maximumBytes, maximumPerCaller, maximumWaiting, waitMs } = this.#options;
    const counted = Math.min(bytes, maximumBytes, maximumPerCaller);
    if (this.#waitingCount === 0 && this.#fits(counted) && this.#fitsCaller(counted, caller))
      return this.#reserved(counted, caller);
    if (mayBeRefused && this.#waitingCount >= maximumWaiting && !this.#makeRoomFor(caller))
      return Promise.reject(noMemory());
    if (left?.aborted) return Promise.reject(noMemory());
    return new Promise((resolve, reject) => {
      const refuse = (): void => {
        stopWaiting();
        this.#leave(waiting, caller);
        reject(noMemory());
        this.#admitWaiting();
      };
      const timer = mayBeRefused && waitMs > 0 ? setTimeout(refuse, waitMs) : undefined;
      left?.addEventListener('abort', refuse);
      const stopWaiting = (): void => {
        clearTimeout(timer);
        left?.removeEventListener('abort', refuse);
      };
      const waiting: Waiting = {
        bytes: counted,
        begin: (reservation) => {
          stopWaiting();
          resolve(reservation);
        },
        refuse: mayBeRefused ? refuse : undefined,
      };
      const ofCaller = this.#waiting.get(caller) ?? new Set();
      this.#waiting.set(caller, ofCaller.add(waiting));
      this.#waitingCount += 1;
      this.#admitWaiting();
    });
  }

  /** Refuses the newest waiting operation of another caller that has more of them. @returns false if no caller has more. */
  #makeRoomFor(caller: string): boolean {
    let most: readonly Waiting[] = [];
    for (const ofCaller of this.#waiting.values()) if (ofCaller.size > most.length) most = [...ofCaller];
    const own = this.#waiting.get(caller)?.size ?? 0;
    const newest = most.length > own + 1 ? most.findLast(({ refuse }) => refuse !== undefined) : undefined;
    newest?.refuse?.();
    return newest !== undefined;
  }

  #fits(bytes: number): boolean {
    if (this.#reservedBytes === 0) return true;
    return this.#reservedBytes + bytes <= this.#options.maximumBytes && !this.#options.isHeapFull?.();
  }

  #fitsCaller(bytes: number, caller: string): boolean {
    const reserved = this.#reservedByCaller.get(caller) ?? 0;
    return reserved + bytes <= this.#options.maximumPerCaller || reserved === 0;
  }

  /** Admits waiting operations in turn. None overtakes one that does not fit, so that large operations get their turn. */
  #admitWaiting(): void {
    for (let isAny = true; isAny;) {
      isAny = false;
      for (const [caller, [first]] of this.#waiting) {
        if (!first || !this.#fitsCaller(first.bytes, caller)) continue;
        if (!this.#fits(first.bytes)) return;
        const others = this.#leave(first, caller);
        this.#waiting.delete(caller);
        if (others.size > 0) this.#waiting.set(caller, others);
        first.begin(this.#reserved(first.bytes, caller));
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

  #reserved(bytes: number, caller: string): MemoryReservation {
    let reserved = bytes;
    this.#count(bytes, caller);
    return {
      growTo: (larger) => {
        if (reserved === 0 || larger <= reserved) return;
        this.#count(larger - reserved, caller);
        reserved = larger;
      },
      release: () => {
        if (reserved === 0) return;
        this.#count(-reserved, caller);
        reserved = 0;
        if (this.#waitingCount > 0) this.#admitWaiting();
      },
    };
  }

  #count(bytes: number, caller: string): void {
    this.#reservedBytes += bytes;
    const reserved = (this.#reservedByCaller.get(caller) ?? 0) + bytes;
    if (reserved > 0) this.#reservedByCaller.set(caller, reserved);
    else this.#reservedByCaller.delete(caller);
  }
}

function noMemory(): GatewayError {
  return overloaded('The gateway has no memory for this operation now; nothing was done.');
}
