import { type FastifyInstance } from 'fastify';
import { type RequestTrace } from '../../domain/request-trace.js';
import { requestIdOf } from '../../domain/request-trace.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whom everything is done for that is done for this request. */
    trace: RequestTrace;
  }
}

/**
 * Gives every HTTP request its id, `X-Request-Id` where that can be one, and says it in the answer. To be called before
 * any other hook is added.
 */
export function traceRequests(app: FastifyInstance): void {
  app.decorateRequest('trace', null as never); // Fastify takes no object here that requests would share
  app.addHook('onRequest', (request, reply, done) => {
    const { 'x-request-id': said, traceparent } = request.headers;
    request.trace = {
      requestId: requestIdOf(said),
      transport: 'http',
      traceparent: traceparentOf(traceparent),
      span: undefined,
    };
    reply.header('x-request-id', request.trace.requestId);
    done();
  });
}

/** Version 00 has 55 characters, and later ones may have more (W3C Trace Context): a subscription keeps it for hours. */
const longestTraceparent = 128;

function traceparentOf(said: unknown): string | undefined {
  return typeof said === 'string' && said.length <= longestTraceparent ? said : undefined;
}
