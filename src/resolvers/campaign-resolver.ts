import { type GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Directive, FieldResolver, ID, Info, Query, Resolver, Root } from 'type-graphql';
import { Connection } from '../datasources/paging/connection.js';
import { InputError, rejected } from '../domain/errors.js';
import { checkSid, sidProblem } from '../domain/campaigns/sid.js';
import { UpstreamFailure } from '../domain/upstream-failure.js';
import { Campaign } from '../schema/campaign.js';
import { CampaignConnection, MessageConnection } from '../schema/connections.js';
import { CampaignArgs, CampaignsArgs, MessagesArgs } from '../schema/list-arguments.js';
import { type Message } from '../schema/message.js';
import { Url } from '../schema/scalars.js';
import { type RequestContext } from './context.js';
import { type CampaignReference, readableMessages, referenceIfThere } from './campaign-reference.js';

@Resolver(() => Campaign)
export class CampaignResolver {
  /**
   * Reads the campaign and its messages at the same time, since the messages need only the sid. Skips the campaign where
   * only its identity is selected.
   */
  @Query(() => Campaign, {
    nullable: true,
    description: 'The campaign with this `sid`; null if there is none.',
  })
  async campaign(
    @Args(() => CampaignArgs) { sid }: CampaignArgs,
    @Ctx() { reader, plan, caller }: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Campaign | CampaignReference | null> {
    checkSid(sid, 'sid');
    const needs = plan.needs(info);
    const messages = readableMessages(needs, caller);
    // The campaign first: while the larger response arrives, only the small one waits in memory.
    const isRead = needs.details || messages.length === 0;
    const campaign = isRead && (plan.readsOneCampaign ? reader.onlyCampaign(sid) : reader.campaign(sid));
    const reference = referenceIfThere(sid, messages, { reader, plan }, info);
    return campaign || reference;
  }

  /** A sid that occurs twice is read once. Each is checked for itself: one that is wrong does not affect the others. */
  @Query(() => [Campaign], {
    nullable: 'items',
    description:
      'The campaigns with these sids, in the same order; null for a sid without a campaign. At most 200 sids. The gateway ' +
      'reads them together, which costs far fewer upstream calls than one `campaign` for each. Campaigns that would need ' +
      'too many calls are null with the error `QUERY_TOO_EXPENSIVE`: repeat the request to get them.',
  })
  campaignsBySid(
    @Arg('sids', () => [ID], { description: 'Sids of the campaigns.' }) sids: readonly string[],
    @Ctx() { reader }: RequestContext,
  ): Promise<Campaign | null>[] {
    return sids.map((sid, index) => {
      const problem = sidProblem(sid);
      return problem === undefined
        ? reader.campaign(sid)
        : rejected(new InputError(`sids.${index}`, problem));
    });
  }

  @Query(() => CampaignConnection, { description: 'A page of campaigns, at most 200.' })
  async campaigns(
    @Args(() => CampaignsArgs) args: CampaignsArgs,
    @Ctx() { reader, plan }: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Campaign>> {
    return reader.pages.campaigns(args, args, plan.campaignPage(info));
  }

  @FieldResolver(() => MessageConnection, {
    nullable: true,
    description:
      'A page of messages of the campaign, at most 500. Null only if it could not be read; `errors` has the reason.',
  })
  messages(
    @Root('sid') sid: string, // type-graphql would copy the whole object
    @Args(() => MessagesArgs) args: MessagesArgs,
    @Ctx() { reader, plan }: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Message>> {
    // Sids from clients are checked where they enter; this one is from the upstream.
    if (sidProblem(sid) !== undefined) return rejected(new UpstreamFailure('invalidResponse', { sid }));
    return reader.pages.messages(sid, args, args, plan.messagePage(info)).then(orEmpty);
  }

  @Directive('@tag(name: "personal")') // a contract without numbers and texts must not say where they are
  @FieldResolver(() => Url, {
    nullable: true,
    description:
      'Address at which this gateway streams all messages of the campaign as NDJSON; append `.csv` for CSV. Requests to ' +
      'it need the same credentials as this API. The address itself costs no upstream call. Null for callers without ' +
      '`messages:read`.',
  })
  messagesExportUrl(@Root('sid') sid: string, @Ctx() context: RequestContext): string | null {
    return context.exportUrl(sid);
  }
}

/** A campaign that was deleted meanwhile has no messages. */
function orEmpty(connection: Connection<Message> | null): Connection<Message> {
  return connection ?? Connection.empty();
}
