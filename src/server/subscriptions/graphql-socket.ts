import { isUtf8 } from 'node:buffer';
import { type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Mutex } from 'async-mutex';
import { CloseCode, type Server } from 'graphql-ws';
import { type WebSocket } from 'ws';
import { parseJson } from '../../domain/json.js';
import { ClientLeft, type WriteLock } from '../../operations/gate/execution-gate.js';
import { type IncomingBytes } from '../connections/incoming-bytes.js';
import { parsedBytes, type RequestMemory, smallJsonBytes } from '../limits/request-memory.js';
import { MessageMemory, MessageRate, receivedBytes } from './message-limits.js';

/** Most operations of one connection at a time. */
const maximumOperations = 100;
const pong = '{"type":"pong"}';
/** Clients use numbers or UUIDs. The id is stored with the operation and sent with every event. */
const longestId = 128;
/** Close code after which clients connect again (RFC 6455, 7.4.1). */
const goingAway = 1001;
/** Longest close reason in bytes (RFC 6455, 5.5). `ws` throws for a longer one, and `graphql-ws` puts operation ids into it. */
const longestReason = 123;

const nothing = (): void => undefined;

/** Lock for the large responses of one WebSocket: the next one is made once the client has read the previous one. */
class SocketWriteLock implements WriteLock {
  readonly #connection: Socket;
  readonly #mutex = new Mutex();

  constructor(connection: Socket) {
    this.#connection = connection;
  }

