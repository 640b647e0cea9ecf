import { type FastifyInstance } from 'fastify';
import { ApiFailure } from '../api-failure.js';
import { createCampaign } from '../operations/create-campaign.js';
import { getCampaign } from '../operations/get-campaign.js';
import { listCampaigns } from '../operations/list-campaigns.js';
import { listMessages } from '../operations/list-messages.js';
import { updateCampaign } from '../operations/update-campaign.js';
import { type Front, serve } from './serve.js';

const CAMPAIGNS = '/v2/accounts/:account/message-campaigns';
const CAMPAIGN = `${CAMPAIGNS}/:id`;
const OBJECT = { inArray: false, saysNoError: false };

/** Puts the API's five routes on a server; anything else is answered 404 with code 1000. */
export function addRoutes(app: FastifyInstance, front: Front): void {
  const created = { inArray: true, saysNoError: true };
  const listed = { inArray: true, saysNoError: false };
  app.post(CAMPAIGNS, serve(front, { operation: createCampaign, shape: created }));
  app.get(CAMPAIGNS, serve(front, { operation: listCampaigns, shape: listed }));
  app.get(CAMPAIGN, serve(front, { operation: getCampaign, shape: OBJECT }));
  app.put(CAMPAIGN, serve(front, { operation: updateCampaign, shape: OBJECT }));
  app.get(`${CAMPAIGN}/message-details`, serve(front, { operation: listMessages, shape: created }));
  app.setNotFoundHandler(serve(front, { operation: unknownRoute, shape: OBJECT }));
}

function unknownRoute(): never {
  throw ApiFailure.notFound('No such resource');
}
