import { GatewayError } from '../../domain/errors.js';
import { documentBytes } from '../documents/document-limits.js';
import { tooManyOperations } from './concurrency-limit.js';
import { type EventLoopScheduler } from './event-loop-scheduler.js';
import { type MemoryPool, type MemoryReservation } from './memory-pool.js';

/** Serialises the large responses of one connection. */
export interface WriteLock {
  /** Waits until the client has taken the previous large response. @returns releases the lock. @throws ClientLeft */
  acquire(): Promise<() => void>;
}

/** The client closed its connection before the operation began, so it receives no error. */
export class ClientLeft extends GatewayError {
  constructor() {
    super('BAD_REQUEST', 'The connection is closed.');
  }
}

/** An execution about to begin. */
interface Execution {
  /** Usual memory of its response. */
  readonly memoryBytes: number;
  /** Name of the caller. */
  readonly caller: string;
  /** Undefined for a connection with one response at a time. */
  readonly writeLock: WriteLock | undefined;
  /**
   * Set for an event, which is never refused: aborted when its subscription ends. So there is at most one event for each
   * open subscription.
   */
  readonly left: AbortSignal | undefined;
}

interface ExecutionGateOptions {
  readonly scheduler: EventLoopScheduler;
  /** Most operations that wait for a turn of the event loop. */
  readonly maximumWaiting: number;
  /** True while the heap has no room for new operations. */
  readonly isHeapFull: () => boolean;
  /** Memory of new documents, while they are prepared and run. */
  readonly documents: MemoryPool;
  /** Memory of responses, until they are written. */
  readonly results: MemoryPool;
  /** Bytes of events, until routers have taken them. */
  readonly deliveries: MemoryPool;
}

/** Smaller responses are not counted: the concurrency limit bounds them. */
export const smallAnswerBytes = 16 * 1024;
/** Larger responses get a turn of the event loop of their own. */
const longAnswerBytes = 64 * 1024;
/** Larger responses are written one after the other on a connection. */
const largeAnswerBytes = 256 * 1024;

/**
 * The gate through which every operation and every event passes. It bounds the memory of everything in execution, and
 * divides the work between turns of the event loop (docs/decisions/execution-gate.md).
 */
export class ExecutionGate {
  readonly #options: ExecutionGateOptions;

  constructor(options: ExecutionGateOptions) {
    this.#options = options;
  }

  /**
   * Waits for a turn of the event loop to admit an operation; undefined if there is no need to wait.
   * @param isOneOfMany true for an operation of a connection that can have many at a time: together they take half of the places.
   * @throws GatewayError OVERLOADED if too many wait, or the heap is full.
   */
  operation(isOneOfMany: boolean): Promise<void> | undefined {
    const { scheduler, maximumWaiting, isHeapFull } = this.#options;
    if (scheduler.waiting >= (isOneOfMany ? maximumWaiting / 2 : maximumWaiting)) throw tooManyOperations();
    if (isHeapFull()) throw tooManyOperations();
    return this.#turn();
  }

  #turn(): Promise<void> | undefined {
    return this.#options.scheduler.next();
  }

  /** Waits for a turn to write a response. */
  turnToWrite(memoryBytes: number): Promise<void> | undefined {
    return memoryBytes > longAnswerBytes ? this.#turn() : undefined;
  }

  /**
   * Admits a new document, to be parsed and validated.
   * @returns its memory, to be released when the document is no longer used.
   * @throws GatewayError OVERLOADED
   */
  async document(characters: number, caller: string): Promise<MemoryReservation> {
    if (this.#options.isHeapFull()) throw tooManyOperations();
    const reservation = await this.#options.documents.reserve(documentBytes(characters), caller);
    await this.#turn();
    return reservation;
  }

  /**
   * Admits an execution.
   * @returns the memory of its response, to be released when it is written.
   * @throws GatewayError OVERLOADED
   */
  enter(execution: Execution): MemoryReservation | Promise<MemoryReservation> {
    const { memoryBytes, caller, left } = execution;
    if (memoryBytes > longAnswerBytes) return this.#enterLong(execution);
    if (memoryBytes > smallAnswerBytes)
      return this.#options.results.reserve(memoryBytes, caller, !left, left);
    return this.#turn()?.then(() => nothingReserved) ?? nothingReserved;
  }

  /**
   * Admits an event that a router has to take, before it is executed: an event that waits holds no result. So routers that do
   * not respond can delay only other routers.
   * @param bytes of the event, at most.
   * @param left aborted when its subscription ends.
   * @returns the bytes, to be released when the router has taken the event or is gone.
   */
  deliver(bytes: number, caller: string, left: AbortSignal): MemoryReservation | Promise<MemoryReservation> {
    if (bytes <= longAnswerBytes) return nothingReserved;
    return this.#options.deliveries.reserve(bytes, caller, false, left);
  }

  async #enterLong({ memoryBytes, caller, writeLock, left }: Execution): Promise<MemoryReservation> {
    const unlock = memoryBytes > largeAnswerBytes ? await writeLock?.acquire() : undefined;
    try {
      const reservation = await this.#options.results.reserve(memoryBytes, caller, !left, left);
      await this.#turn();
      if (!unlock) return reservation;
      return {
        growTo: reservation.growTo,
        release: () => {
          reservation.release();
          unlock();
        },
      };
    } catch (error) {
      unlock?.();
      throw error;
    }
  }
}

const nothingReserved: MemoryReservation = { growTo: () => undefined, release: () => undefined };
