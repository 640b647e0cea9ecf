import { type Socket } from 'node:net';
import { type Telemetry } from '../../domain/telemetry.js';

/** Bounds of bytes that were written and not yet read by clients. */
interface UnreadBytesOptions {
  /** Largest sum over all connections, of which one may have half; 0: no limit. */
  readonly maximumBytes: number;
  /** A connection that reads nothing for this time is ended. */
  readonly readTimeoutMs: number;
  readonly telemetry: Pick<Telemetry, 'connectionEnded'>;
}

/** Unread bytes of one connection. */
interface SendBuffer {
  readonly socket: Socket;
  /** Total since the connection was opened; of short texts, the number of characters. */
  written: number;
  /** Bytes of these that the client had read at the last check. */
  read: number;
  /** Bytes waiting in the operating system's queue at the last check. */
  queued: number;
  held: number;
  /** Time of the last progress, in milliseconds of `performance.now()`. */
  progressAtMs: number;
}

/** Smaller amounts are checked once per turn of the event loop, when most are sent already. */
const largeBytes = 64 * 1024;
const checkEveryMs = 500;
/** Headers of the largest response, or the frame of a message. */
const overheadBytes = 64 * 1024;
/** Connections are ended until this share of the maximum is in use. */
const relievedShare = 0.9;

/**
 * Bounds the memory of responses, events and messages that clients do not read. A client may read slowly. If all connections
 * together hold too much, those with the most bytes for the longest time are ended first.
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
    const buffer: SendBuffer = { socket, written: 0, read: 0, queued: 0, held: 0, progressAtMs: 0 };
    const write = socket.write.bind(socket) as (...args: readonly unknown[]) => boolean;
    // Node has no event for unread bytes.
    const counted = (text: string | Uint8Array, encoding?: unknown, onWritten?: unknown): boolean => {
      const isLong = typeof text === 'string' && text.length >= largeBytes;
      // A long text would wait in the heap, and count by its characters, which may be a third of its bytes.
      const chunk = isLong ? Buffer.from(text, encodingOf(encoding)) : text;
      const isFlushed = write(chunk, encoding, onWritten);
      buffer.written += chunk.length;
      if (socket.writableLength > 0) this.#note(buffer);
      return isFlushed;
    };
    socket.write = counted;
    socket.once('close', () => {
      this.#hold(buffer, 0);
    });
  }

  #note(buffer: SendBuffer): void {
    if (buffer.held > 0 || buffer.socket.writableLength >= largeBytes) this.#bound(buffer, performance.now());
    else if (this.#fresh.push(buffer) === 1) setImmediate(this.#checkFresh);
  }

  readonly #checkFresh = (): void => {
    const fresh = this.#fresh;
    this.#fresh = [];
    const nowMs = performance.now();
    for (const buffer of fresh) this.#bound(buffer, nowMs);
  };

  #bound(buffer: SendBuffer, nowMs: number): void {
    this.#check(buffer, nowMs);
    const { maximumBytes } = this.#options;
    if (maximumBytes === 0) return;
    if (buffer.held > maximumBytes / 2 + overheadBytes) this.#end(buffer, 'full');
    else if (this.#heldBytes > maximumBytes) this.#relieve(maximumBytes, nowMs);
  }

  #check(buffer: SendBuffer, nowMs: number): void {
    const { socket } = buffer;
    const read = buffer.written - socket.writableLength;
    const queued = queuedBytes(socket);
    if (buffer.held === 0 || read > buffer.read || queued < buffer.queued) buffer.progressAtMs = nowMs;
    buffer.read = read;
    buffer.queued = queued;
    this.#hold(buffer, socket.destroyed ? 0 : Math.max(socket.writableLength, queued));
  }

  #hold(buffer: SendBuffer, bytes: number): void {
    this.#heldBytes += bytes - buffer.held;
    buffer.held = bytes;
    if (bytes === 0) this.#waiting.delete(buffer);
    else {
      this.#waiting.add(buffer);
      this.#timer ??= setInterval(this.#checkAll, checkEveryMs).unref();
    }
  }

  readonly #checkAll = (): void => {
    const nowMs = performance.now();
    for (const buffer of this.#waiting) {
      this.#check(buffer, nowMs);
      if (nowMs - buffer.progressAtMs >= this.#options.readTimeoutMs) this.#end(buffer, 'late');
    }
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  };

  /** Ends connections with the most bytes for the longest time, until there is room again. */
  #relieve(maximumBytes: number, nowMs: number): void {
    for (const buffer of this.#waiting) this.#check(buffer, nowMs);
    if (this.#heldBytes <= maximumBytes) return;
    const burden = ({ held, progressAtMs }: SendBuffer): number => held * (1 + nowMs - progressAtMs);
    for (const buffer of [...this.#waiting].sort((one, other) => burden(other) - burden(one))) {
      this.#end(buffer, 'full');
      if (this.#heldBytes <= maximumBytes * relievedShare) return;
    }
  }

  /** Resets the connection: after a close, the operating system would still hold its bytes. */
  #end(buffer: SendBuffer, reason: 'late' | 'full'): void {
    if (buffer.held === 0) return;
    this.#hold(buffer, 0);
    buffer.socket.resetAndDestroy();
    this.#options.telemetry.connectionEnded(reason);
  }
}

/** Node reports no progress of one large write until all of it is written. */
function queuedBytes(socket: Socket): number {
  const { _handle: handle } = socket as { readonly _handle?: { readonly writeQueueSize?: number } | null };
  return handle?.writeQueueSize ?? 0;
}

/** The second argument of `write` may be left out, or be its callback. */
function encodingOf(encoding: unknown): BufferEncoding {
  return typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8';
}
