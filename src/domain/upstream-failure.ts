import { type ErrorCode, GatewayError } from './errors.js';

/** Why the upstream gave no usable answer: the closed set that every wire failure is mapped onto, once. */
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
  | 'invalidResponse';

const toClient: Readonly<Record<FailureReason, readonly [ErrorCode, string]>> = {
  unauthorized: ['UPSTREAM_UNAUTHORIZED', "The upstream API refused the gateway's credentials."],
  forbidden: ['UPSTREAM_FORBIDDEN', 'The upstream API does not allow this on this resource.'],
  notFound: ['UPSTREAM_INVALID_RESPONSE', 'The upstream API does not have this resource.'],
  refused: ['UPSTREAM_INVALID_RESPONSE', 'The upstream API refused the request as invalid.'],
  duplicate: ['UPSTREAM_INVALID_RESPONSE', 'The upstream API says that this resource exists already.'],
  rateLimited: ['UPSTREAM_RATE_LIMITED', 'The upstream API takes no more requests for now.'],
  unavailable: ['UPSTREAM_UNAVAILABLE', 'The upstream API is failing.'],
  unreachable: ['UPSTREAM_UNAVAILABLE', 'The upstream API cannot be reached.'],
  timeout: ['UPSTREAM_TIMEOUT', 'The upstream API did not answer in time.'],
  invalidResponse: ['UPSTREAM_INVALID_RESPONSE', 'The upstream API answered something unreadable.'],
};

/** What is known beside the reason. */
export interface FailureFacts {
  /** After how many seconds another try may succeed. */
  readonly retryAfterSeconds?: number;
  /** The upstream's own id of the request, for its support. */
  readonly requestId?: string;
  /** What could be read of a row that could not be read whole. */
  readonly sid?: string;
  readonly name?: string;
  readonly createdAt?: string;
  /** True after a status that does not end the work (408, 499, 504): what is behind the server that answered may go on. */
  readonly mayStillRun?: boolean;
  /** True where the status line said 2xx and the rest of the answer was lost: the request was probably processed. */
  readonly isAccepted?: boolean;
  /** True for an unreadable answer whose status line said neither 2xx nor any reason: a redirect, or another server's 404. */
  readonly isRefused?: boolean;
  /** True for a refusal that has a campaign in it, as a success has. */
  readonly isContradicted?: boolean;
  /** The input that the upstream complained of, as a path of client-side names, where it could be told. */
  readonly field?: readonly string[];
}

/** Reasons that say nothing of whether the request was processed. */
const unanswered: ReadonlySet<FailureReason> = new Set(['unavailable', 'timeout', 'invalidResponse']);

/**
 * The upstream failed or refused. A `GatewayError` already, so that a read may simply let it pass;
 * writers look at `reason` to tell what the caller can mend.
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
      ...(facts.sid !== undefined && { sid: facts.sid }),
    });
  }

  /**
   * False where the upstream certainly did not act on the request: it said no, or the request never left.
   * After a write for which this is true nothing may be repeated blindly: there is no idempotency key.
   */
  get mayHaveBeenProcessed(): boolean {
    return this.facts.isContradicted === true || unanswered.has(this.reason);
  }
}

/** True for a failure with this reason. */
export function failedBecause(error: unknown, reason: FailureReason): error is UpstreamFailure {
  return error instanceof UpstreamFailure && error.reason === reason;
}
