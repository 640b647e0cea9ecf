import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { hasWebhookAddress } from '../domain/addresses.js';
import { type CallerContext } from '../domain/caller.js';

type Resolve = GraphQLFieldResolver<unknown, CallerContext>;

/** Fields of a campaign that may hold the address of a gateway's webhook. */
const fieldNames = ['statusCallback', 'smsStatusCallback', 'reportUrl'] as const;

/**
 * Shows addresses of a gateway's webhooks only to callers with `campaigns:write`, because the address is all that a forged
 * callback needs. For other callers the field is null without an error, wherever the campaign stands.
 */
export function hideWebhookAddresses(schema: GraphQLSchema): GraphQLSchema {
  const campaign = schema.getType('Campaign');
  for (const name of fieldNames) {
    const field = isObjectType(campaign) ? campaign.getFields()[name] : undefined;
    if (!field) throw new Error(`The schema has no field Campaign.${name}.`);
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
