import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import {
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  lexicographicSortSchema,
  parse,
  print,
} from 'graphql';
import { createResolversMap } from 'type-graphql';
import { refusal, refusalBelow, scopesOf } from '../auth/field-scopes.js';
import { InputError } from '../domain/errors.js';
import { sidProblem } from '../domain/sid.js';
import { UpstreamFailure } from '../domain/upstream-failure.js';
import { type Campaign } from '../schema/campaign.js';
import { type RequestContext } from './context.js';
import { campaignNeeds } from './look-ahead.js';

/** A campaign of which nothing but its identity is asked. */
export type CampaignReference = Pick<Campaign, '__typename' | 'id' | 'sid'>;

/** What is known of a campaign without reading it. */
export function referenceTo(sid: string): CampaignReference {
  return { __typename: 'Campaign', id: sid, sid };
}

/**
 * The campaign that something belongs to, by its sid: read only where more than its identity is asked for.
 * @throws UpstreamFailure where there is no such campaign, which what belongs to it can't be without.
 */
export async function campaignOf(
  sid: string,
  { reader }: RequestContext,
  info: GraphQLResolveInfo,
): Promise<Campaign | CampaignReference> {
  if (!campaignNeeds(info).details) return referenceTo(sid);
  const campaign = await reader.campaign(sid);
  if (!campaign) throw new UpstreamFailure('notFound');
  return campaign;
}

/** What a router asks `_entities` with. */
interface EntitiesArguments {
  readonly representations: readonly unknown[];
}

/**
 * The entities that a router has references to, in its order. One that can't be is an error at its own place; the
 * others are answered.
 */
const resolveEntities: GraphQLFieldResolver<unknown, RequestContext, EntitiesArguments> = (
  _root,
  { representations },
  context,
  info,
) => representations.map((representation, index) => resolveOne(representation, index, context, info));

function resolveOne(
  representation: unknown,
  index: number,
  { caller, reader }: RequestContext,
  info: GraphQLResolveInfo,
): Promise<Campaign | null> | CampaignReference | Error {
  const { __typename, sid } = (representation ?? {}) as { __typename?: unknown; sid?: unknown };
  const argument = `representations.${index}`;
  if (__typename !== 'Campaign')
    return new InputError(argument, 'is no entity of this subgraph; Campaign is.');
  if (typeof sid !== 'string' || sid.trim() === '')
    return new InputError(`${argument}.sid`, 'must be text, not blank.');
  const problem = sidProblem(sid);
  if (problem !== undefined) return new InputError(`${argument}.sid`, problem);
  const refused =
    refusal(caller, scopesOf(__typename)) ?? refusalBelow(caller, info, { typeName: __typename, index });
  if (refused) return refused;
  const needs = campaignNeeds(info, 'Campaign');
  return needs.details ? reader.campaign(sid) : referenceTo(sid);
}

/**
 * What of federation the schema uses; version 2.9, which every router of the last two years reads. Defined in full, so
 * that the file is a schema to tools that know nothing of federation.
 */
const federation = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@tag", "FieldSet"])

"""Which specifications the schema follows, and what it takes of them."""
directive @link(
  """Of the specification and its version."""
  url: String!
  """What is used by its plain name."""
  import: [String]
) repeatable on SCHEMA

"""Other subgraphs can name one of these by its key."""
directive @key(
  """The fields that tell it from others."""
  fields: FieldSet!
  """Whether this subgraph can be asked for it by its key."""
  resolvable: Boolean = true
) repeatable on OBJECT | INTERFACE

"""Names of fields, as in a selection."""
scalar FieldSet

"""Other subgraphs have the same, with the same meaning."""
directive @shareable repeatable on OBJECT | FIELD_DEFINITION

"""A word by which a supergraph can leave this out of what it shows: "personal" is on numbers, names and texts."""
directive @tag(
  """The word."""
  name: String!
) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA`;

/**
 * The longest that an answer may be kept; what an answer says itself (`server/cache-header.ts`) goes by the status of
 * what is in it.
 */
const cacheControl = `"""How long an answer may be kept at most."""
directive @cacheControl(
  """In seconds."""
  maxAge: Int
) on OBJECT`;

/**
 * A schema as a federation 2 subgraph: with `_service`, whose SDL is what composers are given, and `_entities`.
 * type-graphql keeps federation's directives on its types and knows no more of them.
 */
export function asSubgraph(schema: GraphQLSchema): GraphQLSchema {
  describeRoots(schema);
  const types = printSchemaWithDirectives(lexicographicSortSchema(schema));
  const sdl = `${print(parse([federation, cacheControl, types].join('\n')))}\n`;
  const subgraph = buildSubgraphSchema({
    typeDefs: parse(sdl),
    resolvers: createResolversMap(schema) as never,
  });
  const { _entities, _service } = subgraph.getQueryType()?.getFields() ?? {};
  if (!_entities || !_service) throw new Error('The schema is no subgraph.');
  _entities.resolve = resolveEntities;
  _service.resolve = () => ({ sdl }); // as it is here, without the definitions that federation adds to it
  return subgraph;
}

/** type-graphql has no place for these. */
function describeRoots(schema: GraphQLSchema): void {
  const descriptions = [
    [
      schema.getQueryType(),
      'What can be read: campaigns, their messages, and what a new campaign would come to.',
    ],
    [
      schema.getMutationType(),
      'What can be done. What the caller can mend is in `userErrors`; nothing was done then.',
    ],
    [schema.getSubscriptionType(), 'What changes, as it changes: over WebSocket, SSE or router callbacks.'],
  ] as const;
  for (const [type, description] of descriptions) if (type) type.description = description;
}
