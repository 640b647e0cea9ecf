import { type Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { type FastifyInstance } from 'fastify';
import { type ExecutionArgs, GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { asGraphQLError } from '../limits/http-refusal.js';
import { type AllowedHosts } from '../allowed-hosts.js';
import { type RequestRate } from '../limits/request-rate.js';
import { type Closing, within } from '../closing.js';
import { type ConnectionCallers } from './connection-callers.js';
import { type LiveOperations } from './live-operations.js';
import { isSameOrigin } from './same-origin.js';

/** A connection whose other end is gone is noticed after two of these. */
const pingEveryMs = 12_000;
/** One client has no use for more. */
const maximumOperations = 100;

/** How long the other ends may take to say goodbye. */
const goodbyeMs = 500;
/** How long a client may take to say the first thing. */
const connectionInitWaitTimeout = 3000;

/** What is the transport's own. */
export interface WebSocketOptions {
  readonly callers: ConnectionCallers;
  readonly closing: Closing;
  /** Of a message. */
  readonly maximumBytes: number;
  readonly rate: RequestRate;
  /** Whose pages may connect, beside our own. */
  readonly corsOrigins: readonly string[];
  /** Undefined: any host may be named. */
  readonly allowedHosts: AllowedHosts | undefined;
}

/** Serves `graphql-transport-ws` at `/graphql`. */
export function serveWebSocket(
  app: FastifyInstance,
  operations: LiveOperations,
  { callers, closing, maximumBytes, rate, corsOrigins, allowedHosts }: WebSocketOptions,
): void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maximumBytes });
  const server = useServer(
    {
      isProd: true, // what goes wrong inside is not told
      connectionInitWaitTimeout,
      onConnect: (connection) => callers.admit(connection),
      onSubscribe: async (connection, _id, payload) => {
        const { extra, subscriptions } = connection;
        if (Object.keys(subscriptions).length > maximumOperations)
          extra.socket.close(4430, 'Too many operations');
        const caller = callers.of(connection);
        const tooMany = isOpen(extra.socket) ? await rate.take(caller.name) : undefined;
        // Until the other end has closed too, it can still send: what it asks then is not done.
        if (!isOpen(extra.socket)) return [new GraphQLError('The connection is closed.')];
        return tooMany ? [asGraphQLError(tooMany)] : operations.prepare(payload, caller);
      },
      onComplete: (connection) => {
        callers.beforeComplete(connection);
      },
      onNext: (_context, _id, _payload, _args, result) => result as never, // its errors are formatted already
      onError: (_context, _id, _payload, errors) => operations.formatErrors(errors),
      execute: (args: ExecutionArgs) => operations.execute(args) as never,
      subscribe: (args: ExecutionArgs) => operations.subscribe(args) as never,
    },
    sockets,
    pingEveryMs,
  );
  app.server.on('upgrade', (request, socket, head) => {
    // Node listens no more, and a client that breaks off must not end the process.
    socket.on('error', () => socket.destroy());
    const isOurs =
      request.url?.split('?')[0] === '/graphql' &&
      isSameOrigin(request.headers, corsOrigins) &&
      allowedHosts?.problem(request) === undefined;
    if (!isOurs || closing.hasBegun) {
      refuse(socket, isOurs ? '503 Service Unavailable' : '403 Forbidden');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      sockets.emit('connection', opened, request);
      // What a client sends wrong ends its connection; the library would print it, as often as anybody likes.
      opened.removeAllListeners('error').on('error', () => undefined);
    });
  });
  closing.onBegin(async () => {
    await operations.idle(); // their answers go out first; clients take 1001 for a reason to connect again
    await setImmediate();
    await within(goodbyeMs, server.dispose());
  });
  app.addHook('preClose', (done) => {
    for (const socket of sockets.clients) socket.terminate();
    done();
  });
}

function isOpen(socket: WebSocket): boolean {
  return socket.readyState === socket.OPEN;
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
