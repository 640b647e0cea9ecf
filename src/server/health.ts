import { type FastifyInstance } from 'fastify';
import { type Closing } from './closing.js';
import { type Readiness } from './readiness.js';

/** `/livez`: the process answers. `/readyz`: it should be sent requests. Neither spends an upstream call. */
export function serveHealth(app: FastifyInstance, readiness: Readiness, closing: Closing): void {
  app.get('/livez', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));
  app.get('/readyz', (_request, reply) => {
    const { answer } = readiness;
    return reply
      .code(answer.status === 'unavailable' ? 503 : 200)
      .header('cache-control', 'no-store')
      .send(answer);
  });
  closing.onBegin(() => {
    readiness.beginClosing();
  });
}
