import { type FastifyInstance } from 'fastify';
import { type ExecutionArgs } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { type LiveOperations } from './live-operations.js';
import { isSameOrigin } from './same-origin.js';

/** More than any operation is long. */
const maximumMessageBytes = 256 * 1024;
/** A connection whose other end is gone is noticed after two of these. */
const pingEveryMs = 12_000;
/** One client has no use for more. */
const maximumOperations = 100;

/** Serves `graphql-transport-ws` at `/graphql`. */
export function serveWebSocket(app: FastifyInstance, operations: LiveOperations): void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maximumMessageBytes });
  const running = new WeakMap<object, Set<string>>();
  const server = useServer(
    {
      isProd: true, // what goes wrong inside is not told
      onSubscribe: ({ extra }, id, payload) => {
        const ids = running.get(extra) ?? new Set();
        running.set(extra, ids);
        if (ids.size >= maximumOperations) extra.socket.close(4429, 'Too many operations');
        ids.add(id);
        return operations.prepare(payload);
      },
      onNext: (_context, _id, _payload, _args, result) => result as never, // its errors are formatted already
      onError: ({ extra }, id, _payload, errors) => {
        running.get(extra)?.delete(id);
        return operations.formatErrors(errors);
      },
      onComplete: ({ extra }, id) => void running.get(extra)?.delete(id),
      execute: (args: ExecutionArgs) => operations.execute(args) as never,
      subscribe: (args: ExecutionArgs) => operations.subscribe(args) as never,
    },
    sockets,
    pingEveryMs,
  );
  app.server.on('upgrade', (request, socket, head) => {
    const isOurs = request.url?.split('?')[0] === '/graphql' && isSameOrigin(request.headers);
    if (!isOurs) {
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request));
  });
  app.addHook('preClose', () => server.dispose());
}
