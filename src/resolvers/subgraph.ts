import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLSchema, lexicographicSortSchema, parse, print } from 'graphql';
import { createResolversMap } from 'type-graphql';
import { resolveEntities } from './entities.js';

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
