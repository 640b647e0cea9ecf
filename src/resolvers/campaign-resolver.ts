import { type GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import { Connection } from '../datasources/reading/connection.js';
import { rejected } from '../domain/rejected.js';
import { checkSid, sidProblem } from '../domain/sid.js';
import { UpstreamFailure } from '../domain/upstream-failure.js';
import { CampaignArgs, CampaignsArgs, MessagesArgs } from '../schema/arguments.js';
import { CampaignConnection } from '../schema/campaign-connection.js';
import { Campaign } from '../schema/campaign.js';
import { MessageConnection } from '../schema/message-connection.js';
import { type Message } from '../schema/message.js';
import { campaignPages, isOnlyOne, messagePages } from './asked-pages.js';
import { type RequestContext } from './context.js';
import { campaignNeeds } from './look-ahead.js';
import { type CampaignReference, referenceTo } from './reference.js';

@Resolver(() => Campaign)
export class CampaignResolver {
  /**
   * The campaign and its messages are read at once, since the messages need only the sid; what is not asked
   * for is not read.
   */
  @Query(() => Campaign, {
    nullable: true,
    description: 'One campaign by its `sid`; null where there is none.',
  })
  async campaign(
    @Args(() => CampaignArgs) { sid }: CampaignArgs,
    @Ctx() { reader }: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Campaign | CampaignReference | null> {
    checkSid(sid, 'sid');
    const needs = campaignNeeds(info);
    // First what is small: what comes last is waited for with what came before it in hand.
    const isRead = needs.details || needs.messages.length === 0;
    const campaign = isRead && (isOnlyOne(info) ? reader.onlyCampaign(sid) : reader.campaign(sid));
    const pages = needs.messages.map((args) =>
      // A page that fails is reported where `messages` is resolved.
      reader.messages(sid, args, args, messagePages(info)).catch(() => undefined),
    );
    if (campaign) return campaign;
    return (await Promise.all(pages)).includes(null) ? null : referenceTo(sid);
  }

  @Query(() => CampaignConnection, { description: 'Campaigns, a page at a time.' })
  async campaigns(
    @Args(() => CampaignsArgs) args: CampaignsArgs,
    @Ctx() { reader }: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Campaign>> {
    return reader.campaigns(args, args, campaignPages(info));
  }

  @FieldResolver(() => MessageConnection, { description: 'Its messages, a page at a time.' })
  messages(
    @Root('sid') sid: string, // not the whole: it would be copied
    @Args(() => MessagesArgs) args: MessagesArgs,
    @Ctx() { reader }: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Message>> {
    // A client's own sid was checked where it came in: this one is the upstream's.
    if (sidProblem(sid) !== undefined) return rejected(new UpstreamFailure('invalidResponse', { sid }));
    return reader.messages(sid, args, args, messagePages(info)).then(orEmpty);
  }
}

/** A campaign that is gone meanwhile has no messages. */
function orEmpty(connection: Connection<Message> | null): Connection<Message> {
  return connection ?? Connection.empty();
}
