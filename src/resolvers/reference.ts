import { type GraphQLResolveInfo } from 'graphql';
import { UpstreamFailure } from '../domain/upstream-failure.js';
import { type Campaign } from '../schema/campaign.js';
import { type RequestContext } from './context.js';
import { campaignNeeds } from './look-ahead.js';

/** A campaign of which nothing but its identity is asked. */
export type CampaignReference = Pick<Campaign, '__typename' | 'id' | 'sid'>;

/** What is known of a campaign without reading it. */
export function referenceTo(sid: string): CampaignReference {
  return { __typename: 'Campaign', id: sid, sid };
}

/**
 * The campaign that something belongs to, by its sid: read only where more than its identity is asked for.
 * @throws UpstreamFailure where there is no such campaign, which what belongs to it can't be without.
 */
export async function campaignOf(
  sid: string,
  { reader }: RequestContext,
  info: GraphQLResolveInfo,
): Promise<Campaign | CampaignReference> {
  if (!campaignNeeds(info).details) return referenceTo(sid);
  const campaign = await reader.campaign(sid);
  if (!campaign) throw new UpstreamFailure('notFound');
  return campaign;
}
