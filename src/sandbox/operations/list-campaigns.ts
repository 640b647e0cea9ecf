import { type Campaign } from '../campaign.js';
import { type CampaignFilter, campaignFilter } from '../query/campaign-filter.js';
import { campaignOrder } from '../query/campaign-order.js';
import { requireChannel } from '../query/channel.js';
import { page, pageRequest } from '../query/paging.js';
import { listView } from '../views/campaign-view.js';
import { type Operation } from './operation.js';

/** `GET …/message-campaigns` (API document, 'Bulk SMS Campaign Details'). */
export const listCampaigns: Operation = ({ state, maximums }, { query }) => {
  requireChannel(query);
  const request = pageRequest(query, maximums.campaigns);
  const filter = campaignFilter(query);
  const order = campaignOrder(query);
  const now = state.now();
  const matching = state
    .campaigns()
    .filter((campaign) => isWanted(campaign, filter))
    .sort(order);
  const { rows, metadata } = page(matching, request);
  return { data: rows.map((campaign) => listView(campaign, now)), metadata };
};

function isWanted(campaign: Campaign, { name, statuses }: CampaignFilter): boolean {
  if (name !== undefined && !campaign.name.toLowerCase().includes(name)) return false;
  return statuses === undefined || statuses.has(campaign.status);
}
