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
import { requiredFields, scopeError, scopeErrorBelow, scopesOf } from '../auth/field-scopes.js';
import { InputError } from '../domain/errors.js';
import { sidProblem } from '../domain/campaigns/sid.js';
import { UpstreamFailure } from '../domain/upstream-failure.js';
import { type Campaign } from '../schema/campaign.js';
import { isBlank } from '../domain/text.js';
import { type RequestContext } from './context.js';
import { type CampaignNeeds } from './look-ahead.js';
import { type Directives, federationDirectives, withDirectives } from './federation-directives.js';

/** Identity of a campaign, which its sid determines without a read. */
export type CampaignReference = Pick<Campaign, '__typename' | 'id' | 'sid'>;

/** The fields of a campaign that its sid determines. */
export function referenceTo(sid: string): CampaignReference {
  return { __typename: 'Campaign', id: sid, sid };
}

/**
 * Campaign of a message or an event, by its sid. It is read only if more than its identity is selected.
 * @throws UpstreamFailure if there is no such campaign: the field is not nullable.
 */
export async function campaignOf(
  sid: string,
  { reader, plan }: RequestContext,
  info: GraphQLResolveInfo,
): Promise<Campaign | CampaignReference> {
  if (!plan.needs(info).details) return referenceTo(sid);
  const campaign = await reader.campaign(sid);
  if (!campaign) throw new UpstreamFailure('notFound');
  return campaign;
}

/**
 * A reference to a campaign of which only its messages are selected: reading them shows whether it exists.
 * @returns null if the upstream has no campaign with this sid.
 */
export function referenceIfThere(
  sid: string,
  messages: CampaignNeeds['messages'],
  { reader, plan }: Pick<RequestContext, 'reader' | 'plan'>,
  info: GraphQLResolveInfo,
): CampaignReference | Promise<CampaignReference | null> {
  if (messages.length === 0) return referenceTo(sid);
  const pages = messages.map(({ args, parts }) =>
    // The error of a page is reported when `messages` is resolved.
    reader.messages(sid, args, args, { parts, pages: plan.messagePages(info) }).catch(() => undefined),
  );
  return Promise.all(pages).then((found) => (found.includes(null) ? null : referenceTo(sid)));
}

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
        return new InputError(argument, 'is no entity of this subgraph; Campaign is.');
      if (typeof sid !== 'string' || isBlank(sid))
        return new InputError(`${argument}.sid`, 'must be text, not blank.');
      const problem = sidProblem(sid);
      if (problem !== undefined) return new InputError(`${argument}.sid`, problem);
      const refused =
        scopeError(caller, scopesOf(__typename)) ?? scopeErrorBelow(caller, info, required, index);
      if (refused) return refused;
      const { details, messages } = plan.needs(info, 'Campaign');
      if (details) return reader.campaign(sid);
      // Messages that the caller may not read are refused when they are resolved, without a call.
      const mayReadMessages = scopeError(caller, scopesOf('MessageConnection')) === undefined;
      return referenceIfThere(sid, mayReadMessages ? messages : [], { reader, plan }, info);
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
  if (!_entities || !_service) throw new Error('The schema is no subgraph.');
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
      'Writes. Errors that the caller can correct are in `userErrors`; nothing was done then.',
    ],
    [
      schema.getSubscriptionType(),
      'Changes as they happen, over WebSocket, server-sent events or router callbacks.',
    ],
  ] as const;
  for (const [type, description] of descriptions) if (type) type.description = description;
}
