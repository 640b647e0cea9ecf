import { type CampaignAction } from '../../domain/campaign.js';
import { GatewayError } from '../../domain/errors.js';
import { type Trail } from '../../domain/trail.js';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { type Outcome } from './outcome.js';

/**
 * One write, for whoever must know later who did what. No text of a campaign, no number and no secret is in it.
 */
export interface AuditLine {
  /** Who asked for it. */
  readonly who: string;
  readonly what: 'CREATE' | CampaignAction;
  /** The campaign, where it is known which. */
  readonly sid: string | null;
  /** `replayed`: the answer is that of an earlier write under the same idempotency key. */
  readonly outcome: 'done' | 'replayed' | 'refused' | 'failed' | 'unknown';
  /** Of the user errors, or of the error. */
  readonly codes: readonly string[];
  /** The upstream's own id of the request, for its support. */
  readonly upstreamRequestId: string | null;
}

/** Where audit lines go, and whose request each write is of. */
export type Audit = (line: AuditLine, trail: Trail | undefined) => void;

type Ending = Pick<AuditLine, 'outcome' | 'codes' | 'upstreamRequestId'> & { readonly sid?: string };

/** What a write came to, for its line. */
export function auditOfOutcome({ campaign, userErrors, requestId }: Outcome, isReplay = false): Ending {
  return {
    outcome: campaign ? (isReplay ? 'replayed' : 'done') : 'refused',
    codes: userErrors.map(({ code }) => code),
    upstreamRequestId: requestId ?? null,
    ...(campaign && { sid: campaign.sid }),
  };
}

/** What a write failed with, for its line; one whose campaign was named was done, and only its answer is unreadable. */
export function auditOfError(error: unknown): Ending {
  const code = error instanceof GatewayError ? error.code : 'INTERNAL_SERVER_ERROR';
  const { sid, requestId } = error instanceof UpstreamFailure ? error.facts : {};
  return {
    outcome: sid !== undefined ? 'done' : code === 'OUTCOME_UNKNOWN' ? 'unknown' : 'failed',
    codes: [code],
    upstreamRequestId: requestId ?? null,
    ...(sid !== undefined && { sid }),
  };
}
