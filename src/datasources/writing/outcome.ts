import { type CampaignAction } from '../../domain/campaign.js';
import { GatewayError } from '../../domain/errors.js';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { problem, type UserProblem } from '../../domain/user-error.js';
import { type Campaign } from '../../schema/campaign.js';

/** What a write comes to, in the shape of the schema's payloads: done, or what the caller can mend. */
export interface Outcome {
  readonly campaign: Campaign | null;
  readonly userErrors: readonly UserProblem[];
}

/** It was done. */
export function done(campaign: Campaign): Outcome {
  return { campaign, userErrors: [] };
}

/** It was not done, and this is what to mend. */
export function refused(...userErrors: readonly UserProblem[]): Outcome {
  return { campaign: null, userErrors };
}

/** There is no such campaign. */
export function unknownSid(): Outcome {
  return refused(problem('NOT_FOUND', ['sid'], 'There is no campaign with this sid.'));
}

/** The lifecycle rules don't let it be done; says what they let be done instead. */
export function notAllowed(action: CampaignAction, { status, availableActions }: Campaign): Outcome {
  const instead = availableActions.length === 0 ? 'nothing' : availableActions.join(', ');
  const message = `${action} is not allowed while the campaign is ${status}; allowed now: ${instead}.`;
  return refused(problem('ACTION_NOT_ALLOWED', ['sid'], message));
}

/**
 * What to tell of a write that the upstream did not accept.
 * @throws GatewayError `OUTCOME_UNKNOWN` where the upstream may have done it all the same, and the failure
 *   itself where the caller can't mend it.
 */
export function outcomeOfFailure(error: unknown): Outcome {
  if (!(error instanceof UpstreamFailure)) throw error;
  if (error.mayHaveBeenProcessed)
    throw new GatewayError(
      'OUTCOME_UNKNOWN',
      'The upstream gave no usable answer: whether it did this is not known. Look before you repeat it.',
    );
  const field = error.facts.field ?? null;
  if (error.reason === 'refused')
    return refused(problem('REJECTED_BY_UPSTREAM', field, 'The upstream refused this as invalid.'));
  if (error.reason === 'duplicate')
    return refused(problem('DUPLICATE', field, 'The upstream says that this exists already.'));
  throw error;
}
