import { readBody } from '../body/request-body.js';
import { campaignParameters } from '../body/campaign-parameters.js';
import { createdView } from '../views/created-view.js';
import { type Operation } from './operation.js';

/** `POST …/message-campaigns` (API document, 'Create SMS Campaign'). Names may repeat, as the samples' do. */
export const createCampaign: Operation = ({ state }, call) => {
  const now = state.now();
  const parameters = campaignParameters(readBody(call), { now, accountSid: state.accountSid });
  return { data: createdView(state.insert({ ...parameters, createdAt: now })) };
};
