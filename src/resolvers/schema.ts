import 'reflect-metadata';
import { type GraphQLSchema } from 'graphql';
import { buildSchema, type PubSub } from 'type-graphql';
import { describeScopes, guarded } from '../auth/field-scopes.js';
import { hidingWebhookAddresses } from '../auth/webhook-addresses.js';
import { CampaignResolver, withDirectResolvers } from './campaign-resolver.js';
import { MessageResolver } from './message-resolver.js';
import { CampaignMutations, ValidationResolver } from './mutations.js';
import { asSubgraph } from './subgraph.js';
import { SubscriptionsResolver } from './subscriptions-resolver.js';

/** type-graphql wants one; every subscription here has a source of its own (`Live`). */
const unused: PubSub = {
  publish: () => undefined,
  subscribe: () => {
    throw new Error('Subscriptions have sources of their own.');
  },
};

let built: Promise<GraphQLSchema> | undefined;

/**
 * The executable schema: the types of `schema/` with the resolvers beside this file, behind the rules of `access/`.
 * All gateways of a process have the same: nothing of one gateway is in it.
 */
export function createSchema(): Promise<GraphQLSchema> {
  return (built ??= build());
}

async function build(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [
      CampaignResolver,
      MessageResolver,
      ValidationResolver,
      CampaignMutations,
      SubscriptionsResolver,
    ],
    pubSub: unused,
    validate: false, // rules are in domain/, where they are answered as user errors with a path
    skipCheck: true, // federation's directives are defined where the subgraph is made
    orphanedTypes: [],
  });
  describeScopes(schema);
  return guarded(hidingWebhookAddresses(withDirectResolvers(asSubgraph(schema))));
}
