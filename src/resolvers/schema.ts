import 'reflect-metadata';
import { type GraphQLSchema } from 'graphql';
import { buildSchema, type PubSub } from 'type-graphql';
import { describeScopes, withFieldScopes } from '../auth/field-scopes.js';
import { hideWebhookAddresses } from '../auth/webhook-addresses.js';
import { CampaignResolver, withDirectResolvers } from './campaign-resolver.js';
import { ContactListResolver, StatsResolver, withDerivedFields } from './derived-fields.js';
import { GatewayResolver } from './gateway-resolver.js';
import { MessageResolver } from './message-resolver.js';
import { CampaignMutations, ValidationResolver } from './mutations.js';
import { toSubgraph } from './subgraph.js';
import { SubscriptionsResolver } from './subscriptions-resolver.js';

/** Required by type-graphql, but unused: subscriptions have their own sources (`Live`). */
const unused: PubSub = {
  publish: () => undefined,
  subscribe: () => {
    throw new Error('Subscriptions have sources of their own.');
  },
};

let built: Promise<GraphQLSchema> | undefined;

/**
 * The executable schema: the types of `src/schema` with the resolvers of this folder, guarded by the scopes of `src/auth`.
 * All gateways of a process share it, since it holds no state.
 */
export function createSchema(): Promise<GraphQLSchema> {
  return (built ??= build());
}

async function build(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [
      CampaignResolver,
      StatsResolver,
      ContactListResolver,
      MessageResolver,
      GatewayResolver,
      ValidationResolver,
      CampaignMutations,
      SubscriptionsResolver,
    ],
    pubSub: unused,
    validate: false, // the rules of src/domain report user errors with a path
    skipCheck: true, // toSubgraph defines federation's directives
    orphanedTypes: [],
  });
  describeScopes(schema);
  return withFieldScopes(hideWebhookAddresses(withDerivedFields(withDirectResolvers(toSubgraph(schema)))));
}
