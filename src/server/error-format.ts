import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { GatewayError } from '../domain/errors.js';
import { withoutSuggestion } from './limits/schema-secrecy.js';
import { type Logger } from './logger.js';
import { onTrail, trailOf } from './observe/trail.js';

/** Codes of the GraphQL server itself; their messages speak of the client's own document. */
const serverCodes: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
]);

/** graphql-js repeats in each error all of the variable that it is in. */
const maximumMessage = 1000;

/** Makes of an error what a client sees. */
export type FormatError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/**
 * The one place where errors become what a client sees.
 * Ours were written for clients; what was not is a fault of ours, logged and answered without its text.
 * @param hidesSchema takes out of messages what they tell of the schema.
 */
export function errorFormatter(logger: Logger, hidesSchema: boolean): FormatError {
  return (formatted, error) => {
    const cause =
      error instanceof GraphQLError && error.originalError ? error.originalError : unwrapResolverError(error);
    const place = {
      ...(formatted.locations && { locations: formatted.locations }),
      ...(formatted.path && { path: formatted.path }),
    };
    if (cause instanceof GatewayError)
      return { message: cause.message, ...place, extensions: { ...cause.details, code: cause.code } };
    const code = isTooManyMistakes(error) ? 'BAD_USER_INPUT' : formatted.extensions?.['code'];
    if (serverCodes.has(code)) {
      const message = hidesSchema ? withoutSuggestion(formatted.message) : formatted.message;
      return { message: message.slice(0, maximumMessage), ...place, extensions: { code } };
    }
    const about = { ...onTrail(trailOf(error)), err: cause, path: formatted.path };
    logger.error(about, 'an operation failed for a reason of our own');
    return { message: 'Internal server error.', ...place, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  };
}

/** What graphql-js says last of variables that are all wrong; unlike what it says first, it belongs to none of them. */
function isTooManyMistakes(error: unknown): boolean {
  return (
    error instanceof GraphQLError &&
    error.originalError === undefined &&
    error.message.startsWith('Too many errors processing variables')
  );
}
