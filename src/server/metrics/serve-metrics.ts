import { createHash, timingSafeEqual } from 'node:crypto';
import { type FastifyInstance } from 'fastify';
import { type Metrics } from './metrics.js';

/**
 * Serves `/metrics`, and counts what is answered.
 * @param token what a scraper must show as its bearer token; undefined: nothing.
 */
export function serveMetrics(app: FastifyInstance, metrics: Metrics, token: string | undefined): void {
  app.addHook('onResponse', (request, reply, done) => {
    metrics.operations.answered(request.routeOptions.url, reply.statusCode);
    if (request.refusedWith !== undefined) metrics.operations.refused(request.refusedWith);
    done();
  });
  const isAllowed = token === undefined ? () => true : bearerCheck(token);
  app.get('/metrics', async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    if (!isAllowed(request.headers.authorization))
      return reply.code(401).header('www-authenticate', 'Bearer').send('A bearer token is needed.\n');
    const text = await metrics.text().catch(() => undefined);
    // Less than all would look like counters that began anew.
    if (text === undefined) return reply.code(503).send('The workers could not be asked in time.\n');
    return reply.type(metrics.contentType).send(text);
  });
}

/** Digests are of one length, and how much of two is the same tells nothing of what they are of. */
function bearerCheck(token: string): (authorization: string | undefined) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(token);
  return (authorization = '') => {
    const [, shown] = /^Bearer +(.+)$/i.exec(authorization) ?? [];
    return shown !== undefined && timingSafeEqual(digest(shown), expected);
  };
}
