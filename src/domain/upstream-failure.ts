import { type ErrorCode, GatewayError } from './errors.js';

/** Reason of a failed upstream call: a closed set onto which every failure is mapped once. */
export type FailureReason =
  | 'unauthorized'
  | 'forbidden'
  | 'notFound'
  | 'refused'
  | 'duplicate'
  | 'rateLimited'
  | 'unavailable'
  | 'unreachable'
  | 'timeout'
  | 'invalidResponse'
  /** The response is too large for the memory that other requests leave. */
  | 'noRoom'
  /** The responses that one request reads are too large together. */
  | 'tooLarge';

const toClient: Readonly<Record<FailureReason, readonly [ErrorCode, string]>> = {
  unauthorized: ['UPSTREAM_UNAUTHORIZED', "The upstream API refused the gateway's credentials."],
  forbidden: ['UPSTREAM_FORBIDDEN', 'The upstream API does not allow this on this resource.'],
  notFound: ['UPSTREAM_INVALID_RESPONSE', 'The upstream API does not have this resource.'],
  refused: ['UPSTREAM_INVALID_RESPONSE', 'The upstream API refused the request as invalid.'],
  duplicate: ['UPSTREAM_INVALID_RESPONSE', 'The upstream API reports that this resource exists already.'],
  rateLimited: ['UPSTREAM_RATE_LIMITED', 'The upstream API accepts no more requests for now.'],
  unavailable: ['UPSTREAM_UNAVAILABLE', 'The upstream API is failing.'],
  unreachable: ['UPSTREAM_UNAVAILABLE', 'The upstream API cannot be reached.'],
  timeout: ['UPSTREAM_TIMEOUT', 'The upstream API did not answer in time.'],
  invalidResponse: ['UPSTREAM_INVALID_RESPONSE', 'The upstream API sent an unreadable response.'],
  noRoom: ['OVERLOADED', 'The gateway has no room for a large response of the upstream API now. Try again.'],
  tooLarge: ['QUERY_TOO_LARGE', 'The operation reads too much at once. Select fewer rows.'],
};

/** Whether a text is a code of Node, undici or OpenSSL: anything else could be a text from outside. */
export function isPlainErrorCode(text: string): boolean {
  return /^[A-Z][A-Z\d_]{1,63}$/.test(text);
}

/** Whether a text is a reason. */
export function isFailureReason(text: string): text is FailureReason {
  return Object.hasOwn(toClient, text);
}

/** Details of a failure. */
export interface FailureFacts {
  /** Seconds after which a retry may succeed. */
  readonly retryAfterSeconds?: number;
  /** The upstream's id of the request, for its support. */
  readonly requestId?: string;
  /** Readable fields of a row that could not be read as a whole. */
  readonly sid?: string;
  readonly name?: string;
  readonly createdAt?: string;
  /** True after a status that a proxy may have sent (a redirect, 408, 499, 504): the upstream may still process the request. */
  readonly mayStillRun?: boolean;
  /** Code of the error that broke the connection or prevented one: `ECONNREFUSED`, `CERT_HAS_EXPIRED`. For logs only. */
  readonly errorCode?: string;
  /** True if the status was 2xx and the rest of the response was lost: the request was probably processed. */
  readonly isAccepted?: boolean;
  /** True for a refusal that contains a campaign, as a success does. */
  readonly isContradicted?: boolean;
  /** Path of the argument that the upstream refused, in the schema's names, if it is known. */
  readonly field?: readonly string[];
}

/** Reasons after which a read that is repeated may succeed (API document and developer site: resets, 429, 5xx, HTML). */
export const passingFailures: ReadonlySet<FailureReason> = new Set([
  'unavailable',
  'unreachable',
  'timeout',
  'rateLimited',
  'invalidResponse',
]);

/** Reasons after which the request certainly was not processed. */
export const unprocessedFailures: ReadonlySet<FailureReason> = new Set(['unreachable', 'rateLimited']);

/** Reasons after which the request may have been processed. */
const unanswered: ReadonlySet<FailureReason> = new Set([
  'unavailable',
  'timeout',
  'invalidResponse',
  'noRoom',
  'tooLarge',
]);

/** Form of sids that errors name. Anything else in the place of a sid may be a text, or a URL. */
const sidForm = /^(?:[^\s()@:]|:(?!\/\/)){1,128}$/;

/**
 * Failure or refusal of the upstream. It is a `GatewayError`, so reads can rethrow it; writes turn some reasons into user
 * errors.
 */
export class UpstreamFailure extends GatewayError {
  override readonly name = 'UpstreamFailure';

  constructor(
    readonly reason: FailureReason,
    readonly facts: FailureFacts = {},
  ) {
    const [code, message] = toClient[reason];
    super(code, message, {
      ...(reason === 'rateLimited' && { retryAfter: facts.retryAfterSeconds ?? 60 }),
      ...(reason === 'noRoom' && { retryAfter: 1 }),
      ...(reason === 'tooLarge' && { of: 'bytes' }),
      ...(facts.sid !== undefined && sidForm.test(facts.sid) && { sid: facts.sid }),
    });
  }

  /**
   * False if the upstream certainly did not process the request: it refused it, or never received it. Where this is true, a
   * write must not be repeated without a look first, since the API has no idempotency keys.
   */
  get mayHaveBeenProcessed(): boolean {
    return this.facts.isContradicted === true || unanswered.has(this.reason);
  }
}

/** Whether an error is an upstream failure with this reason. */
export function failedBecause(error: unknown, reason: FailureReason): error is UpstreamFailure {
  return error instanceof UpstreamFailure && error.reason === reason;
}

/** Handler of a failed read of a campaign. @returns null if the upstream has no such campaign. @throws any other error. */
export function nullIfNotFound(error: unknown): null {
  if (failedBecause(error, 'notFound')) return null;
  throw error;
}
