import { type FastifyInstance } from 'fastify';
import { type RequestTrace } from '../../domain/request-trace.js';
import { requestIdOf } from '../../domain/request-trace.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Identifies the request in logs, traces and upstream calls. */
    trace: RequestTrace;
  }
}

/**
 * Gives every HTTP request an id, that of `X-Request-Id` if it is valid, and returns it in the response. Must be called
 * before any other hook is added.
 */
export function traceRequests(app: FastifyInstance): void {
  app.decorateRequest('trace', null as never); // Fastify accepts no object here, because requests would share it
  app.addHook('onRequest', (request, reply, done) => {
    const { 'x-request-id': requestId, traceparent } = request.headers;
    request.trace = {
      requestId: requestIdOf(requestId),
      transport: 'http',
      traceparent: traceparentOf(traceparent),
      span: undefined,
    };
    reply.header('x-request-id', request.trace.requestId);
    done();
  });
}

/** Version 00 has 55 characters, and later versions may have more (W3C Trace Context). Subscriptions hold it for hours. */
const longestTraceparent = 128;

function traceparentOf(header: unknown): string | undefined {
  return typeof header === 'string' && header.length <= longestTraceparent ? header : undefined;
}
