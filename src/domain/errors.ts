/** The codes of top-level errors, a closed set; clients read them in `extensions.code`. */
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

/** An error whose message was written for the client: no upstream body, URL or secret is ever in it. */
export class GatewayError extends Error {
  override readonly name: string = 'GatewayError';

  /**
   * @param code stable, for programs.
   * @param message for people.
   * @param details further members of `extensions`.
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }

  /** What graphql-js takes over into the error that clients see, wherever that is made. */
  get extensions(): Readonly<Record<string, unknown>> {
    return { ...this.details, code: this.code };
  }
}

/** An argument that no upstream call was spent on. `argument` is its path as the client wrote it. */
export class InputError extends GatewayError {
  override readonly name = 'InputError';

  constructor(argument: string, problem: string) {
    super('BAD_USER_INPUT', `Argument "${argument}" ${problem}`, { argument });
  }
}

/** Codes of what the caller can mend; the contract's `UserErrorCode`. */
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

/** One thing that the caller can mend. `field` is the path into the arguments, null where it is none of them. */
export interface UserProblem {
  readonly code: UserErrorCode;
  readonly message: string;
  readonly field: readonly string[] | null;
}

/** Makes a problem. */
export function problem(code: UserErrorCode, field: readonly string[] | null, message: string): UserProblem {
  return { code, field, message };
}

/**
 * A promise that fails with whatever was thrown: for functions that give a promise without being `async`, so that none of
 * them throws in place of it.
 */
// eslint-disable-next-line @typescript-eslint/require-await -- it is what makes a rejection of what is thrown
export async function rejected(error: unknown): Promise<never> {
  throw error;
}
