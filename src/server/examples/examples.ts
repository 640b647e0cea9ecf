import { campaignWithMessages } from './campaign-with-messages.js';
import { createCampaign } from './create-campaign.js';
import { type Example } from './example.js';
import { lifecycle } from './lifecycle.js';
import { newestCampaigns } from './newest-campaigns.js';
import { watchCampaign } from './watch-campaign.js';

/** GraphiQL's tabs, from left to right; each runs as it is on the sandbox. */
export const examples: readonly Example[] = [
  newestCampaigns,
  campaignWithMessages,
  lifecycle,
  createCampaign,
  watchCampaign,
];
