import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { onTrail, requestIdOf, type Trail } from './trail.js';

const trailOf = new WeakMap<FastifyRequest, Trail>();

/**
 * Gives every HTTP request its id, `X-Request-Id` where that can be one, and says it in the answer. To be called before
 * any other hook is added.
 */
export function followRequests(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { 'x-request-id': said, traceparent } = request.headers;
    const trail: Trail = {
      requestId: requestIdOf(said),
      transport: 'http',
      ...(typeof traceparent === 'string' && { traceparent }),
    };
    trailOf.set(request, trail);
    reply.header('x-request-id', trail.requestId);
    onTrail(trail, done);
  });
  // Bodies are read by events, which come from the connection and know nothing of the request.
  app.addHook('preValidation', (request, _reply, done) => {
    onRequestTrail(request, done);
  });
}

/** Works for a request where its trail was lost. */
export function onRequestTrail<T>(request: FastifyRequest, work: () => T): T {
  const trail = trailOf.get(request);
  return trail ? onTrail(trail, work) : work();
}
