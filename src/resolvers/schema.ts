import 'reflect-metadata';
import { type GraphQLSchema } from 'graphql';
import { buildSchema, type PubSub } from 'type-graphql';
import { authDirectives, describeScopes, withFieldScopes } from '../auth/field-scopes.js';
import { hideWebhookAddresses } from '../auth/webhook-addresses.js';
import { costDirectives } from '../schema/static-cost.js';
import { MessageResolver } from './campaign-reference.js';
import { CampaignResolver } from './campaign-resolver.js';
import { ContactListResolver, StatsResolver } from './derived-fields.js';
import { withDirectResolvers } from './direct-resolvers.js';
import { GatewayResolver } from './gateway-resolver.js';
import { CampaignMutations } from './mutations.js';
import { toSubgraph } from './subgraph.js';
import { SubscriptionsResolver } from './subscriptions-resolver.js';

/** Required by type-graphql, but unused: subscriptions have their own sources (`Live`). */
const unused: PubSub = {
  publish: () => undefined,
  subscribe: () => {
    throw new Error('Subscriptions have sources of their own.');
  },
};

const built = new Map<boolean, Promise<GraphQLSchema>>();

/**
 * The executable schema: the types of `src/schema` with the resolvers of this folder, guarded by the scopes of `src/auth`.
 * All gateways of a process share it, since it holds no state.
 * @param hasAuthDirectives whether its SDL has the scopes too, for routers (`SUBGRAPH_AUTH_DIRECTIVES`).
 */
export function createSchema(hasAuthDirectives = false): Promise<GraphQLSchema> {
  const schema = built.get(hasAuthDirectives) ?? build(hasAuthDirectives);
  built.set(hasAuthDirectives, schema);
  return schema;
}

async function build(hasAuthDirectives: boolean): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [
      CampaignResolver,
      StatsResolver,
      ContactListResolver,
      MessageResolver,
      GatewayResolver,
      CampaignMutations,
      SubscriptionsResolver,
    ],
    pubSub: unused,
    validate: false, // the rules of src/domain report user errors with a path
    skipCheck: true, // toSubgraph defines federation's directives
    orphanedTypes: [],
  });
  describeScopes(schema);
  const subgraph = toSubgraph(schema, costDirectives, hasAuthDirectives ? authDirectives(schema) : undefined);
  return withFieldScopes(hideWebhookAddresses(withDirectResolvers(subgraph)));
}
