import { IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { JoinedChunks } from '../../domain/joined-chunks.js';
import { type Telemetry } from '../../domain/telemetry.js';

/** Bounds of incoming bodies and messages. */
interface IncomingBytesOptions {
  /** Largest sum over all connections. */
  readonly maximumBytes: number;
  /** Largest body or message. */
  readonly maximumMessageBytes: number;
  /** Time until the last byte of a WebSocket message. Node has a deadline for HTTP requests. */
  readonly messageMs: number;
  readonly telemetry: Pick<Telemetry, 'connectionEnded'>;
}

/** An incoming body or message. */
interface IncomingMessageBytes {
  readonly socket: Socket;
  bytes: number;
  /** Time of its first byte, in milliseconds of `performance.now()`. */
  sinceMs: number;
  /** Response to the request of a body; undefined for a WebSocket message. */
  readonly response: ServerResponse | undefined;
}

/** Room for hundreds of large requests at a time. The container image has it besides its heap. */
export const defaultIncomingBytes = 24 * 1024 ** 2;
/** Smaller bodies are not counted: they take less than their connection. */
const smallBytes = 4096;
/** Under pressure, incomplete messages older than this are ended. */
const slowMs = 1000;
const checkEveryMs = 500;

/**
 * Bounds the memory of incoming requests and messages. A body counts from its announcement until the response begins, a
 * WebSocket message until it is complete. If there is no room, slow ones are ended; if none is slow, the new one is refused.
 */
export class IncomingBytes {
  readonly #options: IncomingBytesOptions;
  readonly #messages = new Set<IncomingMessageBytes>();
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: IncomingBytesOptions) {
    this.#options = options;
  }

  /** Counts the body of a request until its response. @returns false if there is no room for it. */
  hasRoomFor(request: IncomingMessage, response: ServerResponse): boolean {
    const bytes = announcedBytes(request, this.#options.maximumMessageBytes);
    if (bytes <= smallBytes) return true;
    if (!this.#canHold(bytes)) return false;
    const message = { socket: request.socket, bytes: 0, sinceMs: performance.now(), response };
    this.#hold(message, bytes);
    response.once('close', () => {
      this.#hold(message, 0);
    });
    return true;
  }

  /**
   * Counts incomplete messages of a WebSocket.
   * @param received bytes of the message so far.
   * @returns must be called when a message is complete.
   */
  follow(socket: Socket, received: () => number): () => void {
    const message = { socket, bytes: 0, sinceMs: 0, response: undefined };
    socket.on('data', () => {
      const bytes = received();
      if (message.bytes === 0) message.sinceMs = performance.now();
      if (bytes > message.bytes && !this.#canHold(bytes - message.bytes)) this.#end(message);
      else this.#hold(message, bytes);
    });
    socket.once('close', () => {
      this.#hold(message, 0);
    });
    return () => {
      message.sinceMs = performance.now(); // the next bytes are another message
      // Several messages may have come at once, and nothing after them.
      if (message.bytes > 0) this.#hold(message, received());
    };
  }

  #canHold(bytes: number): boolean {
    const { maximumBytes } = this.#options;
    if (this.#bytes + bytes <= maximumBytes) return true;
    const nowMs = performance.now();
    for (const message of this.#messages) if (message.response?.headersSent) this.#hold(message, 0);
    const slow = [...this.#messages].filter(
      ({ response, sinceMs }) => !response?.req.complete && nowMs - sinceMs >= slowMs,
    );
    const burden = ({ bytes: held, sinceMs }: IncomingMessageBytes): number => held * (nowMs - sinceMs);
    slow.sort((one, other) => burden(other) - burden(one));
    for (const message of slow) {
      if (this.#bytes + bytes <= maximumBytes) break;
      this.#end(message);
    }
    return this.#bytes + bytes <= maximumBytes;
  }

  #end(message: IncomingMessageBytes): void {
    this.#hold(message, 0);
    message.socket.destroy();
    this.#options.telemetry.connectionEnded('slow');
  }

  #hold(message: IncomingMessageBytes, bytes: number): void {
    if (message.socket.destroyed) bytes = 0;
    this.#bytes += bytes - message.bytes;
    message.bytes = bytes;
    if (bytes === 0) this.#messages.delete(message);
    else {
      this.#messages.add(message);
      this.#timer ??= setInterval(this.#endLate, checkEveryMs).unref();
    }
  }

  readonly #endLate = (): void => {
    const { messageMs } = this.#options;
    const nowMs = performance.now();
    for (const message of this.#messages) {
      if (message.response) continue; // Node ends late requests itself, and answers them with 408
      if (message.socket.isPaused())
        message.sinceMs += checkEveryMs; // the gateway stopped reading, not the client sending
      else if (nowMs - message.sinceMs > messageMs + slowMs) this.#end(message);
    }
    if (this.#messages.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  };
}

/** The announced size of a body; of a chunked one, the maximum. A request with neither header has no body. */
export function announcedBytes({ headers }: IncomingMessage, maximumBytes: number): number {
  if (headers['transfer-encoding'] !== undefined) return maximumBytes;
  return Math.min(maximumBytes, Number(headers['content-length'] ?? 0));
}

/**
 * A request whose body comes in few pieces, however small its chunks are: nothing here reads a body before its end. The first
 * chunk is passed on as it is, since hardly any body has several.
 */
export class CoalescedRequest extends IncomingMessage {
  /** Undefined until the first chunk, null until the second. Only declared: a field would cost each request a call. */
  declare private joined: JoinedChunks | null | undefined;

  override push(chunk: Buffer | null): boolean {
    if (chunk === null) {
      const rest = this.joined?.end();
      if (rest) super.push(rest);
      return super.push(null);
    }
    if (this.joined === undefined) {
      this.joined = null;
      return super.push(chunk);
    }
    this.joined ??= new JoinedChunks();
    let isWanted = true;
    for (const piece of this.joined.add(chunk)) isWanted = super.push(piece);
    return isWanted;
  }
}
