import { ApiFailure } from '../api-failure.js';
import { type Campaign } from '../campaign.js';
import { type SandboxState } from '../state.js';

/** The campaign that a path names, or the refusal: 404 with code 1000. */
export function campaignOrNotFound(state: SandboxState, sid: string): Campaign {
  const campaign = state.find(sid);
  if (campaign === undefined) throw ApiFailure.notFound(`Campaign ${sid} does not exist`);
  return campaign;
}
