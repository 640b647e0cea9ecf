import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import {
  type GraphQLFieldResolver,
  type GraphQLSchema,
  lexicographicSortSchema,
  parse,
  print,
} from 'graphql';
import { createResolversMap } from 'type-graphql';
import { requiredFields, scopeError, scopeErrorBelow, scopesOf } from '../auth/field-scopes.js';
import { InputError } from '../domain/errors.js';
import { sidProblem } from '../domain/campaigns/sid.js';
import { isBlank } from '../domain/text.js';
import { readableMessages, referenceIfThere } from './campaign-reference.js';
import { type RequestContext } from './context.js';
import { type Directives, federationDirectives, withDirectives } from './federation-directives.js';

/** Arguments of `_entities`. */
interface EntitiesArguments {
  readonly representations: readonly unknown[];
}

/** The sid of a representation, for its cache tag; empty if it has none. */
function sidIn(representation: unknown): string {
  const { sid } = (representation ?? {}) as { sid?: unknown };
  return typeof sid === 'string' ? sid : '';
}

/**
 * The resolver of `_entities`, in the order of the references. An invalid reference is an error at its own place and does
 * not affect the others.
 */
function entitiesResolver(
  schema: GraphQLSchema,
): GraphQLFieldResolver<unknown, RequestContext, EntitiesArguments> {
  const campaign = schema.getType('Campaign');
  const required = campaign ? requiredFields(schema, campaign) : [];
  return (_root, { representations }, { caller, reader, plan, report }, info) => {
    report.tags?.setEntities(representations.map(sidIn));
    return representations.map((representation, index) => {
      const { __typename, sid } = (representation ?? {}) as { __typename?: unknown; sid?: unknown };
      const argument = `representations.${index}`;
      if (__typename !== 'Campaign')
        return new InputError(argument, 'is not an entity of this subgraph; Campaign is.');
      if (typeof sid !== 'string' || isBlank(sid))
        return new InputError(`${argument}.sid`, 'must be text, not blank.');
      const problem = sidProblem(sid);
      if (problem !== undefined) return new InputError(`${argument}.sid`, problem);
      const refused =
        scopeError(caller, scopesOf(__typename)) ?? scopeErrorBelow(caller, info, required, index);
      if (refused) return refused;
      const needs = plan.needs(info, 'Campaign');
      if (needs.details) return reader.campaign(sid);
      return referenceIfThere(sid, readableMessages(needs, caller), { reader, plan }, info);
    });
  };
}

/**
 * The upper bound of a type's cache lifetime. The `Cache-Control` header of a response is computed from the campaigns in
 * it (`cacheControlOf`).
 */
const cacheControl = `"""Longest time for which a response with this type may be cached."""
directive @cacheControl(
  """Time in seconds."""
  maxAge: Int
) on OBJECT`;

/**
 * Turns a schema into a federation 2 subgraph, with `_entities` and `_service`. type-graphql keeps federation's directives
 * on its types and has no further support for them.
 * @param costs directives of costs for routers, by schema coordinate.
 * @param scopes directives of authorisation for routers; undefined: none (docs/decisions/scopes-in-the-gateway.md).
 */
export function toSubgraph(
  schema: GraphQLSchema,
  costs: Directives = {},
  scopes?: Directives,
): GraphQLSchema {
  describeRoots(schema);
  const types = printSchemaWithDirectives(lexicographicSortSchema(schema));
  const document = parse([federationDirectives(scopes !== undefined), cacheControl, types].join('\n'));
  const sdl = `${print(withDirectives(withDirectives(document, costs), scopes ?? {}))}\n`;
  const subgraph = buildSubgraphSchema({
    typeDefs: parse(sdl),
    resolvers: createResolversMap(schema) as never,
  });
  const { _entities, _service } = subgraph.getQueryType()?.getFields() ?? {};
  if (!_entities || !_service) throw new Error('The schema is not a subgraph.');
  _entities.resolve = entitiesResolver(subgraph);
  _service.resolve = () => ({ sdl }); // without the unused definitions that buildSubgraphSchema adds
  return subgraph;
}

/** Describes the root types, for which type-graphql has no option. */
function describeRoots(schema: GraphQLSchema): void {
  const descriptions = [
    [schema.getQueryType(), 'Reads: campaigns, their messages, and the check of a new campaign.'],
    [
      schema.getMutationType(),
      'Writes. Errors that the caller can correct are in `userErrors`; if there are any, nothing was done.',
    ],
    [
      schema.getSubscriptionType(),
      'Changes as they happen, over WebSocket, server-sent events, multipart responses or router callbacks.',
    ],
  ] as const;
  for (const [type, description] of descriptions) if (type) type.description = description;
}
