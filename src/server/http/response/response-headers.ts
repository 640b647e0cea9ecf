import cors, { type FastifyCorsOptions } from '@fastify/cors';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type AllowedOrigins } from '../access/allowed-origins.js';

/**
 * Headers of every response. Responses are data: they must not run, be framed, or be sniffed as another type. GraphiQL's
 * page has a policy of its own. Only responses that say so themselves may be stored. This server speaks plain HTTP; HSTS is
 * the task of the proxy that terminates TLS.
 */
export const securityHeaders = {
  'cache-control': 'no-store',
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

/** Addresses of data: operations and exports. */
const dataPath = /^\/(?:graphql(?:\/stream)?|campaigns\/[^/]+\/messages(?:\.(?:csv|ndjson))?)$/;
/** The longest that browsers cache a preflight. */
const preflightSeconds = 7200;

/** Headers that GraphQL clients and tracing libraries add in a browser. */
const clientHeaders =
  `content-type authorization x-api-key x-request-id x-upstream-report cache-control traceparent
  tracestate baggage x-requested-with apollo-require-preflight x-apollo-operation-name apollographql-client-name
  apollographql-client-version graphql-client-name graphql-client-version`.split(/\s+/);

/** Allows web pages of these origins to read responses of operations and exports (CORS), and logs those that may not. */
export async function allowOrigins(app: FastifyInstance, origins: AllowedOrigins): Promise<void> {
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request;
    if (headers.origin !== undefined && isData(request) && !origins.admit(headers))
      origins.logRefusal(headers, 'http');
    done();
  });
  if (!origins.areAny) return;
  const open: FastifyCorsOptions = {
    origin: (origin, decide) => {
      decide(null, origin !== undefined && origins.includes(origin));
    },
    credentials: false,
    methods: ['GET', 'POST'],
    allowedHeaders: clientHeaders,
    exposedHeaders: [
      'ratelimit',
      'ratelimit-policy',
      'retry-after',
      'x-request-id',
      'x-export-total',
      'content-disposition',
    ],
    maxAge: preflightSeconds,
  };
  await app.register(cors, {
    delegator: (
      request: FastifyRequest,
      decide: (error: Error | null, options: FastifyCorsOptions) => void,
    ) => {
      decide(null, isData(request) ? open : { origin: false });
    },
  });
}

function isData({ url }: FastifyRequest): boolean {
  return dataPath.test(url.split('?')[0] ?? '');
}
