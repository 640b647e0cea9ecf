import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type ErrorCode, GatewayError } from '../domain/errors.js';
import { type RequestTrace } from '../domain/request-trace.js';
import { type Telemetry } from '../domain/telemetry.js';
import { withoutSuggestions } from './validation.js';

/** Codes whose messages were written about the client's own document or variables, by GraphQL itself. */
const clientCodes: ReadonlySet<unknown> = new Set<ErrorCode>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
]);

/** In characters: graphql-js quotes a whole variable in each of its errors. */
const longestMessage = 1000;

/** Makes errors what a client sees. */
export type FormatErrors = (
  errors: readonly GraphQLError[],
  trace: RequestTrace | undefined,
) => GraphQLFormattedError[];

/** An error of a client's document or variables, with its code. */
export function clientError(error: GraphQLError, code: ErrorCode): GraphQLError {
  const { message, nodes, source, positions } = error;
  return new GraphQLError(message, { nodes, source, positions, extensions: { code } });
}

/** A `GatewayError` as an error of GraphQL. */
export function graphqlError(error: GatewayError): GraphQLError {
  return new GraphQLError(error.message, { originalError: error, extensions: error.extensions });
}

/**
 * The one place where errors become what a client sees. A `GatewayError` was written for clients; anything unexpected is
 * reported and answered without its text.
 * @param hidesSchema removes suggestions, which name parts of the schema.
 */
export function errorFormatter(
  telemetry: Pick<Telemetry, 'operationFailed'>,
  hidesSchema: boolean,
): FormatErrors {
  const format = (error: GraphQLError, trace: RequestTrace | undefined): GraphQLFormattedError => {
    const { message, locations, path } = error;
    const place = { ...(locations && { locations }), ...(path && { path }) };
    const cause = causeOf(error);
    if (cause instanceof GatewayError)
      return { message: cause.message, ...place, extensions: { ...cause.details, code: cause.code } };
    const code = isArgumentError(cause) ? 'BAD_USER_INPUT' : error.extensions['code'];
    if (clientCodes.has(code)) {
      const cut = message.slice(0, longestMessage); // before anything else looks at it
      return { message: hidesSchema ? withoutSuggestions(cut) : cut, ...place, extensions: { code } };
    }
    telemetry.operationFailed(trace, cause, path);
    return { message: 'Internal server error.', ...place, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  };
  return (errors, trace) => errors.map((error) => format(error, trace));
}

/** The error that was thrown, of however many that were wrapped around it. */
function causeOf(error: GraphQLError): unknown {
  let cause: unknown = error;
  for (let depth = 0; depth < deepestCause; depth += 1) {
    if (!(cause instanceof GraphQLError) || cause.originalError === undefined) return cause;
    cause = cause.originalError;
  }
  return cause;
}

const deepestCause = 10;

/**
 * graphql-js coerces arguments and conditions while it executes, and throws errors without a code that point at nodes of
 * the document. Errors of serialisation, which are ours, point at none.
 */
function isArgumentError(cause: unknown): boolean {
  return (
    cause instanceof GraphQLError &&
    cause.extensions['code'] === undefined &&
    cause.nodes !== undefined &&
    cause.nodes.length > 0
  );
}
