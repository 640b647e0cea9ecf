import { type FastifyInstance } from 'fastify';
import { type Trail } from '../../domain/trail.js';
import { requestIdOf } from '../../telemetry/request-trace.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whom everything is done for that is done for this request. */
    trail: Trail;
  }
}

/**
 * Gives every HTTP request its id, `X-Request-Id` where that can be one, and says it in the answer. To be called before
 * any other hook is added.
 */
export function followRequests(app: FastifyInstance): void {
  app.decorateRequest('trail', null as never); // Fastify takes no object here that requests would share
  app.addHook('onRequest', (request, reply, done) => {
    const { 'x-request-id': said, traceparent } = request.headers;
    request.trail = {
      requestId: requestIdOf(said),
      transport: 'http',
      traceparent: traceparentOf(traceparent),
      span: undefined,
    };
    reply.header('x-request-id', request.trail.requestId);
    done();
  });
}

/** Version 00 has 55 characters, and later ones may have more (W3C Trace Context): a subscription keeps it for hours. */
const longestTraceparent = 128;

function traceparentOf(said: unknown): string | undefined {
  return typeof said === 'string' && said.length <= longestTraceparent ? said : undefined;
}
