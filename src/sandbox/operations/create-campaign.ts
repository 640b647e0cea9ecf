import { readBody } from '../body/request-body.js';
import { campaignParameters } from '../body/campaign-parameters.js';
import { createdView } from '../views/created-view.js';
import { type Operation } from './operation.js';

/** `POST …/message-campaigns` (API document, 'Create SMS Campaign'). Names may repeat, as the samples' do. */
export const createCampaign: Operation = ({ state, rewriting }, call) => {
  const createdAt = state.now() + (rewriting.clockAheadMs ?? 0);
  const sent = campaignParameters(readBody(call), { now: createdAt, accountSid: state.accountSid });
  const stored = rewriting.parameters?.(sent) ?? sent;
  return { data: createdView(state.insert({ ...stored, createdAt })) };
};
