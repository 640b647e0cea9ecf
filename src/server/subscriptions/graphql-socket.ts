import { type Socket } from 'node:net';
import { CloseCode, type Server } from 'graphql-ws';
import { type WebSocket } from 'ws';
import { AnswerLane } from './answer-lane.js';
import { parsedBytes, type RequestMemory, smallJsonBytes } from '../limits/request-memory.js';

/** Bytes of a message that are not counted: there are no more of them than connections. */
const freeBytes = 16 * 1024;

/** The memory of a WebSocket message that has not come in as a whole: its sender may take as long as it likes. */
class MessageMemory {
  readonly #memory: RequestMemory;
  #receivedBytes = 0;
  #heldBytes = 0;
  #release: () => void = () => undefined;

  constructor(memory: RequestMemory) {
    this.#memory = memory;
  }

  /** Notes bytes that came in. @throws GatewayError OVERLOADED where there is no room for them. */
  received(bytes: number): void {
    this.#receivedBytes += bytes;
    if (this.#receivedBytes <= Math.max(freeBytes, this.#heldBytes)) return;
    const wanted = 2 * this.#receivedBytes; // few steps, however small the pieces are
    this.#letGo();
    this.#release = this.#memory.hold(wanted);
    this.#heldBytes = wanted;
  }

  /** The message is complete, or will never be. */
  end(): void {
    this.#receivedBytes = 0;
    this.#letGo();
  }

  #letGo(): void {
    this.#release();
    this.#release = () => undefined;
    this.#heldBytes = 0;
  }
}

/** One client needs no more operations at a time. */
const maximumOperations = 100;
const pong = '{"type":"pong"}';
/** Clients number their operations or give them UUIDs. An id is kept with its operation, and goes with every event. */
const longestId = 128;
/** Of a close frame's reason, in bytes (RFC 6455, 5.5): `ws` throws for more, and the library repeats ids in it. */
const longestReason = 123;

/** Where `ws` keeps what it has of a message that is not complete; there is no other place. */
interface ReceivingSocket {
  readonly _receiver: { readonly _bufferedBytes: number; readonly _messageLength: number };
}

/**
 * One WebSocket as `graphql-ws` uses it. Nothing that a client sends is sent back to it, and a client that does not read
 * is not read from: its next messages wait in its own network buffers.
 */
export class GraphqlSocket {
  readonly socket: WebSocket;
  /** Carries the socket. */
  readonly connection: Socket;
  readonly lane: AnswerLane;
  readonly #onFailure: (error: unknown) => void;
  readonly #memory: RequestMemory;
  readonly #incoming: MessageMemory;
  #isAlive = true;
  #operations = 0;
  #begun = 0;
  /** Of the message that the library is being given. */
  #releaseMessage: () => void = () => undefined;
  #onMessage: (() => void) | undefined;

