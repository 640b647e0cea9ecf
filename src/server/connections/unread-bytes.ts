import { type Socket } from 'node:net';
import { type UnreadEnd } from '../../telemetry/metrics/connection-metrics.js';

/** Bounds of bytes that were written and not yet taken. */
export interface UnreadBytesOptions {
  /** For all connections together; half of it for one. 0: no limit. */
  readonly maximumBytes: number;
  /** A connection that has taken nothing for so long is ended. */
  readonly takeMs: number;
  readonly onEnded: (reason: UnreadEnd) => void;
}

/** Bytes that wait for one connection. */
interface SendBuffer {
  readonly socket: Socket;
  /** In all, since the connection is open; in characters where text was written. */
  written: number;
  /** Of these, at the last look. */
  taken: number;
  /** Handed to the operating system and not yet taken by it, at the last look. */
  queued: number;
  held: number;
  /** Milliseconds of `performance.now()`, when some of it was taken last. */
  takenAtMs: number;
}

/** Smaller amounts are looked at once in a turn of the event loop: most are gone by then. */
const largeBytes = 64 * 1024;
const lookEveryMs = 500;
/** Of the largest answer: its headers, or the frame around a message. */
const overheadBytes = 64 * 1024;
/** How much of the maximum is left once connections were ended for it. */
const relievedShare = 0.9;

/**
 * Bounds the memory of responses, events and messages that clients do not read. A client may read as slowly as it likes, as
 * long as it reads; where all together hold too much, those that hold much for long are ended first.
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

  /** Bytes that wait, at the last look. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Bounds what is written to a connection from now on, whatever writes it. */
  follow(socket: Socket): void {
    const outbox: SendBuffer = { socket, written: 0, taken: 0, queued: 0, held: 0, takenAtMs: 0 };
    const write = socket.write.bind(socket) as (...args: readonly unknown[]) => boolean;
    // Node has no event for bytes that were written and not taken.
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

  /** Ends those that have held most for longest, until there is room again. */
  #relieve(maximumBytes: number, nowMs: number): void {
    for (const outbox of this.#waiting) this.#look(outbox, nowMs);
    if (this.#heldBytes <= maximumBytes) return;
    const burden = ({ held, takenAtMs }: SendBuffer): number => held * (1 + nowMs - takenAtMs);
    for (const outbox of [...this.#waiting].sort((one, other) => burden(other) - burden(one))) {
      this.#end(outbox, 'full');
      if (this.#heldBytes <= maximumBytes * relievedShare) return;
    }
  }

  /** Resets the connection: the operating system would hold on to what it has of a connection that is closed. */
  #end(outbox: SendBuffer, reason: UnreadEnd): void {
    if (outbox.held === 0) return;
    this.#forget(outbox);
    outbox.socket.resetAndDestroy();
    this.#options.onEnded(reason);
  }

  #forget(outbox: SendBuffer): void {
    this.#hold(outbox, 0);
  }
}

/** Of one large write, Node itself says nothing until all of it is taken. */
function queuedBytes(socket: Socket): number {
  return (
    (socket as { readonly _handle?: { readonly writeQueueSize?: number } | null })._handle?.writeQueueSize ??
    0
  );
}
