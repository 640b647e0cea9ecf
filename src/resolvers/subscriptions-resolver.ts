import { type GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Resolver, Root, Subscription } from 'type-graphql';
import { Campaign } from '../schema/campaign.js';
import { CampaignUpdatedArgs } from '../schema/list-arguments.js';
import { MessageStatusEvent } from '../schema/message.js';
import { type RequestContext } from './context.js';
import { campaignOf } from './campaign-reference.js';

/** Argument of a `subscribe` function, as type-graphql passes it. */
interface Subscribing<Arguments> {
  readonly args: Arguments;
  readonly context: RequestContext;
}

@Resolver(() => MessageStatusEvent)
export class SubscriptionsResolver {
  @Subscription(() => Campaign, {
    subscribe: ({ args: { sid, sendCurrent }, context }: Subscribing<CampaignUpdatedArgs>) =>
      context.live.campaignUpdated(sid, sendCurrent === true),
    description:
      'The campaign after each change. With `sendCurrent`, the first event is the campaign as a query would return it. A ' +
      'slow subscriber gets the newest state and misses the states in between.',
  })
  campaignUpdated(
    @Root() campaign: Campaign,
    @Args(() => CampaignUpdatedArgs) _args: CampaignUpdatedArgs,
    @Ctx() context: RequestContext,
  ): Campaign {
    context.renew();
    return campaign;
  }

  @Subscription(() => MessageStatusEvent, {
    subscribe: ({ args, context }: Subscribing<{ readonly campaignSid: string }>) =>
      context.live.messageStatusChanged(args.campaignSid),
    description:
      "Status changes of the messages of a campaign, from callbacks of Exotel's API; each status of a message is sent " +
      'once. There are no events for a campaign whose `smsStatusCallback` does not point to this gateway.',
  })
  messageStatusChanged(
    @Root() event: MessageStatusEvent,
    @Arg('campaignSid', () => ID, { description: 'Sid of the campaign.' }) _campaignSid: string,
    @Ctx() context: RequestContext,
  ): MessageStatusEvent {
    context.renew();
    return event;
  }

  @FieldResolver(() => Campaign, { description: 'Campaign that the message belongs to.' })
  campaign(
    @Root('campaignSid') sid: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return campaignOf(sid, context, info);
  }
}
