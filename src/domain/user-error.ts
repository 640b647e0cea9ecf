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
