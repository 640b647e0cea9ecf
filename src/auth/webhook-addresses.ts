import {
  defaultFieldResolver,
  getNamedType,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { hasWebhookAddress } from '../domain/network/addresses.js';
import { type CallerContext } from '../domain/requests/caller.js';

type Resolve = GraphQLFieldResolver<unknown, CallerContext>;

/** Longer than any address that the gateway accepts (2048 characters); a longer text of the upstream is not searched but hidden. */
const maximumLength = 4096;
/** Results of recent searches: many aliases and rows select the same text. */
const searched = new LRUCache<string, boolean>({ max: 2000 });

/**
 * Shows addresses of a gateway's webhooks only to callers with `campaigns:write`, because the address is all that a forged
 * callback needs. For other callers the field is null without an error, wherever the campaign stands. Any `URL` that the
 * upstream sends may be such an address, so the rule is that of the type. An address with a resolver is one of this gateway.
 * @throws Error if a campaign has no such field: the rule would hide nothing.
 */
export function hideWebhookAddresses(schema: GraphQLSchema): GraphQLSchema {
  const campaign = schema.getType('Campaign');
  const fields = isObjectType(campaign) ? Object.values(campaign.getFields()) : [];
  const addresses = fields.filter(({ type, resolve }) => getNamedType(type).name === 'URL' && !resolve);
  if (addresses.length === 0) throw new Error('The schema has no URL from the upstream.');
  for (const field of addresses) field.resolve = hiddenFromReaders(defaultFieldResolver);
  return schema;
}

function hiddenFromReaders(resolve: Resolve): Resolve {
  return (root, args, context, info) => {
    const value: unknown = resolve(root, args, context, info);
    if (value === null) return value;
    context.report.dependsOnCaller = true;
    if (context.caller.scopes.has('campaigns:write')) return value;
    return typeof value !== 'string' || isHidden(value) ? null : value;
  };
}

function isHidden(text: string): boolean {
  if (text.length > maximumLength) return true;
  const known = searched.get(text);
  if (known !== undefined) return known;
  const has = hasWebhookAddress(text);
  searched.set(text, has);
  return has;
}
