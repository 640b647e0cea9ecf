import { type GraphQLResolveInfo } from 'graphql';
import { Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import { scopeError, scopesOf } from '../auth/field-scopes.js';
import { type Caller } from '../domain/requests/caller.js';
import { UpstreamFailure } from '../domain/upstream-failure.js';
import { Campaign } from '../schema/campaign.js';
import { Message } from '../schema/message.js';
import { type RequestContext } from './context.js';
import { type CampaignNeeds } from './look-ahead.js';

/** Identity of a campaign, which its sid determines without a read. */
export type CampaignReference = Pick<Campaign, '__typename' | 'id' | 'sid'>;

function referenceTo(sid: string): CampaignReference {
  return { __typename: 'Campaign', id: sid, sid };
}

/**
 * Campaign of a message or an event, by its sid. It is read only if more than its identity is selected.
 * @throws UpstreamFailure if there is no such campaign: the field is not nullable.
 */
export async function campaignOf(
  sid: string,
  { reader, plan }: RequestContext,
  info: GraphQLResolveInfo,
): Promise<Campaign | CampaignReference> {
  if (!plan.needs(info).details) return referenceTo(sid);
  const campaign = await reader.campaign(sid);
  if (!campaign) throw new UpstreamFailure('notFound');
  return campaign;
}

/** Pages of messages that the caller may read. Others are refused when they are resolved, without a call. */
export function readableMessages({ messages }: CampaignNeeds, caller: Caller): CampaignNeeds['messages'] {
  return scopeError(caller, scopesOf('MessageConnection')) === undefined ? messages : [];
}

/**
 * A reference to a campaign of which only its messages are selected: reading them shows whether it exists.
 * @returns null if the upstream has no campaign with this sid.
 */
export function referenceIfThere(
  sid: string,
  messages: CampaignNeeds['messages'],
  { reader, plan }: Pick<RequestContext, 'reader' | 'plan'>,
  info: GraphQLResolveInfo,
): CampaignReference | Promise<CampaignReference | null> {
  if (messages.length === 0) return referenceTo(sid);
  const pages = messages.map(({ args, parts }) =>
    // The error of a page is reported when `messages` is resolved.
    reader.pages.messages(sid, args, args, { parts, pages: plan.messagePages(info) }).catch(() => undefined),
  );
  return Promise.all(pages).then((found) => (found.includes(null) ? null : referenceTo(sid)));
}

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
