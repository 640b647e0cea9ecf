import { type Socket } from 'node:net';
import { type Telemetry } from '../../domain/telemetry.js';

/** Bounds of bytes that were written and not yet read by clients. */
export interface UnreadBytesOptions {
  /** Of all connections; one may have half of it. 0: no limit. */
  readonly maximumBytes: number;
  /** A connection that reads nothing for this time is ended. */
  readonly takeMs: number;
  readonly telemetry: Pick<Telemetry, 'connectionEnded'>;
}

/** Unread bytes of one connection. */
interface SendBuffer {
  readonly socket: Socket;
  /** Total since the connection was opened; of text, the number of characters. */
  written: number;
  /** Of these, read by the client at the last check. */
  taken: number;
  /** Waiting in the operating system's queue at the last check. */
  queued: number;
  held: number;
  /** Time of the last progress, in milliseconds of `performance.now()`. */
  takenAtMs: number;
}

/** Smaller amounts are checked once per turn of the event loop: most are gone by then. */
const largeBytes = 64 * 1024;
const lookEveryMs = 500;
/** Headers of the largest response, or the frame of a message. */
const overheadBytes = 64 * 1024;
/** Share of the maximum that remains in use after connections were ended. */
const relievedShare = 0.9;

/**
 * Bounds the memory of responses, events and messages that clients do not read. A client may read slowly. Where all of them
 * together hold too much, those that have held most for longest are ended first.
 */
export class UnreadBytes {
  readonly #options: UnreadBytesOptions;
  readonly #waiting = new Set<SendBuffer>();
  #fresh: SendBuffer[] = [];
  #heldBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: UnreadBytesOptions) {
    this.#options = options;
  }

  /** Unread bytes at the last check. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Counts everything that is written to a connection from now on. */
  follow(socket: Socket): void {
    const outbox: SendBuffer = { socket, written: 0, taken: 0, queued: 0, held: 0, takenAtMs: 0 };
    const write = socket.write.bind(socket) as (...args: readonly unknown[]) => boolean;
    // Node has no event for bytes that wait.
    const noted = (chunk: string | Uint8Array, encoding?: unknown, onWritten?: unknown): boolean => {
      const isTaken = write(chunk, encoding, onWritten);
      outbox.written += chunk.length;
      if (socket.writableLength > 0) this.#note(outbox);
      return isTaken;
    };
    socket.write = noted;
    socket.once('close', () => {
      this.#forget(outbox);
    });
  }

  #note(outbox: SendBuffer): void {
    if (outbox.held > 0 || outbox.socket.writableLength >= largeBytes) this.#bound(outbox, performance.now());
    else if (this.#fresh.push(outbox) === 1) setImmediate(this.#lookAtFresh);
  }

  readonly #lookAtFresh = (): void => {
    const fresh = this.#fresh;
    this.#fresh = [];
    const nowMs = performance.now();
    for (const outbox of fresh) this.#bound(outbox, nowMs);
  };

  #bound(outbox: SendBuffer, nowMs: number): void {
    this.#look(outbox, nowMs);
    const { maximumBytes } = this.#options;
    if (maximumBytes === 0) return;
    if (outbox.held > maximumBytes / 2 + overheadBytes) this.#end(outbox, 'full');
    else if (this.#heldBytes > maximumBytes) this.#relieve(maximumBytes, nowMs);
  }

  #look(outbox: SendBuffer, nowMs: number): void {
    const { socket } = outbox;
    const taken = outbox.written - socket.writableLength;
    const queued = queuedBytes(socket);
    if (outbox.held === 0 || taken > outbox.taken || queued < outbox.queued) outbox.takenAtMs = nowMs;
    outbox.taken = taken;
    outbox.queued = queued;
    this.#hold(outbox, socket.destroyed ? 0 : Math.max(socket.writableLength, queued));
  }

  #hold(outbox: SendBuffer, bytes: number): void {
    this.#heldBytes += bytes - outbox.held;
    outbox.held = bytes;
    if (bytes === 0) this.#waiting.delete(outbox);
    else {
      this.#waiting.add(outbox);
      this.#timer ??= setInterval(this.#lookAtAll, lookEveryMs).unref();
    }
  }

  readonly #lookAtAll = (): void => {
    const nowMs = performance.now();
    for (const outbox of this.#waiting) {
      this.#look(outbox, nowMs);
      if (nowMs - outbox.takenAtMs >= this.#options.takeMs) this.#end(outbox, 'late');
    }
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  };

  /** Ends connections that have held most for longest, until there is room again. */
  #relieve(maximumBytes: number, nowMs: number): void {
    for (const outbox of this.#waiting) this.#look(outbox, nowMs);
    if (this.#heldBytes <= maximumBytes) return;
    const burden = ({ held, takenAtMs }: SendBuffer): number => held * (1 + nowMs - takenAtMs);
    for (const outbox of [...this.#waiting].sort((one, other) => burden(other) - burden(one))) {
      this.#end(outbox, 'full');
      if (this.#heldBytes <= maximumBytes * relievedShare) return;
    }
  }

  /** Resets the connection: after a close, the operating system would still hold its bytes. */
  #end(outbox: SendBuffer, reason: 'late' | 'full'): void {
    if (outbox.held === 0) return;
    this.#forget(outbox);
    outbox.socket.resetAndDestroy();
    this.#options.telemetry.connectionEnded(reason);
  }

  #forget(outbox: SendBuffer): void {
    this.#hold(outbox, 0);
  }
}

/** Node reports no progress of one large write until all of it is written. */
function queuedBytes(socket: Socket): number {
  return (
    (socket as { readonly _handle?: { readonly writeQueueSize?: number } | null })._handle?.writeQueueSize ??
    0
  );
}
