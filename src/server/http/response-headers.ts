import cors, { type FastifyCorsOptions } from '@fastify/cors';
import { type FastifyInstance, type FastifyRequest } from 'fastify';

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

const pathsOfGraphql: ReadonlySet<string | undefined> = new Set(['/graphql', '/graphql/stream']);
/** As long as browsers keep it. */
const preflightSeconds = 7200;

/** Lets web pages of these origins read GraphQL's answers; without any, no page but our own does. */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  const open: FastifyCorsOptions = {
    origin: [...origins],
    credentials: false,
    methods: ['GET', 'POST'],
    allowedHeaders: [
      'content-type',
      'authorization',
      'x-api-key',
      'apollo-require-preflight',
      'x-request-id',
      'x-upstream-report',
    ],
    exposedHeaders: ['retry-after', 'x-request-id'],
    maxAge: preflightSeconds,
  };
  await app.register(cors, {
    delegator: (
      request: FastifyRequest,
      decide: (error: Error | null, options: FastifyCorsOptions) => void,
    ) => {
      decide(null, pathsOfGraphql.has(request.url.split('?')[0]) ? open : { origin: false });
    },
  });
}
