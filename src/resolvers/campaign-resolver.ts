import {
  type FieldNode,
  getArgumentValues,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { Args, Ctx, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import { type RequestedPages } from '../datasources/campaigns/request-pages.js';
import { Connection } from '../datasources/paging/connection.js';
import { rejected } from '../domain/errors.js';
import { type PageArguments } from '../domain/page.js';
import { checkSid, sidProblem } from '../domain/sid.js';
import { UpstreamFailure } from '../domain/upstream-failure.js';
import { Campaign } from '../schema/campaign.js';
import { CampaignConnection, MessageConnection } from '../schema/connections.js';
import { CampaignArgs, CampaignsArgs, MessagesArgs } from '../schema/list-arguments.js';
import { type Message } from '../schema/message.js';
import { type RequestContext } from './context.js';
import { campaignNeeds } from './look-ahead.js';
import { type CampaignReference, referenceTo } from './subgraph.js';

/** The fields of an operation that read lists, wherever they are, and those that read a campaign by its sid. */
interface ListFields {
  readonly campaigns: FieldNode[];
  readonly messages: FieldNode[];
  readonly bySid: FieldNode[];
}

/** Documents are kept by who executes them: each is looked into once. */
const known = new WeakMap<OperationDefinitionNode, ListFields>();

/** All pages of campaigns that the operation asks for. */
function campaignPages(info: GraphQLResolveInfo): RequestedPages {
  return () => {
    const { campaigns, bySid } = listFieldsOf(info);
    // A campaign asked for by its sid after the list was read may be in it, though not in the page.
    return bySid.length > 1 ? undefined : pagesOf(campaigns, 'Query', info);
  };
}

/** All pages of messages that the operation asks for, of whichever campaign. */
function messagePages(info: GraphQLResolveInfo): RequestedPages {
  return () => pagesOf(listFieldsOf(info).messages, 'Campaign', info);
}

/** Whether the operation asks for no other campaign by its sid, so that there is nothing to read it with. */
function isOnlyOne(info: GraphQLResolveInfo): boolean {
  return listFieldsOf(info).bySid.length === 1;
}

function pagesOf(
  fields: readonly FieldNode[],
  type: string,
  { schema, variableValues }: GraphQLResolveInfo,
): readonly PageArguments[] | undefined {
  const [first] = fields;
  if (!first || fields.length === 1) return []; // the page itself
  const parent = schema.getType(type);
  const definition = isObjectType(parent) ? parent.getFields()[first.name.value] : undefined;
  try {
    return (
      definition && fields.map((field): PageArguments => getArgumentValues(definition, field, variableValues))
    );
  } catch {
    return undefined; // what can't be is reported where the field itself is resolved
  }
}

function listFieldsOf({ operation, fragments }: GraphQLResolveInfo): ListFields {
  const before = known.get(operation);
  if (before) return before;
  const found: ListFields = { campaigns: [], messages: [], bySid: [] };
  for (const { selectionSet } of [operation, ...Object.values(fragments)]) collect(selectionSet, found);
  known.set(operation, found);
  return found;
}

function collect({ selections }: SelectionSetNode, found: ListFields): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const { value: name } = selection.name;
      if (name === 'campaigns' || name === 'messages') found[name].push(selection);
      if (name === 'campaign' || name === '_entities') found.bySid.push(selection);
    }
    if (selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet)
      collect(selection.selectionSet, found);
  }
}

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

type Resolve<Root, Args> = GraphQLFieldResolver<Root, RequestContext, Args>;

const resolver = new CampaignResolver();

const campaign: Resolve<unknown, CampaignArgs> = (_root, args, context, info) =>
  resolver.campaign(args, context, info);
const campaigns: Resolve<unknown, CampaignsArgs> = (_root, args, context, info) =>
  resolver.campaigns(args, context, info);
const messages: Resolve<Campaign, MessagesArgs> = ({ sid }, args, context, info) =>
  resolver.messages(sid, args, context, info);

/**
 * Calls the resolvers of the fields that are asked most as GraphQL calls them. type-graphql declares them like the others;
 * its way to a method sorts its parameters, makes an instance of its arguments and waits for three promises, every time:
 * for the messages of a list of campaigns that was a tenth of the query.
 */
export function withDirectResolvers(schema: GraphQLSchema): GraphQLSchema {
  resolveBy(schema, 'Query', 'campaign', campaign);
  resolveBy(schema, 'Query', 'campaigns', campaigns);
  resolveBy(schema, 'Campaign', 'messages', messages);
  return schema;
}

function resolveBy<Root, Args>(
  schema: GraphQLSchema,
  typeName: string,
  fieldName: string,
  resolve: Resolve<Root, Args>,
): void {
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (!field) throw new Error(`There is no ${typeName}.${fieldName}.`);
  field.resolve = resolve;
}
