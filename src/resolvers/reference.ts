import { type Campaign } from '../schema/campaign.js';

/** A campaign of which nothing but its identity is asked. */
export type CampaignReference = Pick<Campaign, '__typename' | 'id' | 'sid'>;

/** What is known of a campaign without reading it. */
export function referenceTo(sid: string): CampaignReference {
  return { __typename: 'Campaign', id: sid, sid };
}