  /** @throws ClientLeft for a closed connection. */
  async acquire(): Promise<() => void> {
    const leave = await this.#mutex.acquire();
    await drained(this.#connection);
    if (!this.#connection.destroyed) return leave;
    leave();
    throw new ClientLeft();
  }
}

/** Resolves when the client has read everything that was written, or the connection is closed. */
function drained(connection: Socket): Promise<void> | undefined {
  if (!connection.writableNeedDrain || connection.destroyed) return undefined;
  return new Promise((resolve) => {
    const done = (): void => {
      connection.off('drain', done).off('close', done);
      resolve();
    };
    connection.on('drain', done).on('close', done);
  });
}

/**
 * A WebSocket for `graphql-ws`. Nothing that a client sends is echoed. While a client does not read, the gateway does not
 * read from it either: its next messages wait in its own network buffers.
 */
export class GraphqlSocket {
  readonly socket: WebSocket;
  /** The TCP connection. */
  readonly connection: Socket;
  readonly writeLock: WriteLock;
  readonly #onFailure: (error: unknown) => void;
  readonly #memory: RequestMemory;
  readonly #incoming: MessageMemory;
  readonly #rate = new MessageRate(() => performance.now());
  #isAlive = true;
  #operations = 0;
  #begun = 0;
  /** Payloads of the queries and mutations that are not answered yet. */
  readonly #unanswered = new Set<object>();
  #onAnswered: (() => void) | undefined;
  #closing: Promise<void> | undefined;
  /** Releases the memory of the message that `graphql-ws` is handling. */
  #releaseMessage: () => void = nothing;
  /** Must be called when a message is complete. */
  readonly #onMessage: () => void;

  /**
   * @param memory of all requests and messages.
   * @param incoming bounds incomplete messages.
   * @param onFailure called with internal errors, which close the connection.
   */
  constructor(
    socket: WebSocket,
    connection: Socket,
    memory: RequestMemory,
    incoming: IncomingBytes,
    onFailure: (error: unknown) => void,
  ) {
    this.#onMessage = incoming.follow(connection, () => receivedBytes(socket));
    this.#memory = memory;
    this.#incoming = new MessageMemory(memory);
    this.socket = socket;
    this.connection = connection;
    this.writeLock = new SocketWriteLock(connection);
    this.#onFailure = onFailure;
  }

  /** False also if the connection is destroyed and the WebSocket has not noticed it yet. */
  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN && !this.connection.destroyed;
  }

  /** Connects the socket to `graphql-ws`. @param extra for its hooks. */
  serve<Extra>(protocol: Server<Extra>, extra: Extra): void {
    const { socket, connection } = this;
    connection.prependListener('data', (bytes: Buffer) => {
      try {
        this.#incoming.add(bytes.length);
      } catch {
        socket.terminate(); // a client that is still sending may not read a close frame in time
      }
    });
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => this.#send(text),
        close: (code, reason) => {
          socket.close(code, reason === undefined || Buffer.byteLength(reason) > longestReason ? '' : reason);
        },
        onMessage: (handle) => {
          socket.on('message', (data) => {
            this.#receive(handle, data as Buffer);
          });
        },
        onPing: () => undefined, // a hook answers with `pong`
      },
      extra,
    );
    socket
      .on('error', () => undefined) // an invalid frame; `ws` has closed the connection
      .on('pong', () => (this.#isAlive = true))
      .once('close', (code, reason) => {
        this.#incoming.reset();
        closed(code, reason.toString()).catch(this.#onFailure);
      });
    connection.on('drain', () => {
      socket.resume();
    });
  }

  /** Answers a ping of the client, unless earlier messages are still unread: pings then need no answer. */
  pong(): void {
    if (this.isOpen && !this.#isBehind) this.socket.send(pong);
  }

  /**
   * Pings the client; closes the connection if the last ping was not answered. A client with unread messages is not
   * pinged: the deadline for reading them applies.
   */
  ping(): void {
    if (!this.isOpen || this.#isBehind) return;
    if (!this.#isAlive) {
      this.socket.terminate();
      return;
    }
    this.#isAlive = false;
    this.socket.ping();
  }

  /**
   * Counts an operation until `graphql-ws` has handled its message. Too many operations, or an id that is too long, close
   * the socket.
   * @returns releases the memory of the message early; undefined for a refused operation.
   */
  beginOperation(id: string): (() => void) | undefined {
    this.#begun += 1;
    if (id.length > longestId) this.socket.close(CloseCode.BadRequest, 'The id of an operation is too long');
    else if (this.#operations >= maximumOperations) this.socket.close(4430, 'Too many operations');
    else return this.#releaseMessage;
    return undefined;
  }

  /** An operation begins; one that is refused, and a subscription, end at once. @param payload of its message. */
  beginAnswer(payload: object): void {
    this.#unanswered.add(payload);
  }

  /** True for the payload of a query or mutation that is not answered yet. */
  isAnswer(payload: object): boolean {
    return this.#unanswered.has(payload);
  }

  /** An operation has ended: its result was sent, and only its `complete` is missing. @returns false if it had ended before. */
  endAnswer(payload: object): boolean {
    const isAnswer = this.#unanswered.delete(payload);
    if (this.#unanswered.size === 0) this.#onAnswered?.();
    return isAnswer;
  }

  /** Resolves when the socket closes; undefined unless that has begun. No operation begins meanwhile. */
  get closing(): Promise<void> | undefined {
    return this.#closing;
  }

  /**
   * Closes the socket once its queries and mutations are answered.
   * @param code one after which clients connect again, and send what was not answered.
   */
  closeAnswered(code: number, reason: string): Promise<void> {
    return (this.#closing ??= this.#closeAnswered(code, reason));
  }

  async #closeAnswered(code: number, reason: string): Promise<void> {
    if (this.#unanswered.size > 0) await new Promise<void>((resolve) => (this.#onAnswered = resolve));
    await nextTurn(); // sends the last `complete` first
    this.socket.close(code, reason);
  }

  /** Closes the socket once its queries and mutations are answered. Clients connect again after this code. */
  closeForShutdown(): Promise<void> {
    return this.closeAnswered(goingAway, 'Going away');
  }

  /** Closes the socket with the same code, and does not wait: neither for its operations nor for the client. */
  endForShutdown(): void {
    this.socket.close(goingAway, 'Going away');
    this.socket.terminate();
  }

  get #isBehind(): boolean {
    return this.connection.writableLength > 0;
  }

  #send(text: string): Promise<void> {
    if (!this.isOpen) return Promise.resolve();
    // No function is made here: it would hold the text for as long as its bytes wait for the client.
    const { result, settle } = pending();
    this.socket.send(text, settle);
    return result;
  }

  #receive(handle: (text: string) => Promise<void>, data: Buffer): void {
    this.#incoming.reset();
    if (!this.isOpen) return; // until the client has closed too, it can still send
    this.#isAlive = true;
    this.#onMessage();
    if (this.connection.writableNeedDrain) this.socket.pause();
    let release: () => void;
    try {
      release = this.#memory.hold(data.length > smallJsonBytes ? parsedBytes(data) : 0);
    } catch {
      this.socket.close(1013, 'Try again later');
      return;
    }
    const message = messageIn(data);
    if (!this.#rate.take(message.type)) {
      release();
      this.socket.close(4429, 'Too many messages');
      // More of them may follow, and a socket that is closing would still receive them.
      setImmediate(() => {
        this.socket.terminate();
      });
      return;
    }
    this.#releaseMessage = release;
    const begunBefore = this.#begun;
    const handled = handle(message as unknown as string);
    const operations = this.#begun - begunBefore; // the subscribe hook has run by now, synchronously
    void this.#settle(handled, operations, release);
  }

  /** A method of its own: a suspended async function retains its variables, and in `#receive` that is the whole message. */
  async #settle(handled: Promise<void>, operations: number, release: () => void): Promise<void> {
    this.#operations += operations;
    try {
      await handled;
    } catch (error) {
      if (!this.isOpen) return; // a message could no longer be sent
      if (isUnexpectedType(error)) {
        this.socket.close(CloseCode.BadRequest, 'Unexpected message');
        return;
      }
      this.#onFailure(error);
      this.socket.close(CloseCode.InternalServerError, 'Internal server error');
    } finally {
      this.#operations -= operations;
      release();
    }
  }
}

/** A promise, and the callback that settles it. */
function pending() {
  let settle!: (error?: Error) => void;
  const result = new Promise<void>((resolve, reject) => {
    settle = (error) => {
      if (error) reject(error);
      else resolve();
    };
  });
  return { result, settle };
}

/**
 * The members of a message that the protocol knows, read with the bounds of a request body. `graphql-ws` retains the
 * message for as long as its operation runs; it accepts a parsed message in place of a text.
 */
function messageIn(data: Buffer): Readonly<Record<'id' | 'type' | 'payload', unknown>> {
  const json = isUtf8(data) ? parseJson(data.toString()) : undefined; // a binary frame may be anything
  // `graphql-ws` closes the socket with 4400.
  if (typeof json !== 'object' || json === null)
    return { id: undefined, type: undefined, payload: undefined };
  const { id, type, payload } = json as Readonly<Record<string, unknown>>;
  return { id, type, payload };
}

/** `graphql-ws` throws for a message that only servers send, such as `next`. */
function isUnexpectedType(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Unexpected message of type');
}
