import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { type FastifyInstance } from 'fastify';
import { anonymous, type Caller, nobody } from '../../domain/requests/caller.js';
import { type EndedConnection, type RefusedConnection, type Telemetry } from '../../domain/telemetry.js';
import { errorType } from '../http/negotiation.js';
import { endWith, type RawError, refuse } from '../http/refuse.js';
import { isExpectationKnown, maximumHeaders } from '../limits/broken-requests.js';
import { type ClientAddresses } from '../limits/client-addresses.js';
import { type ClientTimeouts, serverTimeouts } from '../limits/client-timeouts.js';
import { Connection, ignoreOtherUpgrades, type RequestHandler, type WaitingRequests } from './connection.js';
import { CoalescedRequest, type IncomingBytes } from './incoming-bytes.js';
import { type UnreadBytes } from './unread-bytes.js';

/** Limits of connections. */
export interface ConnectionsOptions {
  /** Most connections of this process; 0: no limit. */
  readonly maximum: number;
  /** Most connections of one caller, or of one address until the caller is known; 0: no limit. */
  readonly maximumPerCaller: number;
  /** Most connections without a request yet. Busy programs open a few hundred at once. */
  readonly maximumSilent?: number;
  readonly addresses: ClientAddresses;
  readonly unread: UnreadBytes;
  readonly incoming: IncomingBytes;
  readonly telemetry: Pick<Telemetry, 'connectionRefused' | 'connectionEnded' | 'errorSent'>;
}

const usualMaximumSilent = 1000;
/** Connections over a limit that stay open for the reason to be sent in response to their first request. */
const maximumRefused = 100;
const refusedForMs = 1000;
/** If no connection was idle, the next search starts after this time. */
const searchAgainMs = 50;

/** Errors for refused connections. */
const refusals: Readonly<Record<RefusedConnection, RawError>> = {
  all: [503, 'The gateway has too many connections. Try again.', 'OVERLOADED', { 'retry-after': '1' }],
  caller: [429, 'This caller or address has too many connections. Close one first.', 'TOO_MANY_CONNECTIONS'],
};

const noRoom: RawError = [
  503,
  'The gateway is receiving too much data. Try again.',
  'OVERLOADED',
  { 'retry-after': '1' },
];

const pipelinedUpgrade: RawError = [
  400,
  'A WebSocket can only be opened on a connection whose requests are answered. Open another connection.',
  'BAD_REQUEST',
];
const noTunnels: RawError = [405, 'This server is not a proxy.', 'BAD_REQUEST', { allow: 'GET, POST' }];

/** Number of connections of a caller, of an address, or of all. */
interface ConnectionCount {
  count: number;
  searchAgainAtMs: number;
}

