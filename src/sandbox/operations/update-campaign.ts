import { ApiFailure } from '../api-failure.js';
import { type Body, readBody } from '../body/request-body.js';
import { changedParameters } from '../body/changed-parameters.js';
import { type Campaign } from '../campaign.js';
import { act } from '../edits/act.js';
import { changeParameters } from '../edits/change-parameters.js';
import { isAction, isEditable } from '../lifecycle.js';
import { type SandboxState } from '../state.js';
import { campaignView } from '../views/campaign-view.js';
import { campaignOrNotFound } from './campaign-or-not-found.js';
import { type Operation } from './operation.js';

/** `PUT …/message-campaigns/{id}`: an action, or new parameters (API document, 'Update SMS Campaign'). */
export const updateCampaign: Operation = ({ state }, call) => {
  const body = readBody(call);
  const campaign = campaignOrNotFound(state, call.id);
  if (body.action === undefined) update(state, campaign, body);
  else perform(state, campaign, body);
  return { data: campaignView(campaign, state.now()) };
};

function perform(state: SandboxState, campaign: Campaign, body: Body): void {
  const action = typeof body.action === 'string' ? body.action.toLowerCase() : '';
  if (!isAction(action)) throw ApiFailure.invalid('action', 'must be pause, resume, complete or archive');
  // The document shows an action alone; taking half of a mixed request would hide a client's mistake.
  if (Object.keys(body).length > 1) throw ApiFailure.invalid('action', 'cannot come with other parameters');
  act(campaign, action, state.now(), state.speed);
}

function update(state: SandboxState, campaign: Campaign, body: Body): void {
  if (Object.keys(body).length === 0) throw ApiFailure.missing('action or a parameter to update');
  if (!isEditable(campaign.status)) {
    throw ApiFailure.notAllowed(`A campaign that is ${campaign.status} cannot be updated`);
  }
  const now = state.now();
  changeParameters(campaign, changedParameters(campaign, body, now), now, state.speed);
}
