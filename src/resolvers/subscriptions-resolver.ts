import { type GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Resolver, Root, Subscription } from 'type-graphql';
import { Campaign } from '../schema/campaign.js';
import { CampaignArgs } from '../schema/list-arguments.js';
import { MessageStatusEvent } from '../schema/message.js';
import { type RequestContext } from './context.js';
import { campaignOf } from './subgraph.js';

/** What type-graphql hands to a subscription's source. */
interface Subscribing<Arguments> {
  readonly args: Arguments;
  readonly context: RequestContext;
}

@Resolver(() => MessageStatusEvent)
export class SubscriptionsResolver {
  @Subscription(() => Campaign, {
    subscribe: ({ args, context }: Subscribing<CampaignArgs>) => context.live.campaignUpdated(args.sid),
    description:
      'A campaign, each time that something of it has changed; nothing is sent on subscribing. A slow subscriber gets ' +
      'the newest state, not every one in between.',
  })
  campaignUpdated(
    @Root() campaign: Campaign,
    @Args(() => CampaignArgs) _args: CampaignArgs,
    @Ctx() context: RequestContext,
  ): Campaign {
    context.renew();
    return campaign;
  }

  @Subscription(() => MessageStatusEvent, {
    subscribe: ({ args, context }: Subscribing<{ readonly campaignSid: string }>) =>
      context.live.messageStatusChanged(args.campaignSid),
    description:
      'What the messages of a campaign come to, as the upstream calls back; each status of a message once. Nothing is ' +
      'sent for campaigns whose message callback goes elsewhere.',
  })
  messageStatusChanged(
    @Root() event: MessageStatusEvent,
    @Arg('campaignSid', () => ID, { description: "The campaign's `sid`." }) _campaignSid: string,
    @Ctx() context: RequestContext,
  ): MessageStatusEvent {
    context.renew();
    return event;
  }

  @FieldResolver(() => Campaign, { description: 'The campaign that the message belongs to.' })
  campaign(
    @Root('campaignSid') sid: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return campaignOf(sid, context, info);
  }
}
