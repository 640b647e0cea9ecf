import cors, { type FastifyCorsOptions } from '@fastify/cors';
import { type FastifyInstance, type FastifyRequest } from 'fastify';

/**
 * Headers of every response. Responses are data: they must not run, be framed, or be sniffed as another type. GraphiQL's
 * page has a policy of its own. HSTS is the task of the proxy that terminates TLS: this server speaks plain HTTP.
 */
export const securityHeaders = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** Adds them to every response of Fastify. Responses that bypass Fastify must add them themselves. */
export function sendSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(securityHeaders);
    done();
  });
}

const pathsOfGraphql: ReadonlySet<string | undefined> = new Set(['/graphql', '/graphql/stream']);
/** The longest that browsers cache a preflight. */
const preflightSeconds = 7200;

/** Allows web pages of these origins to read GraphQL responses (CORS). */
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
