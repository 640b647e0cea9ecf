import { type FastifyInstance } from 'fastify';
import { type Closing } from './closing.js';

/** `/livez`: the process answers. `/readyz`: it takes requests. Neither spends an upstream call. */
export function serveHealth(app: FastifyInstance, closing: Closing): void {
  app.get('/livez', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) =>
    closing.hasBegun ? reply.code(503).send({ status: 'stopping' }) : { status: 'ok' },
  );
}