/**
 * All connections of a server, counted by address until their caller is known. At a limit, the connection that has been
 * idle longest is closed for the new one; if none is idle, the new one is refused.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #open = new Map<Socket, Connection>();
  readonly #refused = new Map<Socket, RawError>();
  readonly #holders = new Map<string, ConnectionCount>();
  readonly #all: ConnectionCount = { count: 0, searchAgainAtMs: 0 };
  readonly #waiting: WaitingRequests;
  #silent = 0;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#waiting = {
      count: 0,
      onFull: () => {
        options.telemetry.connectionEnded('waiting');
      },
    };
  }

  /** Open connections by protocol. */
  get sizes(): { readonly http: number; readonly ws: number } {
    let ws = 0;
    for (const { isUpgraded } of this.#open.values()) ws += Number(isUpgraded);
    return { http: this.#open.size - ws, ws };
  }

  /** Accepts or refuses a new connection. */
  open(socket: Socket): void {
    const { addresses } = this.#options;
    // A proxy's connection counts for the client of its last request.
    const holder = addresses.isProxy(socket)
      ? undefined
      : addressHolder(addresses.of({ socket, headers: {} }));
    const refused = this.#refusalOf(holder);
    if (refused) {
      this.#refuse(socket, refused);
      return;
    }
    this.#options.unread.follow(socket);
    const connection = new Connection(socket, holder, this.#waiting);
    this.#open.set(socket, connection);
    this.#all.count += 1;
    this.#count(holder, 1);
    socket.once('close', () => {
      this.#forget(connection);
    });
    this.#silent += 1;
    const { maximumSilent = usualMaximumSilent } = this.#options;
    if (this.#silent > maximumSilent)
      this.#endOldest('silent', maximumSilent, ({ hasRequested }) => !hasRequested);
  }

  /** Serves a request. On a refused connection, the response is the reason. */
  receive(request: IncomingMessage, response: ServerResponse, handle: RequestHandler): void {
    const connection = this.#requesting(request);
    if (!connection) return;
    if (this.#options.incoming.hasRoomFor(request, response)) connection.receive(request, response, handle);
    else this.#endWith(request, noRoom);
  }

  /** Bounds the incomplete messages of all WebSockets too. */
  get incoming(): IncomingBytes {
    return this.#options.incoming;
  }

  /** Marks a connection as a WebSocket. @returns false if it is refused instead, after the requests before it. */
  upgrade(request: IncomingMessage): boolean {
    const connection = this.#requesting(request);
    if (connection?.upgrade() === true) return true;
    connection?.onceAnswered(() => {
      this.#endWith(request, pipelinedUpgrade);
    });
    return false;
  }

  /** Refuses a CONNECT, after the requests before it. */
  refuseTunnel(request: IncomingMessage): void {
    this.#requesting(request)?.onceAnswered(() => {
      this.#endWith(request, noTunnels);
    });
  }

  /**
   * Counts a connection for the caller of its request, or for the client's address while the caller is unknown.
   * @returns false if the caller has too many; the connection must be ended.
   */
  assignTo(socket: Socket, caller: Pick<Caller, 'name'>, address: string): boolean {
    const connection = this.#open.get(socket);
    const holder = caller === anonymous ? addressHolder(address) : `caller ${caller.name}`;
    if (!connection || connection.holder === holder) return true;
    if (!this.#hasRoomFor(holder)) {
      this.#options.telemetry.connectionRefused('caller');
      return false;
    }
    this.#count(connection.holder, -1);
    connection.holder = holder;
    this.#count(holder, 1);
    return true;
  }

  /** Destroys all connections, including half-open ones. */
  endAll(): void {
    for (const socket of [...this.#open.keys(), ...this.#refused.keys()]) socket.destroy();
  }

  #requesting(request: IncomingMessage): Connection | undefined {
    const connection = this.#open.get(request.socket);
    const refusal = this.#refused.get(request.socket);
    if (refusal) this.#endWith(request, refusal);
    if (!connection || connection.hasRequested) return connection;
    connection.hasRequested = true;
    this.#silent -= 1;
    return connection;
  }

  #endWith({ socket, headers }: IncomingMessage, [status, message, code, more]: RawError): void {
    endWith(socket, status, message, code, { 'content-type': errorType(headers), ...more });
    this.#options.telemetry.errorSent(code);
  }

  #refusalOf(holder: string | undefined): RefusedConnection | undefined {
    if (!this.#hasRoom(this.#all, this.#options.maximum)) return 'all';
    return this.#hasRoomFor(holder) ? undefined : 'caller';
  }

  #hasRoomFor(holder: string | undefined): boolean {
    if (holder === undefined) return true;
    const held = this.#holders.get(holder);
    const isOf = (connection: Connection): boolean => connection.holder === holder;
    return held === undefined || this.#hasRoom(held, this.#options.maximumPerCaller, isOf);
  }

  #hasRoom(holder: ConnectionCount, maximum: number, isOf?: (connection: Connection) => boolean): boolean {
    if (maximum === 0 || holder.count < maximum) return true;
    const nowMs = performance.now();
    if (nowMs < holder.searchAgainAtMs) return false;
    if (this.#endOldest('idle', maximum, isOf)) return true;
    holder.searchAgainAtMs = nowMs + searchAgainMs;
    return false;
  }

  /** Ends connections that have been idle longest, a hundredth of the maximum at once. @returns false if none is idle. */
  #endOldest(
    reason: EndedConnection,
    maximum: number,
    isOf: (connection: Connection) => boolean = () => true,
  ): boolean {
    const idle = [...this.#open.values()].filter((each) => each.isIdle && isOf(each));
    idle.sort((one, other) => one.idleSinceMs - other.idleSinceMs);
    for (const connection of idle.slice(0, Math.ceil(maximum / 100))) {
      this.#forget(connection);
      connection.socket.destroy();
      this.#options.telemetry.connectionEnded(reason);
    }
    return idle.length > 0;
  }

  #refuse(socket: Socket, reason: RefusedConnection): void {
    this.#options.telemetry.connectionRefused(reason);
    if (this.#refused.size >= maximumRefused) {
      socket.destroy();
      return;
    }
    this.#refused.set(socket, refusals[reason]);
    const timer = setTimeout(() => socket.destroy(), refusedForMs).unref();
    socket.once('close', () => {
      clearTimeout(timer);
      this.#refused.delete(socket);
    });
  }

  #count(name: string | undefined, change: number): void {
    if (name === undefined || this.#options.maximumPerCaller === 0) return;
    const holder = this.#holders.get(name) ?? { count: 0, searchAgainAtMs: 0 };
    holder.count += change;
    if (holder.count > 0) this.#holders.set(name, holder);
    else this.#holders.delete(name);
  }

  #forget(connection: Connection): void {
    if (!this.#open.delete(connection.socket)) return;
    this.#all.count -= 1;
    this.#count(connection.holder, -1);
    if (!connection.hasRequested) this.#silent -= 1;
  }
}

