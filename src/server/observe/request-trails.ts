import { type FastifyInstance } from 'fastify';
import { type Trail } from '../../domain/trail.js';
import { requestIdOf } from './trail.js';

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
      traceparent: typeof traceparent === 'string' ? traceparent : undefined,
      span: undefined,
    };
    reply.header('x-request-id', request.trail.requestId);
    done();
  });
}
