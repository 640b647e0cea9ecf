import { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';

/** Serves a request. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Requests that a client may pipeline after the one in flight; hardly any client pipelines at all. */
const maximumWaiting = 10;
/** The same for all connections: some 20 MB. */
const maximumWaitingOfAll = 5000;

/** Waiting requests of all connections, including requests that will not be answered. */
export interface WaitingRequests {
  count: number;
  /** Called when a connection is ended because there are too many. */
  readonly onFull: () => void;
}

/**
 * One connection. Pipelined requests are answered one after the other, so that a client that reads nothing leaves one unread
 * response, and not as many as requests fit into a packet.
 */
export class Connection {
  readonly socket: Socket;
  /** Key of its limit: the address, or the caller once it is known. Undefined for a proxy's until its first request. */
  holder: string | undefined;
  readonly #waitingOfAll: WaitingRequests;
  /** Milliseconds of `performance.now()`. */
  idleSinceMs = performance.now();
  /** True after its first request. */
  hasRequested = false;
  /** True once it is a WebSocket. */
  isUpgraded = false;
  /** The response in progress. */
  #response: ServerResponse | undefined;
  #onAnswered: (() => void) | undefined;
  #isEnding = false;
  #waiting: (readonly [IncomingMessage, ServerResponse])[] = [];
  #unanswered = 0;
  #handle: RequestHandler | undefined;

  constructor(socket: Socket, holder: string | undefined, waitingOfAll: WaitingRequests) {
    this.socket = socket;
    this.holder = holder;
    this.#waitingOfAll = waitingOfAll;
    socket.once('close', () => {
      this.#waiting = [];
      this.#count(-this.#unanswered);
    });
  }

  /** True if no request is in flight: HTTP then allows a server to close it. */
  get isIdle(): boolean {
    return !this.#response && !this.isUpgraded;
  }

  /** Serves a request once earlier ones are answered. */
  receive(request: IncomingMessage, response: ServerResponse, handle: RequestHandler): void {
    this.#handle = handle;
    if (this.socket.destroyed) return;
    if (this.#response) this.#queue(request, response);
    else this.#begin(request, response);
  }

  /** Marks it as a WebSocket. @returns false if a request is in flight. */
  upgrade(): boolean {
    if (this.#response) return false;
    this.isUpgraded = true;
    return true;
  }

  /**
   * Calls back once all requests are answered. Only for a connection that is detached from Node's parser: further bytes are not
   * read. An open stream is ended, since it may never end on its own.
   */
  onceAnswered(callback: () => void): void {
    if (!this.#response) callback();
    else if (this.#response.headersSent && !this.#response.writableEnded) this.socket.destroy();
    else {
      this.#onAnswered = callback;
      this.socket.resume();
    }
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    this.#response = response;
    response.on('close', () => {
      this.#answered();
    });
    this.#handle?.(request, response);
  }

  #answered(): void {
    this.#response = undefined;
    this.idleSinceMs = performance.now();
    if (this.socket.writableEnded) return; // after `Connection: close`, what follows is not a request
    const next = this.#waiting.shift();
    if (next) {
      this.#count(-1);
      this.#begin(...next);
    } else this.#onAnswered?.();
  }

  #queue(request: IncomingMessage, response: ServerResponse): void {
    this.#count(1);
    if (this.#waitingOfAll.count > maximumWaitingOfAll) {
      this.socket.destroy();
      this.#waitingOfAll.onFull();
    } else if (this.#waiting.length < maximumWaiting && !this.#isEnding)
      this.#waiting.push([request, response]);
    else this.#endEarly();
  }

  /** Ends the connection after the waiting requests; the client sends the others again. */
  #endEarly(): void {
    this.#isEnding = true;
    const [, last] = this.#waiting.at(-1) ?? [];
    if (last) last.shouldKeepAlive = false;
    this.socket.pause();
  }

  #count(change: number): void {
    this.#unanswered += change;
    this.#waitingOfAll.count += change;
  }
}

/** Node's parser of a connection. In Node 20 nothing else can decide about a single request. */
interface ParsedSocket extends Socket {
  readonly parser?: {
    onIncoming?: ((request: UpgradeRequest, keepAlive: boolean) => unknown) | null;
  } | null;
}

interface UpgradeRequest extends IncomingMessage {
  upgrade?: boolean | null;
}

/** Node 24.9 and 22.21 call this before an upgrade. */
interface UpgradeServer extends Server {
  shouldUpgradeCallback?: (request: IncomingMessage) => boolean;
}

/**
 * Whether a request asks for a WebSocket. A server may ignore any other protocol in `Upgrade`, and must ignore the header
 * of HTTP/1.0 (RFC 9110, 7.8).
 */
function asksForWebSocket({ method, headers, httpVersion }: IncomingMessage): boolean {
  if (method !== 'GET' || httpVersion === '1.0') return false;
  return headers.upgrade?.split(',').some((name) => name.trim().toLowerCase() === 'websocket') === true;
}

/**
 * Leaves requests that offer another protocol, such as `h2c`, to the routes. With a listener for upgrades, Node would take
 * all of them off HTTP, including their bodies.
 */
export function ignoreOtherUpgrades(server: Server): void {
  server.prependListener('request', endConnection);
  const upgradeServer: UpgradeServer = server;
  if ('shouldUpgradeCallback' in upgradeServer) {
    upgradeServer.shouldUpgradeCallback = asksForWebSocket;
    return;
  }
  server.on('connection', ({ parser }: ParsedSocket) => {
    const onIncoming = parser?.onIncoming;
    if (!parser || !onIncoming) return;
    const withoutOtherUpgrades = (request: UpgradeRequest, keepAlive: boolean): unknown => {
      const isOffer = request.upgrade === true && request.method !== 'CONNECT';
      if (isOffer && !asksForWebSocket(request)) request.upgrade = false;
      return onIncoming(request, keepAlive);
    };
    parser.onIncoming = withoutOtherUpgrades;
  });
}

/**
 * Ends the connection after the response: Node's parser stops after a request with `Upgrade` and drops bytes that were read
 * together with it. A client that pipelined its next request sees the end, and sends it again.
 */
function endConnection({ headers }: IncomingMessage, response: ServerResponse): void {
  if (headers.upgrade !== undefined) response.shouldKeepAlive = false;
}
