import { type ErrorCode } from '../domain/errors.js';

/** Whether the client or the operator can act on an error, by code. */
const responsibleFor: Readonly<Record<ErrorCode, 'client' | 'operator'>> = {
  UNAUTHENTICATED: 'client',
  FORBIDDEN: 'client',
  TOO_MANY_REQUESTS: 'client',
  DOCUMENT_NOT_TRUSTED: 'client',
  BAD_USER_INPUT: 'client',
  QUERY_TOO_EXPENSIVE: 'client',
  GRAPHQL_PARSE_FAILED: 'client',
  GRAPHQL_VALIDATION_FAILED: 'client',
  BAD_REQUEST: 'client',
  OPERATION_RESOLUTION_FAILURE: 'client',
  PERSISTED_QUERY_NOT_FOUND: 'client',
  PERSISTED_QUERY_NOT_SUPPORTED: 'client',
  OPERATION_TIMEOUT: 'operator',
  UPSTREAM_UNAUTHORIZED: 'operator',
  UPSTREAM_FORBIDDEN: 'operator',
  UPSTREAM_RATE_LIMITED: 'operator',
  UPSTREAM_UNAVAILABLE: 'operator',
  UPSTREAM_TIMEOUT: 'operator',
  UPSTREAM_INVALID_RESPONSE: 'operator',
  OUTCOME_UNKNOWN: 'operator',
  INTERNAL_SERVER_ERROR: 'operator',
  AUTHENTICATION_UNAVAILABLE: 'operator',
  SHUTTING_DOWN: 'client',
  NOT_FOUND: 'client',
  TOO_MANY_SUBSCRIPTIONS: 'client',
  TOO_MANY_CONNECTIONS: 'client',
  QUERY_TOO_LARGE: 'client',
  OVERLOADED: 'operator',
};

/** True for errors that only the client can correct. */
export function isClientError(code: string): boolean {
  return codeLabel(code) !== 'other' && responsibleFor[code as ErrorCode] === 'client';
}

/** All values of the `code` label. */
export const codeLabels: readonly string[] = [...Object.keys(responsibleFor), 'other'];

/** Value of the `code` label: one of a closed set. */
export function codeLabel(code: string): string {
  return Object.hasOwn(responsibleFor, code) ? code : 'other';
}
