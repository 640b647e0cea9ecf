import { type FastifyInstance } from 'fastify';
import { type RequestHook } from '../http/access/authentication.js';
import { acceptsEvents } from '../http/negotiation.js';
import { readParameters } from '../http/operation-over-http.js';
import { refuse } from '../http/refuse.js';
import { type HttpStreams } from './http-streams.js';

/** Dependencies of the route. */
export interface EventStreamOptions {
  readonly streams: HttpStreams;
  /** Authentication and rate. */
  readonly onRequest: RequestHook[];
}

/** Serves `graphql-sse`, distinct connections, at `/graphql/stream`, for clients that can't share `/graphql`. */
export function serveEventStream(app: FastifyInstance, { streams, onRequest }: EventStreamOptions): void {
  app.route({
    url: '/graphql/stream',
    method: ['GET', 'POST'],
    exposeHeadRoute: false,
    onRequest,
    handler: async (request, reply) => {
      if (!acceptsEvents(request.headers))
        return refuse(reply, 406, 'This address answers text/event-stream only.', 'BAD_REQUEST');
      return streams.answer(request, reply, readParameters(request), 'sse');
    },
  });
}
