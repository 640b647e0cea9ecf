import { fastify, type FastifyInstance } from 'fastify';
import { serveGraphiql } from './graphiql.js';
import { type GraphqlEndpointOptions, serveGraphql } from './graphql-endpoint.js';
import { serveHealth } from './health.js';
import { type Logger } from './logger.js';

/** The HTTP server with everything that it serves, not yet listening. */
export async function createHttpServer(options: GraphqlEndpointOptions): Promise<FastifyInstance> {
  const app = fastify({ logger: false, forceCloseConnections: 'idle' });
  answerErrors(app, options.logger);
  serveHealth(app);
  await serveGraphiql(app);
  await serveGraphql(app, options);
  return app;
}

/** Requests that no route took, in the shape of GraphQL's own errors, and nothing of their cause. */
function answerErrors(app: FastifyInstance, logger: Logger): void {
  const bodyOf = (message: string, code: string) => ({ errors: [{ message, extensions: { code } }] });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(bodyOf('There is nothing at this address.', 'NOT_FOUND')),
  );
  app.setErrorHandler((error: { readonly statusCode?: number }, _request, reply) => {
    const statusCode = error.statusCode ?? 500;
    if (statusCode < 500) return reply.code(statusCode).send(bodyOf(mendable(statusCode), 'BAD_REQUEST'));
    logger.error({ err: error }, 'a request failed for a reason of our own');
    return reply.code(statusCode).send(bodyOf('Internal server error.', 'INTERNAL_SERVER_ERROR'));
  });
}

function mendable(statusCode: number): string {
  if (statusCode === 413) return 'The request body is too large.';
  if (statusCode === 415) return 'The content type is not one that is taken here; use application/json.';
  return 'The request body could not be read.';
}
