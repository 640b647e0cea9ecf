import { type Campaign } from '../campaign.js';
import { messageAt, numberAt } from '../messages.js';
import { requireChannel } from '../query/channel.js';
import { isNewestFirst } from '../query/message-order.js';
import { page, pageRequest } from '../query/paging.js';
import { parameter } from '../query/parameter.js';
import { messageView } from '../views/message-view.js';
import { campaignOrNotFound } from './campaign-or-not-found.js';
import { type Operation } from './operation.js';

/** `GET …/message-campaigns/{id}/message-details` (API document, 'SMS Details of a Single SMS Campaign'). */
export const listMessages: Operation = ({ state, maximums }, { query, id }) => {
  requireChannel(query);
  const request = pageRequest(query, maximums.messages);
  const newestFirst = isNewestFirst(query);
  const campaign = campaignOrNotFound(state, id);
  // Messages' turns come in the order of their indexes, so the order by schedule_time is the order of indexes.
  const indexes = matchingIndexes(campaign, parameter(query, 'number'));
  if (newestFirst) indexes.reverse();
  const { rows, metadata } = page(indexes, request);
  const now = state.now();
  return { data: rows.map((index) => messageView(messageAt(campaign, index, now))), metadata };
};

/** "Search by phone number. Exact match": so `+` has to be sent as %2B. */
function matchingIndexes(campaign: Campaign, number: string | undefined): number[] {
  const indexes = Array.from({ length: campaign.audience }, (_, index) => index);
  return number === undefined ? indexes : indexes.filter((index) => numberAt(campaign, index) === number);
}
