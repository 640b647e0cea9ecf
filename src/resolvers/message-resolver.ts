import { type GraphQLResolveInfo } from 'graphql';
import { Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import { Campaign } from '../schema/campaign.js';
import { Message } from '../schema/message.js';
import { type RequestContext } from './context.js';
import { campaignOf } from './subgraph.js';

@Resolver(() => Message)
export class MessageResolver {
  /** Costs no call below a campaign: the request reads each campaign once. */
  @FieldResolver(() => Campaign, { description: 'Campaign that the message belongs to.' })
  campaign(
    @Root('campaignSid') sid: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return campaignOf(sid, context, info);
  }
}
