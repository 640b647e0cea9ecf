import { type FastifyReply } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type ErrorCode, GatewayError } from '../../domain/errors.js';
import { type FormatError } from '../error-format.js';

/** How HTTP says what an operation was refused for; what is not here is the client's to mend. */
const statusOf: Readonly<Partial<Record<ErrorCode, number>>> = {
  TOO_MANY_REQUESTS: 429,
  OVERLOADED: 503,
  OPERATION_TIMEOUT: 504,
};
const badRequest = 400;
const graphqlJson = 'application/graphql-response+json';

/** An answer without data, before or in place of GraphQL's own. */
export interface HttpRefusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An error that was written for clients as one of GraphQL's, which is what error formatting takes. */
export function asGraphQLError(error: GatewayError): GraphQLError {
  return new GraphQLError(error.message, { originalError: error, extensions: error.extensions });
}

/** What a document can't be read for, with the code that Apollo Server gives it. */
export function asParseError({ message, source, positions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { source, positions, extensions: { code: 'GRAPHQL_PARSE_FAILED' } });
}

/** Why something was refused, as one of GraphQL's errors; what was not meant for clients is thrown on. */
export function refusalOf(error: unknown): GraphQLError {
  if (error instanceof GatewayError) return asGraphQLError(error);
  if (error instanceof GraphQLError) return asParseError(error);
  throw error;
}

/** A refusal as HTTP answers it: the same shape, code and headers whoever refuses. */
export function httpRefusal(formatted: GraphQLFormattedError, accept: string | undefined): HttpRefusal {
  const { code, retryAfter } = formatted.extensions ?? {};
  return {
    status: statusOf[code as ErrorCode] ?? badRequest,
    headers: {
      'content-type': `${accept?.includes(graphqlJson) ? graphqlJson : 'application/json'}; charset=utf-8`,
      'cache-control': 'no-store',
      ...(typeof retryAfter === 'number' && { 'retry-after': String(retryAfter) }),
    },
    body: JSON.stringify({ errors: [formatted] }),
  };
}

/** Answers that something was refused. @throws what was not meant for clients. */
export function sendRefusal(
  reply: FastifyReply,
  accept: string | undefined,
  error: unknown,
  formatError: FormatError,
): FastifyReply {
  const refused = refusalOf(error);
  const { status, headers, body } = httpRefusal(formatError(refused.toJSON(), refused), accept);
  return reply.code(status).headers(headers).send(body);
}
