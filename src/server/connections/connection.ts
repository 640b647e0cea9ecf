import { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';

/** Serves a request. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Requests that a client may send behind one that is being answered; hardly any client sends even one. */
const maximumWaiting = 10;
/** Requests that wait behind others on all connections: some 20 MB. */
const maximumWaitingInAll = 5000;

/** Requests that wait on all connections, those included that will not be answered. */
export interface WaitingRequests {
  count: number;
}

/**
 * One connection. Its requests are answered one after the other, also where a client sends them all at once (pipelining):
 * of responses that nobody reads there is then one, and not as many as fit into a packet.
 */
export class Connection {
  readonly socket: Socket;
  /** Its address, or its caller once that is known. */
  holder: string;
  readonly #waitingInAll: WaitingRequests;
  /** Milliseconds of `performance.now()`. */
  idleSinceMs = performance.now();
  /** True from its first request on. */
  hasRequested = false;
  /** True once it carries WebSocket messages. */
  isUpgraded = false;
  #isBusy = false;
  #isEnding = false;
  #waiting: (readonly [IncomingMessage, ServerResponse])[] = [];
  #unanswered = 0;
  #handle: RequestHandler | undefined;

  constructor(socket: Socket, holder: string, waitingInAll: WaitingRequests) {
    this.socket = socket;
    this.holder = holder;
    this.#waitingInAll = waitingInAll;
    socket.once('close', this.#closed);
  }

  /** True for one that HTTP lets a server close at any time. */
  get isIdle(): boolean {
    return !this.#isBusy && !this.isUpgraded;
  }

  /** Serves a request when those before it are answered. */
  receive(request: IncomingMessage, response: ServerResponse, handle: RequestHandler): void {
    this.#handle = handle;
    if (this.socket.destroyed) return;
    if (this.#isBusy) this.#queue(request, response);
    else this.#begin(request, response);
  }

  /** Notes that it leaves HTTP. @returns false where a request is still being answered: the connection has ended. */
  upgrade(): boolean {
    if (this.#isBusy) {
      this.socket.destroy();
      return false;
    }
    this.isUpgraded = true;
    return true;
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    this.#isBusy = true;
    response.on('close', this.#answered);
    this.#handle?.(request, response);
  }

  readonly #answered = (): void => {
    this.#isBusy = false;
    this.idleSinceMs = performance.now();
    const next = this.#waiting.shift();
    if (!next) return;
    this.#count(-1);
    this.#begin(...next);
  };

  readonly #closed = (): void => {
    this.#waiting = [];
    this.#count(-this.#unanswered);
  };

  #queue(request: IncomingMessage, response: ServerResponse): void {
    this.#count(1);
    if (this.#waitingInAll.count > maximumWaitingInAll) this.socket.destroy();
    else if (this.#waiting.length < maximumWaiting && !this.#isEnding)
      this.#waiting.push([request, response]);
    else this.#endEarly();
  }

  /** Ends the connection when the requests that wait are answered: the client sees which were, and sends the others again. */
  #endEarly(): void {
    this.#isEnding = true;
    const [, last] = this.#waiting.at(-1) ?? [];
    if (last) last.shouldKeepAlive = false;
    this.socket.pause();
  }

  #count(change: number): void {
    this.#unanswered += change;
    this.#waitingInAll.count += change;
  }
}

/** Where Node keeps a connection's parser; Node 20 has no other place to decide about one request. */
interface ParsedSocket extends Socket {
  readonly parser?: {
    onIncoming?: ((request: UpgradeRequest, keepAlive: boolean) => unknown) | null;
  } | null;
}

interface UpgradeRequest extends IncomingMessage {
  upgrade?: boolean | null;
}

/** Node 24.9 and 22.21 ask before they take a request off HTTP. */
interface AskingServer extends Server {
  shouldUpgradeCallback?: (request: IncomingMessage) => boolean;
}

/**
 * Whether a request asks for a WebSocket. Anything else in `Upgrade` is an offer that a server may ignore (RFC 9110,
 * 7.8), and must ignore from a client of HTTP/1.0.
 */
function asksForWebSocket({ method, headers, httpVersion }: IncomingMessage): boolean {
  if (method !== 'GET' || httpVersion === '1.0') return false;
  return headers.upgrade?.split(',').some((name) => name.trim().toLowerCase() === 'websocket') === true;
}

/**
 * Leaves requests that offer another protocol, such as `h2c`, to the routes. Once anybody listens for upgrades, Node would
 * take all of them off HTTP, and their bodies with them.
 */
export function ignoreOtherUpgrades(server: Server): void {
  server.prependListener('request', endConnection);
  const asking: AskingServer = server;
  if ('shouldUpgradeCallback' in asking) {
    asking.shouldUpgradeCallback = asksForWebSocket;
    return;
  }
  server.on('connection', ({ parser }: ParsedSocket) => {
    const onIncoming = parser?.onIncoming;
    if (!parser || !onIncoming) return;
    parser.onIncoming = (request, keepAlive) => {
      const isOffer = request.upgrade === true && request.method !== 'CONNECT';
      if (isOffer && !asksForWebSocket(request)) request.upgrade = false;
      return onIncoming(request, keepAlive);
    };
  });
}

/**
 * Ends the connection after the answer: Node's parser stops behind a request that made an offer, and drops bytes that were
 * read together with it. A client that sent its next request that early sees the end, and sends it again.
 */
function endConnection({ headers }: IncomingMessage, response: ServerResponse): void {
  if (headers.upgrade !== undefined) response.shouldKeepAlive = false;
}
