import { CampaignOrderField, OrderDirection } from '../../domain/order.js';
import { type CampaignQuery } from '../exotel/query.js';

/** The list that most is found in: everything, latest start first. */
export const newest: CampaignQuery = {
  name: null,
  statuses: [],
  order: { field: CampaignOrderField.START_TIME, direction: OrderDirection.DESC },
};