function addressHolder(address: string): string {
  return `address ${address}`;
}

/**
 * Counts connections by caller once a request is authenticated, and refuses it if the caller has too many. Only needed
 * if such a limit is set.
 */
export function countByCaller(app: FastifyInstance, connections: Connections): void {
  const [status, message, code] = refusals.caller;
  app.addHook('preParsing', ({ caller, trace, raw }, reply, _payload, done) => {
    if (caller === nobody || connections.assignTo(raw.socket, caller, trace.address)) done();
    else refuse(reply.header('connection', 'close'), status, message, code);
  });
}

/** Options of the HTTP server's factory. */
interface ConnectionServerOptions {
  readonly clientTimeouts: ClientTimeouts;
  /** Called for invalid HTTP, and for late requests. */
  readonly onClientError: (error: { readonly code?: string }, socket: Socket) => void;
}

/** Fastify's factory for an HTTP server whose connections are counted and bounded. */
export function serverFactory(
  connections: Connections,
  { clientTimeouts, onClientError }: ConnectionServerOptions,
) {
  const settings = { ...serverTimeouts(clientTimeouts), IncomingMessage: CoalescedRequest };
  return (handle: RequestHandler): Server => {
    const receive = (request: IncomingMessage, response: ServerResponse): void => {
      connections.receive(request, response, handle);
    };
    const server = createServer(settings, receive);
    server.maxHeadersCount = maximumHeaders + 1; // one more shows that there are too many
    server.on('checkExpectation', receive);
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      if (isExpectationKnown(request.headers.expect)) response.writeContinue();
      receive(request, response);
    });
    server.on('connect', (request: IncomingMessage, socket) => {
      socket.on('error', () => socket.destroy()); // Node no longer handles its errors
      connections.refuseTunnel(request);
    });
    server.on('connection', (socket: Socket) => {
      connections.open(socket);
    });
    server.on('clientError', (error: { readonly code?: string }, socket) => {
      onClientError(error, socket as Socket);
    });
    ignoreOtherUpgrades(server);
    return server;
  };
}
