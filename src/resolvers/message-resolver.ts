import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { UpstreamFailure } from '../domain/upstream-failure.js';
import { Campaign } from '../schema/campaign.js';
import { Message } from '../schema/message.js';
import { type RequestContext } from './context.js';

@Resolver(() => Message)
export class MessageResolver {
  /** The same read as the campaign above it, where there is one: it costs nothing extra. */
  @FieldResolver(() => Campaign, { description: 'The campaign that it belongs to.' })
  async campaign(@Root() { campaignSid }: Message, @Ctx() { reader }: RequestContext): Promise<Campaign> {
    const campaign = await reader.campaign(campaignSid);
    if (!campaign) throw new UpstreamFailure('notFound');
    return campaign;
  }
}
