import { type ErrorCode } from '../../domain/errors.js';

/** Every code that a client can see, and who can do something about it. */
const faultOf: Readonly<Record<ErrorCode, 'client' | 'operator'>> = {
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

/** True for what only the client can mend. */
export function isClientsFault(code: string): boolean {
  return codeLabel(code) !== 'other' && faultOf[code as ErrorCode] === 'client';
}

/** All of them, as labels. */
export const codeLabels: readonly string[] = [...Object.keys(faultOf), 'other'];

/** A code as a label: one of a closed set. */
export function codeLabel(code: string): string {
  return Object.hasOwn(faultOf, code) ? code : 'other';
}
