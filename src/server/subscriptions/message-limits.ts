import { type WebSocket } from 'ws';
import { type RequestMemory } from '../limits/request-memory.js';

/** Pings and pongs that a client may send at once, and in each second after that. Clients send one in some seconds. */
const [burst, perSecond] = [100, 20];
/** Allowance for `complete` messages without a `subscribe` of their own. */
const spareCompletes = 100;

/**
 * Bounds the messages of one WebSocket that carry no operation. They are small and cost little each, but a client can send
 * millions of them, and what one connection has sent is handled in one turn of the event loop.
 */
export class MessageRate {
  readonly #now: () => number;
  #left = burst;
  #sinceMs: number;
  #completesLeft = spareCompletes;

  /** @param now monotonic clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.#sinceMs = now();
  }

  /** Takes a message. @returns false if there were too many. */
  take(type: unknown): boolean {
    if (type === 'subscribe') this.#completesLeft += 1;
    else if (type === 'complete') this.#completesLeft -= 1;
    else {
      if (this.#left < 1) this.#refill();
      this.#left -= 1;
    }
    return this.#left >= 0 && this.#completesLeft >= 0;
  }

  #refill(): void {
    const nowMs = this.#now();
    this.#left = Math.min(burst, this.#left + ((nowMs - this.#sinceMs) / 1000) * perSecond);
    this.#sinceMs = nowMs;
  }
}

/** Bytes of a message that are not counted: all connections together have few of them. */
const freeBytes = 16 * 1024;

/** Memory of a WebSocket message until it is complete. */
export class MessageMemory {
  readonly #memory: RequestMemory;
  #receivedBytes = 0;
  #heldBytes = 0;
  #release: (() => void) | undefined;

  constructor(memory: RequestMemory) {
    this.#memory = memory;
  }

  /** Counts received bytes. @throws GatewayError OVERLOADED if there is no room for them. */
  add(bytes: number): void {
    this.#receivedBytes += bytes;
    if (this.#receivedBytes <= Math.max(freeBytes, this.#heldBytes)) return;
    this.#release?.();
    this.#heldBytes = 0;
    const wanted = 2 * this.#receivedBytes; // grows in few steps, however small the pieces are
    this.#release = this.#memory.hold(wanted);
    this.#heldBytes = wanted;
  }

  /** Releases the memory: the message is complete, or the connection is closed. */
  reset(): void {
    this.#release?.();
    this.#receivedBytes = 0;
    this.#heldBytes = 0;
  }
}

/** Internals of `ws`: the bytes of an incomplete message are not public. */
interface ReceivingSocket {
  readonly _receiver: {
    readonly _bufferedBytes: number;
    readonly _messageLength: number;
    /** Received pieces of an incomplete frame. */
    readonly _buffers: readonly Buffer[];
    /** Frames of an incomplete message. */
    readonly _fragments: readonly unknown[];
  };
}

/** Memory of the object of a piece or frame, which may have one byte. */
const pieceBytes = 400;

/** Memory of an incomplete message of a WebSocket. */
export function receivedBytes(socket: WebSocket): number {
  const { _receiver: receiver } = socket as unknown as ReceivingSocket;
  const pieces = receiver._buffers.length + receiver._fragments.length;
  return receiver._bufferedBytes + receiver._messageLength + pieceBytes * pieces;
}
