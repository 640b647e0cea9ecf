import 'reflect-metadata';
import { type GraphQLSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import { CampaignMutations } from './campaign-mutations.js';
import { CampaignResolver } from './campaign-resolver.js';
import { MessageResolver } from './message-resolver.js';
import { ValidationResolver } from './validation-resolver.js';

/** The executable schema: the types of `schema/` with the resolvers beside this file. */
export async function createSchema(): Promise<GraphQLSchema> {
  return buildSchema({
    resolvers: [CampaignResolver, MessageResolver, ValidationResolver, CampaignMutations],
    validate: false, // rules are in domain/, where they are answered as user errors with a path
    orphanedTypes: [],
  });
}
