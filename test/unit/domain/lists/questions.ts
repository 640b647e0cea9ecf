import { campaignQueryOf, type MessageQuery } from '../../../../src/domain/lists/list-query.js';

/** All campaigns in the upstream's own order. */
export const anyCampaign = campaignQueryOf({});

/** All messages in the upstream's own order. */
export const anyMessage: MessageQuery = { number: null, direction: null };

/** The first window of the upstream's maximum. */
export const firstWindow = { offset: 0, limit: 50 };
