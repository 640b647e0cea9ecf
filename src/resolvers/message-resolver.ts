import { type GraphQLResolveInfo } from 'graphql';
import { Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import { UpstreamFailure } from '../domain/upstream-failure.js';
import { Campaign } from '../schema/campaign.js';
import { Message } from '../schema/message.js';
import { type RequestContext } from './context.js';
import { campaignNeeds } from './look-ahead.js';
import { type CampaignReference, referenceTo } from './reference.js';

@Resolver(() => Message)
export class MessageResolver {
  /** The same read as the campaign above it, where there is one: it costs nothing extra. */
  @FieldResolver(() => Campaign, { description: 'The campaign that it belongs to.' })
  async campaign(
    @Root() { campaignSid }: Message,
    @Ctx() { reader }: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Campaign | CampaignReference> {
    if (!campaignNeeds(info).details) return referenceTo(campaignSid);
    const campaign = await reader.campaign(campaignSid);
    if (!campaign) throw new UpstreamFailure('notFound');
    return campaign;
  }
}
