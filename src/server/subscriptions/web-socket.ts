import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { type FastifyInstance } from 'fastify';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { nobody } from '../../domain/requests/caller.js';
import { type Telemetry } from '../../domain/telemetry.js';
import { credentialsDeadlineMs } from '../connections/credentials-deadline.js';
import { allClosed, type GracefulShutdown, stoppingMessage } from '../connections/graceful-shutdown.js';
import { type Connections } from '../connections/connections.js';
import { type AllowedHosts } from '../http/access/allowed-hosts.js';
import { type AllowedOrigins } from '../http/access/allowed-origins.js';
import { reachedAt } from '../http/operation-over-http.js';
import { endWith, type RawError } from '../http/refuse.js';
import { headProblem } from '../limits/broken-requests.js';
import { type ClientAddresses } from '../limits/client-addresses.js';
import { type RequestMemory } from '../limits/request-memory.js';
import { GraphqlSocket } from './graphql-socket.js';
import { SocketOperations, type SocketOperationsOptions } from './socket-operations.js';

/** A dead connection is closed after two of these. */
const pingEveryMs = 12_000;
/**
 * Most frames of a message, and most pieces in which a frame arrives. Each is an object, even of one byte. One packet has
 * thousands of small frames, but few pieces; clients send a message as one frame.
 */
const [maximumFrames, maximumPieces] = [256, 2048];

/** Dependencies and settings of the transport. */
interface WebSocketOptions extends SocketOperationsOptions {
  readonly shutdown: GracefulShutdown;
  /** Largest message. */
  readonly maximumBytes: number;
  /** Origins whose pages may connect, besides our own. */
  readonly allowedOrigins: AllowedOrigins;
  /** Undefined: any host. */
  readonly allowedHosts: AllowedHosts | undefined;
  readonly connections: Connections;
  readonly addresses: ClientAddresses;
  readonly memory: RequestMemory;
  readonly telemetry: Pick<Telemetry, 'errorSent'>;
  /** Called with internal errors. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Time in which a client answers a close frame; then the connection is destroyed, and what the client has not read is left to the
 * operating system. One whose credentials have ended is reset before.
 */
const closeTimeoutMs = credentialsDeadlineMs + 1000;

/** Serves `graphql-transport-ws` at `/graphql`. */
export function serveWebSocket(app: FastifyInstance, options: WebSocketOptions): void {
  const { shutdown, connections, addresses, maximumBytes, memory, telemetry, onFailure } = options;
  const settings = {
    noServer: true,
    clientTracking: false, // `openSockets` has them
    maxPayload: maximumBytes,
    maxFragments: maximumFrames,
    maxBufferedChunks: maximumPieces,
    perMessageDeflate: false, // a small message could decompress to a huge one
    allowSynchronousEvents: false, // one message of each connection in a turn of the event loop
    closeTimeout: closeTimeoutMs,
    handleProtocols,
  };
  const sockets = new WebSocketServer(settings);
  const operations = new SocketOperations(options);
  const openSockets = new Set<GraphqlSocket>();
  const refuse = (connection: Socket, ...refusal: RawError): void => {
    const [status, , code] = refusal;
    telemetry.errorSent(code, { transport: 'ws', status });
    endWith(connection, ...refusal);
  };
  sockets.on('wsClientError', (_error, connection) => {
    refuse(connection as Socket, 400, 'The WebSocket handshake could not be read.', 'BAD_REQUEST');
  });
  app.server.on('upgrade', (request: IncomingMessage, connection: Socket, head: Buffer) => {
    // Node no longer handles its errors; an unhandled one would end the process.
    connection.on('error', () => connection.destroy());
    if (!connections.upgrade(request)) return;
    const refusal = refusalOf(request, options);
    if (refusal) {
      refuse(connection, ...refusal);
      return;
    }
    request.headers.upgrade = 'websocket'; // the client may have offered other protocols too
    sockets.handleUpgrade(request, connection, head, (socket) => {
      const open = new GraphqlSocket(socket, connection, memory, connections.incoming, onFailure);
      const pinging = setInterval(() => {
        open.ping();
      }, pingEveryMs).unref();
      openSockets.add(open);
      socket.once('close', () => {
        clearInterval(pinging);
        openSockets.delete(open);
      });
      const { headers } = request;
      const address = addresses.of(request);
      open.serve(operations.protocol, {
        open,
        headers,
        reachedAt: reachedAt(headers),
        caller: nobody,
        client: undefined,
        address,
      });
    });
  });
  shutdown.onBegin(async () => {
    // Each socket closes on its own: one client's hanging mutation must not keep the others from reconnecting elsewhere.
    const closing = [...openSockets].map(async (open) => {
      await open.closeForShutdown();
      await allClosed([open.socket]);
    });
    await Promise.all(closing);
  });
  app.addHook('preClose', (done) => {
    for (const open of openSockets) open.endForShutdown();
    done();
  });
}

/** A target of `/graphql`, also in absolute form (RFC 9112, 3.2.2). */
const pathOfGraphql = /^(?:\w{1,10}:\/\/[^/?#]*)?\/graphql(?:\?|$)/;

/** The reason for refusing a handshake; undefined for a valid one. */
function refusalOf(
  request: IncomingMessage,
  { shutdown, allowedOrigins, allowedHosts }: WebSocketOptions,
): RawError | undefined {
  const { url, headers } = request;
  const head = headProblem(request);
  if (head) return [...head, 'BAD_REQUEST'];
  const problem = allowedHosts?.problem(request);
  if (problem !== undefined) {
    allowedOrigins.logRefusal(headers, 'websocket');
    return [403, problem, 'FORBIDDEN'];
  }
  if (!pathOfGraphql.test(url ?? '')) return [404, 'WebSockets are served at /graphql.', 'NOT_FOUND'];
  if (!allowedOrigins.admit(headers)) {
    allowedOrigins.logRefusal(headers, 'websocket');
    return [
      403,
      'Pages of this origin may not open a WebSocket: CORS_ORIGINS lists those that may.',
      'FORBIDDEN',
    ];
  }
  if (headers['sec-websocket-version'] !== '13')
    return [426, 'WebSockets are served in version 13.', 'BAD_REQUEST', { 'sec-websocket-version': '13' }];
  if (shutdown.hasBegun) return [503, stoppingMessage, 'SHUTTING_DOWN'];
  return undefined;
}
