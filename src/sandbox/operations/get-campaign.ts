import { campaignView } from '../views/campaign-view.js';
import { campaignOrNotFound } from './campaign-or-not-found.js';
import { type Operation } from './operation.js';

/** `GET …/message-campaigns/{id}` (API document, 'Get SMS Campaign Details'). */
export const getCampaign: Operation = ({ state }, call) => ({
  data: campaignView(campaignOrNotFound(state, call.id), state.now()),
});
