import { fastify, type FastifyInstance } from 'fastify';
import { serveGraphiql } from './graphiql.js';
import { type GraphqlEndpointOptions, serveGraphql } from './graphql-endpoint.js';
import { serveHealth } from './health.js';

/** The HTTP server with everything that it serves, not yet listening. */
export async function createHttpServer(options: GraphqlEndpointOptions): Promise<FastifyInstance> {
  const app = fastify({ logger: false, forceCloseConnections: 'idle' });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: 'There is nothing at this address.' }),
  );
  app.setErrorHandler((error: { readonly statusCode?: number }, _request, reply) => {
    const statusCode = error.statusCode ?? 500;
    if (statusCode >= 500) options.logger.error({ err: error }, 'a request failed for a reason of our own');
    return reply
      .code(statusCode)
      .send({ error: statusCode < 500 ? 'The request is malformed.' : 'Internal error.' });
  });
  serveHealth(app);
  await serveGraphiql(app);
  await serveGraphql(app, options);
  return app;
}
