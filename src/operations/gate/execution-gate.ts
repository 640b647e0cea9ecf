import { documentBytes } from '../document-limits.js';
import { type MemoryReservation, type MemoryPool } from './memory-pool.js';
import { type EventLoopScheduler } from './event-loop-scheduler.js';

/** The answers of one connection that can't be written side by side. */
export interface WriteLock {
  /** Waits until the last large answer was taken by the client. @returns to be called once the next one is written. */
  acquire(): Promise<() => void>;
}

/** An execution about to begin. */
export interface Execution {
  /** Memory that its answer usually takes. */
  readonly memoryBytes: number;
  /** By name. */
  readonly caller: string;
  /** Undefined where a connection has one answer at a time. */
  readonly writeLock: WriteLock | undefined;
  /** Whether it may be refused: an event may not, and there is one for each open subscription at most. */
  readonly mayBeRefused: boolean;
}

/** What the gate is made of. */
export interface ExecutionGateOptions {
  readonly scheduler: EventLoopScheduler;
  /** Documents that are not kept, while they are prepared and run. */
  readonly documents: MemoryPool;
  /** Answers that are made, until they are written. */
  readonly answers: MemoryPool;
}

/** Answers that take less are not counted: there are no more of them than operations at a time. */
export const smallAnswerBytes = 16 * 1024;
/** Answers that take more are written one after the other on a connection. */
const largeAnswerBytes = 256 * 1024;
/** Answers that take more are long enough in the making to ask for a turn of their own. */
const longAnswerBytes = 64 * 1024;

/**
 * The gate through which every operation and every event passes, whatever transport it came over. It bounds the memory of
 * what is made at a time, and divides the work between turns of the event loop.
 */
export class ExecutionGate {
  readonly #options: ExecutionGateOptions;

  constructor(options: ExecutionGateOptions) {
    this.#options = options;
  }

  /** A turn for the next piece of work; undefined: at once. */
  turn(): Promise<void> | undefined {
    return this.#options.scheduler.next();
  }

  /** A turn for an answer that was made, and is about to be written. */
  turnToWrite(memoryBytes: number): Promise<void> | undefined {
    return memoryBytes > longAnswerBytes ? this.turn() : undefined;
  }

  /**
   * Lets in a document that is not kept, to be parsed and validated.
   * @returns its memory, to be released once the document is no longer used.
   * @throws GatewayError OVERLOADED
   */
  async document(characters: number, caller: string): Promise<MemoryReservation> {
    const hold = await this.#options.documents.reserve(documentBytes(characters), caller);
    await this.turn();
    return hold;
  }

  /**
   * Lets in an execution.
   * @returns the memory of its answer, to be released once that is written.
   * @throws GatewayError OVERLOADED
   */
  async enter({
    memoryBytes,
    caller,
    writeLock: lane,
    mayBeRefused: isBounded,
  }: Execution): Promise<MemoryReservation> {
    if (memoryBytes <= smallAnswerBytes) {
      await this.turn();
      return nothingHeld;
    }
    const leave = memoryBytes > largeAnswerBytes ? await lane?.acquire() : undefined;
    try {
      const hold = await this.#options.answers.reserve(memoryBytes, caller, isBounded);
      if (memoryBytes > longAnswerBytes) await this.turn();
      if (!leave) return hold;
      return {
        growTo: hold.growTo,
        release: () => {
          hold.release();
          leave();
        },
      };
    } catch (error) {
      leave?.();
      throw error;
    }
  }
}

const nothingHeld: MemoryReservation = { growTo: () => undefined, release: () => undefined };
