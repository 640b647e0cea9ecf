import { type CampaignAction } from '../../domain/campaigns/campaign.js';
import { GatewayError, problem, type UserProblem } from '../../domain/errors.js';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';

/** Outcome of a write in the shape of the schema's payloads: the campaign, or the errors that the caller can correct. */
export interface Outcome {
  readonly campaign: Campaign | null;
  readonly userErrors: readonly UserProblem[];
  /** The upstream's id of the request that did or refused the write. */
  readonly requestId?: string | null | undefined;
  /** True for a campaign without stats and cost, as the answer to a create has it. */
  readonly isPartial?: boolean;
}

/** Outcome of a write that was done. */
export function done(campaign: Campaign, requestId?: string | null): Outcome {
  return { campaign, userErrors: [], requestId };
}

/** Outcome of a write that was refused, with the reasons. */
export function refused(...userErrors: readonly UserProblem[]): Outcome {
  return { campaign: null, userErrors };
}

/** Outcome of a change to a campaign that does not exist. */
export function notFound(): Outcome {
  return refused(problem('NOT_FOUND', ['sid'], 'There is no campaign with this sid.'));
}

/** Outcome of an action that the campaign's status does not allow. The message names the actions that it allows. */
export function notAllowed(action: CampaignAction, { status, availableActions }: Campaign): Outcome {
  const instead = availableActions.length === 0 ? 'nothing' : availableActions.join(', ');
  const message = `${action} is not allowed while the campaign is ${status}; allowed now: ${instead}.`;
  return refused(problem('ACTION_NOT_ALLOWED', ['sid'], message));
}

/** Outcome of an action that the status allows and the upstream refused. */
export function refusedAction(action: CampaignAction, { reason, facts }: UpstreamFailure): Outcome {
  const code = reason === 'refused' ? 'REJECTED_BY_UPSTREAM' : 'ACTION_NOT_ALLOWED';
  const message = `The upstream refused ${action} on this campaign, though its status allows it.`;
  return { ...refused(problem(code, ['sid'], message)), requestId: facts.requestId };
}

/** It is unknown whether the write was done. */
export class OutcomeUnknown extends GatewayError {
  override readonly name = 'OutcomeUnknown';

  /**
   * @param campaignName name of the campaign that may have been created.
   * @param retryAfterSeconds after which the rate limit allows a look-up.
   */
  constructor(campaignName?: string, retryAfterSeconds?: number) {
    super('OUTCOME_UNKNOWN', campaignName === undefined ? changeUnknown : createUnknown, {
      ...(campaignName !== undefined && { campaignName }),
      ...(retryAfterSeconds !== undefined && { retryAfter: retryAfterSeconds }),
    });
  }
}

const changeUnknown =
  'The upstream returned no usable response, so the outcome is unknown. Check the campaign before you repeat this.';
const createUnknown =
  'The upstream returned no usable response, so the campaign may or may not exist. Repeat this with the same ' +
  'idempotencyKey; without one, look for the name in extensions.campaignName first.';

/**
 * Error of a request that was not sent, since the record of its `idempotencyKey` can't be read.
 * @param sentName name that an earlier request with the key has sent, if this process knows of one.
 */
export function keyUnreadable(sentName?: string): GatewayError {
  const repeat = 'Repeat this with the same idempotencyKey.';
  const reason = 'The shared state of the gateways cannot be reached.';
  if (sentName === undefined)
    return new GatewayError(
      'UPSTREAM_UNAVAILABLE',
      `${reason} This request created nothing; whether an earlier one with its idempotencyKey did is not known. ${repeat}`,
    );
  const message = `${reason} An earlier request with this idempotencyKey was sent. ${repeat}`;
  return new GatewayError('OUTCOME_UNKNOWN', message, { campaignName: sentName });
}

/** Error for a campaign that was created and can't be read. */
export function createdUnreadable(sid: string, requestId: string | undefined): UpstreamFailure {
  return new UpstreamFailure('invalidResponse', { sid, ...(requestId !== undefined && { requestId }) });
}

/**
 * Outcome of a write that the upstream certainly did not do.
 * @throws the failure itself where the caller can't correct it.
 */
export function outcomeOfFailure(error: unknown): Outcome {
  if (!(error instanceof UpstreamFailure)) throw error;
  const { field = null, requestId } = error.facts;
  if (error.reason === 'refused')
    return {
      ...refused(problem('REJECTED_BY_UPSTREAM', field, 'The upstream refused this as invalid.')),
      requestId,
    };
  if (error.reason === 'duplicate')
    return {
      ...refused(problem('DUPLICATE', field, 'The upstream says that this exists already.')),
      requestId,
    };
  throw error;
}

/** After the upstream itself ended an exchange, it processes and lists the request within this time, if ever. */
const quietMs = 5000;
/** A request whose exchange the upstream did not end may still be processed, for this many of our timeouts from its start. */
const timeoutsUntilSettled = 3;
/** Longest wait of a request in the rate limiter's queue, with a retry after a 429. */
const queueWaitMs = 10_000;

/** The time by which a request that is about to be sent is processed, if ever, should this process die before its answer. */
export function settledByUnseen(nowMs: number, timeoutMs: number): number {
  return nowMs + queueWaitMs + Math.max(quietMs, timeoutsUntilSettled * timeoutMs);
}

/** Tells whether the upstream itself ended the exchange, by an error status or by breaking the connection. */
export function isEndedByUpstream({ reason, facts }: UpstreamFailure): boolean {
  return reason === 'unavailable' && !facts.mayStillRun && !facts.isAccepted;
}

/** The time by which a request whose answer was lost is processed, if ever. */
export function settledByAfter(
  failure: UpstreamFailure,
  sentAtMs: number,
  endedAtMs: number,
  timeoutMs: number,
): number {
  const isOver = failure.reason !== 'timeout' && !failure.facts.mayStillRun;
  const quietUntilMs = endedAtMs + quietMs;
  return isOver ? quietUntilMs : Math.max(quietUntilMs, sentAtMs + timeoutsUntilSettled * timeoutMs);
}
