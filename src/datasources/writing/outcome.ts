import { type CampaignAction } from '../../domain/campaign.js';
import { GatewayError, problem, type UserProblem } from '../../domain/errors.js';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';

/** What a write comes to, in the shape of the schema's payloads: done, or what the caller can mend. */
export interface Outcome {
  readonly campaign: Campaign | null;
  readonly userErrors: readonly UserProblem[];
  /** The upstream's own id of the request that did it or refused it. */
  readonly requestId?: string | null | undefined;
  /** True where the campaign is as create answers it, without stats and cost. */
  readonly isPartial?: boolean;
}

/** It was done. */
export function done(campaign: Campaign, requestId?: string | null): Outcome {
  return { campaign, userErrors: [], requestId };
}

/** It was not done, and this is what to mend. */
export function refused(...userErrors: readonly UserProblem[]): Outcome {
  return { campaign: null, userErrors };
}

/** There is no such campaign. */
export function notFound(): Outcome {
  return refused(problem('NOT_FOUND', ['sid'], 'There is no campaign with this sid.'));
}

/** The lifecycle rules don't let it be done; says what they let be done instead. */
export function notAllowed(action: CampaignAction, { status, availableActions }: Campaign): Outcome {
  const instead = availableActions.length === 0 ? 'nothing' : availableActions.join(', ');
  const message = `${action} is not allowed while the campaign is ${status}; allowed now: ${instead}.`;
  return refused(problem('ACTION_NOT_ALLOWED', ['sid'], message));
}

/** The upstream refused an action that the rules allow; of an action there is nothing to mend but when. */
export function refusedAction(action: CampaignAction, { reason, facts }: UpstreamFailure): Outcome {
  const code = reason === 'refused' ? 'REJECTED_BY_UPSTREAM' : 'ACTION_NOT_ALLOWED';
  const message = `The upstream refused ${action} on this campaign, though its status allows it.`;
  return { ...refused(problem(code, ['sid'], message)), requestId: facts.requestId };
}

/** Nobody knows whether the write was done. */
export class OutcomeUnknown extends GatewayError {
  override readonly name = 'OutcomeUnknown';

  /**
   * @param campaignName that of the campaign that may have been created.
   * @param retryAfterSeconds when it can be looked for.
   */
  constructor(campaignName?: string, retryAfterSeconds?: number) {
    super('OUTCOME_UNKNOWN', campaignName === undefined ? changeUnknown : createUnknown, {
      ...(campaignName !== undefined && { campaignName }),
      ...(retryAfterSeconds !== undefined && { retryAfter: retryAfterSeconds }),
    });
  }
}

const changeUnknown =
  'The upstream gave no usable answer: whether it did this is not known. Look before you repeat it.';
const createUnknown =
  'The upstream gave no usable answer: whether it created the campaign is not known. Repeat this with the same ' +
  'idempotencyKey; without one, look for the name in extensions.campaignName first.';

/** The upstream did it, and what it answers of the campaign can't be read. */
export function createdUnreadable(sid: string, requestId: string | undefined): UpstreamFailure {
  return new UpstreamFailure('invalidResponse', { sid, ...(requestId !== undefined && { requestId }) });
}

/**
 * What to tell of a write that the upstream certainly did not do.
 * @throws the failure itself where the caller can't mend it.
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

/** After the upstream itself ended the exchange, it processes and lists in moments whatever it still processes. */
const quietMs = 5000;
/** An exchange that we ended, or whose end nobody saw, may go on: for so many of our timeouts from its start. */
const timeoutsUntilSettled = 3;
/** A request may wait so long for its place in the budget, and once more after a refusal, before it is sent. */
const budgetWaitMs = 10_000;

/** The time by which a request that is about to be sent is processed, if ever, should nobody see its end. */
export function settledByUnseen(nowMs: number, timeoutMs: number): number {
  return nowMs + budgetWaitMs + Math.max(quietMs, timeoutsUntilSettled * timeoutMs);
}

/** Tells whether the upstream itself ended the exchange, by a status that says no or by breaking the connection. */
export function isEndedByUpstream({ reason, facts }: UpstreamFailure): boolean {
  if (reason === 'invalidResponse') return facts.isRefused === true;
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
