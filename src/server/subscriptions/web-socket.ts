import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { type FastifyInstance } from 'fastify';
import { handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { nobody } from '../../domain/caller.js';
import { type GracefulShutdown, waitAtMost } from '../connections/graceful-shutdown.js';
import { type Connections } from '../connections/connections.js';
import { endWith, type RawError } from '../connections/raw-error.js';
import { type AllowedHosts } from '../http/allowed-hosts.js';
import { headProblem } from '../limits/broken-requests.js';
import { type RequestMemory } from '../limits/request-memory.js';
import { isSameOrigin } from './event-stream.js';
import { GraphqlSocket } from './graphql-socket.js';
import { SocketOperations, type SocketOperationsOptions } from './socket-operations.js';

/** Something that shows from time to time that it is alive. */
export interface Beating {
  beat(): void;
}

const slotMs = 1000;

/** Beats of many connections, each once in a period; they are spread over it, so that no moment has all of them. */
class Heartbeats {
  readonly #slots: readonly Set<Beating>[];
  readonly #timer: NodeJS.Timeout;
  #current = 0;

  /** @param periodMs in whole seconds. */
  constructor(periodMs: number) {
    this.#slots = Array.from({ length: periodMs / slotMs }, () => new Set());
    this.#timer = setInterval(() => {
      this.#next();
    }, slotMs);
    this.#timer.unref();
  }

  /** Adds one, which beats a period from now first. @returns removes it. */
  add(one: Beating): () => void {
    const slot = this.#slots[this.#current];
    slot?.add(one);
    return () => void slot?.delete(one);
  }

  /** Nothing beats any more. */
  close(): void {
    clearInterval(this.#timer);
  }

  #next(): void {
    this.#current = (this.#current + 1) % this.#slots.length;
    for (const one of this.#slots[this.#current] ?? []) one.beat();
  }
}

/** A connection whose other end is gone is noticed after two of these. */
const pingEveryMs = 12_000;
/** How long the other end may take to answer a close frame; then the connection is cut. */
const closeTimeoutMs = 2000;
/** The same, while the gateway stops. */
const goodbyeMs = 500;

/** What the transport needs. */
export interface WebSocketOptions extends SocketOperationsOptions {
  readonly shutdown: GracefulShutdown;
  /** Of a message. */
  readonly maximumBytes: number;
  /** Whose pages may connect, beside our own. */
  readonly corsOrigins: readonly string[];
  /** Undefined: any host may be named. */
  readonly allowedHosts: AllowedHosts | undefined;
  readonly connections: Connections;
  readonly memory: RequestMemory;
  /** Called with the code of a refused handshake. */
  readonly onRefused: (code: string) => void;
  /** Called with errors that are no client's mistake. */
  readonly onFailure: (error: unknown) => void;
}

/** Serves `graphql-transport-ws` at `/graphql`. */
export function serveWebSocket(app: FastifyInstance, options: WebSocketOptions): void {
  const { shutdown, maximumBytes, onRefused, onFailure } = options;
  const settings = {
    noServer: true,
    maxPayload: maximumBytes,
    perMessageDeflate: false, // a small message could stand for a large one
    closeTimeout: closeTimeoutMs,
    handleProtocols,
  };
  const sockets = new WebSocketServer(settings);
  const heartbeats = new Heartbeats(pingEveryMs);
  const operations = new SocketOperations(options);
  const refuse = (connection: Socket, ...refusal: RawError): void => {
    onRefused(refusal[2]);
    endWith(connection, ...refusal);
  };
  sockets.on('wsClientError', (_error, connection) => {
    refuse(connection as Socket, 400, 'The WebSocket handshake could not be read.', 'BAD_REQUEST');
  });
  app.server.on('upgrade', (request: IncomingMessage, connection: Socket, head: Buffer) => {
    // Node listens no more, and a client that breaks off must not end the process.
    connection.on('error', () => connection.destroy());
    if (!options.connections.upgrade(connection)) return;
    const refusal = refusalOf(request, options);
    if (refusal) {
      refuse(connection, ...refusal);
      return;
    }
    request.headers.upgrade = 'websocket'; // other protocols in the list were offers
    sockets.handleUpgrade(request, connection, head, (socket) => {
      const open = new GraphqlSocket(socket, connection, options.memory, onFailure);
      socket.once('close', heartbeats.add(open));
      open.followMessages((...messages) => options.connections.followMessages(...messages));
      open.serve(operations.protocol, { open, headers: request.headers, caller: nobody });
    });
  });
  shutdown.onBegin(async () => {
    await operations.idle(); // their answers go out first; clients take 1001 for a reason to connect again
    await setImmediate();
    await waitAtMost(goodbyeMs, goAway(sockets));
  });
  app.addHook('preClose', (done) => {
    heartbeats.close();
    for (const socket of sockets.clients) socket.terminate();
    done();
  });
}

/** Why a request for a WebSocket is refused; undefined for one that may go on. */
function refusalOf(
  request: IncomingMessage,
  { shutdown, corsOrigins, allowedHosts }: WebSocketOptions,
): RawError | undefined {
  const { url, headers } = request;
  const head = headProblem(request);
  if (head) return [...head, 'BAD_REQUEST'];
  const problem = allowedHosts?.problem(request);
  if (problem !== undefined) return [403, problem, 'FORBIDDEN'];
  if (url?.split('?')[0] !== '/graphql') return [404, 'WebSockets are served at /graphql.', 'NOT_FOUND'];
  if (!isSameOrigin(headers, corsOrigins))
    return [403, 'Pages of another origin may not open a WebSocket here.', 'FORBIDDEN'];
  if (headers['sec-websocket-version'] !== '13')
    return [426, 'WebSockets are served in version 13.', 'BAD_REQUEST', { 'sec-websocket-version': '13' }];
  if (shutdown.hasBegun) return [503, 'This gateway is stopping; connect again.', 'SHUTTING_DOWN'];
  return undefined;
}

/** Closes all sockets with 1001. @returns once the other ends have closed them too. */
async function goAway({ clients }: WebSocketServer): Promise<void> {
  const closeOne = (socket: WebSocket): Promise<void> =>
    new Promise((resolve) => {
      socket.once('close', () => {
        resolve();
      });
      socket.close(1001, 'Going away');
    });
  await Promise.all([...clients].map(closeOne));
}
