import { type FastifyInstance } from 'fastify';

/**
 * Headers of every answer. What is served here is data, so nothing of it may run, be framed, or be taken for something
 * else; GraphiQL's page has a policy of its own. HSTS is left to who ends TLS: this server speaks plain HTTP.
 */
export const securityHeaders = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** Sends them with every answer that Fastify makes; what is answered before it has to send them itself. */
export function sendSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(securityHeaders);
    done();
  });
}
