/** Codes of top-level errors: a closed set, in `extensions.code` (docs/errors.md). */
export type ErrorCode =
  | 'BAD_REQUEST'
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'OPERATION_RESOLUTION_FAILURE'
  | 'INTERNAL_SERVER_ERROR'
  | 'SHUTTING_DOWN'
  | 'UNAUTHENTICATED'
  | 'AUTHENTICATION_UNAVAILABLE'
  | 'FORBIDDEN'
  | 'TOO_MANY_REQUESTS'
  | 'TOO_MANY_SUBSCRIPTIONS'
  | 'TOO_MANY_CONNECTIONS'
  | 'OVERLOADED'
  | 'OPERATION_TIMEOUT'
  | 'DOCUMENT_NOT_TRUSTED'
  | 'PERSISTED_QUERY_NOT_FOUND'
  | 'PERSISTED_QUERY_NOT_SUPPORTED'
  | 'QUERY_TOO_LARGE'
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'QUERY_TOO_EXPENSIVE'
  | 'UPSTREAM_UNAUTHORIZED'
  | 'UPSTREAM_FORBIDDEN'
  | 'UPSTREAM_RATE_LIMITED'
  | 'UPSTREAM_UNAVAILABLE'
  | 'UPSTREAM_TIMEOUT'
  | 'UPSTREAM_INVALID_RESPONSE'
  | 'OUTCOME_UNKNOWN';

/** Time after which other work has usually ended. */
const usualWorkSeconds = 1;

/** An error with a message for the client. It never contains an upstream body, a URL or a secret. */
export class GatewayError extends Error {
  override readonly name: string = 'GatewayError';

  /**
   * @param code stable code for programs.
   * @param message text for people.
   * @param details further members of `extensions`.
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }

  /** graphql-js copies these into the error that clients see. */
  get extensions(): Readonly<Record<string, unknown>> {
    return { ...this.details, code: this.code };
  }
}

/** The error of work for which there is no room now. @param message what there is no room for; nothing of it was done. */
export function overloaded(message: string): GatewayError {
  return new GatewayError('OVERLOADED', message, { retryAfter: usualWorkSeconds });
}

/** Runs a function. @returns its result, or the GatewayError that it throws. @throws any other error. */
export function attempt<T>(run: () => T): T | GatewayError {
  try {
    return run();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
}

/** An invalid argument, refused before any upstream call. `argument` is its path as the client wrote it. */
export class InputError extends GatewayError {
  override readonly name = 'InputError';

  constructor(argument: string, problem: string) {
    super('BAD_USER_INPUT', `Argument "${argument}" ${problem}`, { argument });
  }
}

/** Codes of errors that the caller can correct: the schema's `UserErrorCode`. */
export const UserErrorCode = {
  BLANK: 'BLANK',
  TOO_SHORT: 'TOO_SHORT',
  TOO_LONG: 'TOO_LONG',
  TOO_MANY: 'TOO_MANY',
  TOO_FEW: 'TOO_FEW',
  INVALID: 'INVALID',
  TOO_EARLY: 'TOO_EARLY',
  NOT_FOUND: 'NOT_FOUND',
  ACTION_NOT_ALLOWED: 'ACTION_NOT_ALLOWED',
  DUPLICATE: 'DUPLICATE',
  IDEMPOTENCY_KEY_REUSED: 'IDEMPOTENCY_KEY_REUSED',
  REJECTED_BY_UPSTREAM: 'REJECTED_BY_UPSTREAM',
} as const;
export type UserErrorCode = (typeof UserErrorCode)[keyof typeof UserErrorCode];

/** An error that the caller can correct. `field` is the path of the argument; null if no single argument is wrong. */
export interface UserProblem {
  readonly code: UserErrorCode;
  readonly message: string;
  readonly field: readonly string[] | null;
}

/** Creates a problem. */
export function problem(code: UserErrorCode, field: readonly string[] | null, message: string): UserProblem {
  return { code, field, message };
}

/** A promise that rejects with the error, for functions that return a promise without being `async`. */
// eslint-disable-next-line @typescript-eslint/require-await -- async turns the throw into a rejection
export async function rejected(error: unknown): Promise<never> {
  throw error;
}
