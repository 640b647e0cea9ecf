import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';

/** Bounds of what is being received. */
export interface IncomingBytesOptions {
  /** For all connections together. */
  readonly maximumBytes: number;
  /** Of one body or message. */
  readonly maximumMessageBytes: number;
  /** Until the last byte of a WebSocket message; HTTP has a deadline of its own. */
  readonly messageMs: number;
  /** Called for a connection that was ended. */
  readonly onEnded: () => void;
}

/** A body or a message that takes memory. */
interface IncomingMessageBytes {
  readonly socket: Socket;
  bytes: number;
  /** Milliseconds of `performance.now()`, when its first byte came. */
  sinceMs: number;
  /** Whether all of it has come. */
  readonly isWhole: () => boolean;
  /** Whether nothing of it is needed any more. */
  readonly isDone: () => boolean;
}

/** As much as the image has room for beside its heap; hundreds of large requests at a time. */
export const defaultIncomingBytes = 24 * 1024 ** 2;
/** Smaller bodies are not counted: they take no more than their connection does. */
const smallBytes = 4096;
/** Under pressure, whatever has not come within this time makes room. */
const slowMs = 1000;
const lookEveryMs = 500;

/**
 * Bounds the memory of requests and messages that clients send: a body counts from its announcement until the response
 * begins, a WebSocket message until it is complete. Where there is no room, slow ones are ended; where none is slow, the new
 * one is refused.
 */
export class IncomingBytes {
  readonly #options: IncomingBytesOptions;
  readonly #inboxes = new Set<IncomingMessageBytes>();
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: IncomingBytesOptions) {
    this.#options = options;
  }

  /** Counts the body of a request until its response. @returns false where there is no room for it. */
  hasRoomFor(request: IncomingMessage, response: ServerResponse): boolean {
    const bytes = announcedBytes(request, this.#options.maximumMessageBytes);
    if (bytes <= smallBytes) return true;
    if (!this.#canHold(bytes)) return false;
    const inbox: IncomingMessageBytes = {
      socket: request.socket,
      bytes: 0,
      sinceMs: performance.now(),
      isWhole: () => request.complete,
      isDone: () => response.headersSent,
    };
    this.#hold(inbox, bytes);
    response.once('close', () => {
      this.#hold(inbox, 0);
    });
    return true;
  }

  /**
   * Counts messages of a WebSocket that have not come to their end.
   * @param received bytes of a message that has begun.
   * @returns to be called when a message is complete.
   */
  follow(socket: Socket, received: () => number): () => void {
    const inbox: IncomingMessageBytes = {
      socket,
      bytes: 0,
      sinceMs: 0,
      isWhole: () => false,
      isDone: () => false,
    };
    socket.on('data', () => {
      const bytes = received();
      if (inbox.bytes === 0) inbox.sinceMs = performance.now();
      if (bytes > inbox.bytes && !this.#canHold(bytes - inbox.bytes)) this.#end(inbox);
      else this.#hold(inbox, bytes);
    });
    socket.once('close', () => {
      this.#hold(inbox, 0);
    });
    return () => {
      inbox.sinceMs = performance.now(); // what comes behind it is another message
    };
  }

  #canHold(bytes: number): boolean {
    const { maximumBytes } = this.#options;
    if (this.#bytes + bytes <= maximumBytes) return true;
    const nowMs = performance.now();
    for (const inbox of this.#inboxes) if (inbox.isDone()) this.#hold(inbox, 0);
    const slow = [...this.#inboxes].filter((each) => !each.isWhole() && nowMs - each.sinceMs >= slowMs);
    const burden = ({ bytes: held, sinceMs }: IncomingMessageBytes): number => held * (nowMs - sinceMs);
    slow.sort((one, other) => burden(other) - burden(one));
    for (const inbox of slow) {
      if (this.#bytes + bytes <= maximumBytes) break;
      this.#end(inbox);
    }
    return this.#bytes + bytes <= maximumBytes;
  }

  #end(inbox: IncomingMessageBytes): void {
    this.#hold(inbox, 0);
    inbox.socket.destroy();
    this.#options.onEnded();
  }

  #hold(inbox: IncomingMessageBytes, bytes: number): void {
    if (inbox.socket.destroyed) bytes = 0;
    this.#bytes += bytes - inbox.bytes;
    inbox.bytes = bytes;
    if (bytes === 0) this.#inboxes.delete(inbox);
    else {
      this.#inboxes.add(inbox);
      this.#timer ??= setInterval(this.#endLate, lookEveryMs).unref();
    }
  }

  /** Only messages of WebSockets are ever this late: Node ends requests by itself. */
  readonly #endLate = (): void => {
    const { messageMs } = this.#options;
    const nowMs = performance.now();
    for (const inbox of this.#inboxes) {
      if (inbox.socket.isPaused())
        inbox.sinceMs += lookEveryMs; // the gateway has stopped reading, not the client sending
      else if (!inbox.isWhole() && nowMs - inbox.sinceMs > messageMs + slowMs) this.#end(inbox);
    }
    if (this.#inboxes.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  };
}

/** Bytes that a body may come to; one in chunks does not say. */
function announcedBytes({ headers }: IncomingMessage, maximumBytes: number): number {
  if (headers['transfer-encoding'] !== undefined) return maximumBytes;
  return Math.min(maximumBytes, Number(headers['content-length'] ?? 0));
}
