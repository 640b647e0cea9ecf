import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { hasWebhookAddress } from '../domain/addresses.js';
import { type CallerContext } from '../domain/caller.js';

type Resolve = GraphQLFieldResolver<unknown, CallerContext>;

/** The fields of a campaign that may name a webhook of a gateway's. */
const fieldNames = ['statusCallback', 'smsStatusCallback'] as const;

/**
 * Shows addresses of a gateway's own webhooks to callers that may write alone: whoever knows one can forge callbacks. For
 * others they are null, wherever the campaign stands, and no error, since everything else may be read.
 */
export function hideWebhookAddresses(schema: GraphQLSchema): GraphQLSchema {
  const campaign = schema.getType('Campaign');
  for (const name of fieldNames) {
    const field = isObjectType(campaign) ? campaign.getFields()[name] : undefined;
    if (!field) throw new Error(`There is no Campaign.${name}.`);
    field.resolve = hiddenFromReaders(field.resolve ?? defaultFieldResolver);
  }
  return schema;
}

function hiddenFromReaders(resolve: Resolve): Resolve {
  return (root, args, context, info) => {
    const value: unknown = resolve(root, args, context, info);
    if (context.caller.scopes.has('campaigns:write') || value === null) return value;
    return typeof value !== 'string' || hasWebhookAddress(value) ? null : value;
  };
}
