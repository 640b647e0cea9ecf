import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type ErrorCode, GatewayError } from '../domain/errors.js';
import { type RequestTrace } from '../domain/requests/request-trace.js';
import { type Telemetry } from '../domain/telemetry.js';
import { withoutSuggestions } from './documents/validation.js';

/** Codes of errors whose messages GraphQL writes, about the client's own document or variables. */
const clientCodes: ReadonlySet<unknown> = new Set<ErrorCode>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
]);

/** In characters. graphql-js quotes whole variables in its errors. */
const longestMessage = 1000;

/** Formats errors for clients. */
export type FormatErrors = (
  errors: readonly GraphQLError[],
  trace: RequestTrace | undefined,
) => GraphQLFormattedError[];

/** An error of a client's document or variables, with a code, and with the `argument` that its extensions may have. */
export function clientError(error: GraphQLError, code: ErrorCode): GraphQLError {
  const { message, nodes, source, positions } = error;
  const extensions = { ...error.extensions, code };
  return new GraphQLError(message, { nodes, source, positions, extensions });
}

/** A `GatewayError` as a GraphQL error. */
export function graphqlError(error: GatewayError): GraphQLError {
  return new GraphQLError(error.message, { originalError: error, extensions: error.extensions });
}

/**
 * The only formatter of errors for clients. A `GatewayError` is written for clients; any unexpected error is reported, and
 * the client does not see its text.
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
      const cut = message.slice(0, longestMessage); // before any other work on it
      const { argument } = error.extensions;
      const extensions = { ...(argument !== undefined && { argument }), code };
      return { message: hidesSchema ? withoutSuggestions(cut) : cut, ...place, extensions };
    }
    telemetry.operationFailed(trace, cause, path);
    return { message: 'Internal server error.', ...place, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  };
  return (errors, trace) => errors.map((error) => format(error, trace));
}

/** The original error, without the errors wrapped around it. */
function causeOf(error: GraphQLError): unknown {
  let cause: unknown = error;
  while (cause instanceof GraphQLError && cause.originalError !== undefined) cause = cause.originalError;
  return cause;
}

/**
 * Whether graphql-js threw this for an argument or a condition that it coerced during execution: such errors have no code
 * and point at nodes of the document. Errors of serialisation, which are internal, point at none.
 */
function isArgumentError(cause: unknown): boolean {
  return (
    cause instanceof GraphQLError &&
    cause.extensions['code'] === undefined &&
    cause.nodes !== undefined &&
    cause.nodes.length > 0
  );
}
