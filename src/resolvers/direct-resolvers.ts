import { type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { type Campaign, type ContactList, type Stats } from '../schema/campaign.js';
import { type CampaignArgs, type CampaignsArgs, type MessagesArgs } from '../schema/list-arguments.js';
import { CampaignResolver } from './campaign-resolver.js';
import { type RequestContext } from './context.js';
import { ContactListResolver, StatsResolver } from './derived-fields.js';

type Resolve<Root, Args = unknown> = GraphQLFieldResolver<Root, RequestContext, Args>;

const [resolver, statsResolver, contactListResolver] = [
  new CampaignResolver(),
  new StatsResolver(),
  new ContactListResolver(),
];

const campaign: Resolve<unknown, CampaignArgs> = (_root, args, context, info) =>
  resolver.campaign(args, context, info);
const campaigns: Resolve<unknown, CampaignsArgs> = (_root, args, context, info) =>
  resolver.campaigns(args, context, info);
const messages: Resolve<Campaign, MessagesArgs> = ({ sid }, args, context, info) =>
  resolver.messages(sid, args, context, info);
const messagesExportUrl: Resolve<Campaign> = ({ sid }, _args, context) =>
  resolver.messagesExportUrl(sid, context);
const contactListId: Resolve<ContactList> = (list) => contactListResolver.id(list);
const pending: Resolve<Stats> = (stats) => statsResolver.pending(stats);
const undelivered: Resolve<Stats> = (stats) => statsResolver.undelivered(stats);
const progress: Resolve<Stats> = (stats) => statsResolver.progress(stats);

/**
 * Replaces type-graphql's wrappers around the busiest resolvers. A wrapper sorts the parameters, makes an instance of the
 * arguments and awaits three promises on each call, which was a tenth of a query for a list with messages
 * (docs/decisions/what-a-call-costs.md).
 */
export function withDirectResolvers(schema: GraphQLSchema): GraphQLSchema {
  setResolver(schema, 'Query', 'campaign', campaign);
  setResolver(schema, 'Query', 'campaigns', campaigns);
  setResolver(schema, 'Campaign', 'messages', messages);
  setResolver(schema, 'Campaign', 'messagesExportUrl', messagesExportUrl);
  setResolver(schema, 'ContactList', 'id', contactListId);
  setResolver(schema, 'Stats', 'pending', pending);
  setResolver(schema, 'Stats', 'undelivered', undelivered);
  setResolver(schema, 'Stats', 'progress', progress);
  return schema;
}

/** @throws Error if there is no such field. */
function setResolver<Root, Args>(
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
