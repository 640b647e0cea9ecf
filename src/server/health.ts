import { type FastifyInstance } from 'fastify';

/** `/livez`: the process answers. `/readyz`: it takes requests. Neither spends an upstream call. */
export function serveHealth(app: FastifyInstance): void {
  app.get('/livez', () => ({ status: 'ok' }));
  app.get('/readyz', () => ({ status: 'ok' }));
}
