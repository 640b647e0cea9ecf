import { type GraphQLFieldResolver, type GraphQLResolveInfo } from 'graphql';
import { InputError } from '../domain/errors.js';
import { sidProblem } from '../domain/sid.js';
import { type Campaign } from '../schema/campaign.js';
import { refusal, refusalBelow } from './access/refusal.js';
import { scopesOf } from './access/rules.js';
import { type RequestContext } from './context.js';
import { campaignNeeds } from './look-ahead.js';
import { type CampaignReference, referenceTo } from './reference.js';

/** What a router asks `_entities` with. */
interface EntitiesArguments {
  readonly representations: readonly unknown[];
}

/**
 * The entities that a router has references to, in its order. One that can't be is an error at its own place; the
 * others are answered.
 */
export const resolveEntities: GraphQLFieldResolver<unknown, RequestContext, EntitiesArguments> = (
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