  /**
   * @param memory of all requests and messages.
   * @param onFailure called with errors that are no client's mistake; they end the connection.
   */
  constructor(
    socket: WebSocket,
    connection: Socket,
    memory: RequestMemory,
    onFailure: (error: unknown) => void,
  ) {
    this.#memory = memory;
    this.#incoming = new MessageMemory(memory);
    this.socket = socket;
    this.connection = connection;
    this.lane = new AnswerLane(connection);
    this.#onFailure = onFailure;
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** Has messages counted while they come in. @param follow see `Connections.followMessages`. */
  followMessages(follow: (connection: Socket, received: () => number) => () => void): void {
    const { _receiver: receiver } = this.socket as unknown as ReceivingSocket;
    this.#onMessage = follow(this.connection, () => receiver._bufferedBytes + receiver._messageLength);
  }

  /** Lets `graphql-ws` serve the socket. @param extra that its hooks are given. */
  serve<Extra>(protocol: Server<Extra>, extra: Extra): void {
    const { socket } = this;
    this.connection.prependListener('data', (bytes: Buffer) => {
      this.#takeIn(bytes.length);
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
      .on('error', () => undefined) // a frame that breaks the protocol ends the connection; `ws` has closed it
      .on('pong', () => (this.#isAlive = true))
      .once('close', (code, reason) => {
        this.#incoming.end();
        closed(code, reason.toString()).catch(this.#onFailure);
      });
    this.connection.on('drain', () => {
      socket.resume();
    });
  }

  /** Answers a client's ping, unless earlier messages still wait for that client: pings then need no answer. */
  pong(): void {
    if (this.isOpen && !this.#isBehind) this.socket.send(pong);
  }

  /**
   * Pings the client, and ends the connection where the last ping was not answered. A client that is behind with reading
   * can't be asked; the deadline of what was written to it applies.
   */
  beat(): void {
    if (!this.isOpen || this.#isBehind) return;
    if (!this.#isAlive) {
      this.socket.terminate();
      return;
    }
    this.#isAlive = false;
    this.socket.ping();
  }

  /**
   * Counts an operation until its message is done with.
   * @returns releases the memory of its message before that; undefined for one too many, or one with too long an id,
   * which closes the socket.
   */
  beginOperation(id: string): (() => void) | undefined {
    this.#begun += 1;
    if (id.length > longestId) {
      this.socket.close(CloseCode.BadRequest, 'The id of an operation is too long');
      return undefined;
    }
    if (this.#operations < maximumOperations) return this.#releaseMessage;
    this.socket.close(4430, 'Too many operations');
    return undefined;
  }

  get #isBehind(): boolean {
    return this.connection.writableLength > 0;
  }

  #send(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.isOpen)
        this.socket.send(text, (error) => {
          if (error) reject(error);
          else resolve();
        });
      else resolve();
    });
  }

  #receive(handle: (text: string) => Promise<void>, data: Buffer): void {
    this.#incoming.end();
    if (!this.isOpen) return; // until the other end has closed too, it can still send
    this.#isAlive = true;
    this.#onMessage?.();
    if (this.connection.writableNeedDrain) this.socket.pause();
    const release = this.#hold(data);
    if (!release) return;
    this.#releaseMessage = release;
    const begunBefore = this.#begun;
    const handled = handle(messageIn(data.toString()));
    const operations = this.#begun - begunBefore; // the hook is called before anything is waited for
    void this.#settle(handled, operations, release);
  }

  /** A method of its own: while an asynchronous one waits, it holds all that it was given, here the whole message. */
  async #settle(handled: Promise<void>, operations: number, release: () => void): Promise<void> {
    this.#operations += operations;
    try {
      await handled;
    } catch (error) {
      if (this.socket.readyState !== this.socket.OPEN) return; // a message that could not be sent any more
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

  /**
   * Holds memory for a message until it is done with: of a query until it ends, of a subscription until it is admitted. A
   * socket that finds none is closed.
   */
  #hold(message: Buffer): (() => void) | undefined {
    try {
      return this.#memory.hold(message.length > smallJsonBytes ? parsedBytes(message) : 0);
    } catch {
      this.socket.close(1013, 'Try again later');
      return undefined;
    }
  }

  /** Ends a connection whose messages there is no room for; a close frame could not say so in time. */
  #takeIn(bytes: number): void {
    try {
      this.#incoming.received(bytes);
    } catch {
      this.socket.terminate();
    }
  }
}

/**
 * A message without members that the protocol does not know. The library holds on to it for as long as its operation
 * lasts, and would hold on to a text as well: it takes values that were read from JSON in place of one.
 */
function messageIn(json: string): string {
  try {
    const { id, type, payload } = JSON.parse(json) as Readonly<Record<string, unknown>>;
    return { id, type, payload } as unknown as string;
  } catch {
    return ''; // the library says that it can't be read, and closes the socket
  }
}

/** A message that only servers send, such as `next`: `graphql-ws` throws for it. */
function isUnexpectedType(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Unexpected message of type');
}
