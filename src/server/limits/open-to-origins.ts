import cors, { type FastifyCorsOptions } from '@fastify/cors';
import { type FastifyInstance, type FastifyRequest } from 'fastify';

const pathsOfGraphql: ReadonlySet<string | undefined> = new Set(['/graphql', '/graphql/stream']);
/** As long as browsers keep it. */
const preflightSeconds = 7200;

/** Lets web pages of these origins read GraphQL's answers; without any, no page but our own does. */
export async function openToOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
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
