import { type FastifyInstance } from 'fastify';

/** GraphiQL at `/`. */
export async function serveGraphiql(app: FastifyInstance): Promise<void> {
  app.get('/', (_request, reply) => reply.type('text/html').send('<!doctype html>'));
  return Promise.resolve();
}
