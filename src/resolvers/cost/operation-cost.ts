import { type FieldNode, OperationTypeNode, type OperationDefinitionNode } from 'graphql';
import { campaignPageLimits, type PageArguments } from '../../domain/page.js';
import { selectedFields } from '../selected-fields.js';
import { argumentsOf, CampaignScope, type CostContext, rowFields } from './campaign-scope.js';
import { pageCalls, pageRows } from './page-cost.js';

/** A read to check the rules, the write, and another read where the upstream refuses after all. */
const changeCalls = 3;

/**
 * The most upstream calls that an operation may come to, from its page sizes alone: as if nothing had been read
 * before and every page were full. What is asked for twice counts once, since it is read once.
 */
export function operationCost(operation: OperationDefinitionNode, context: CostContext): number {
  const fields = selectedFields(operation.selectionSet, context);
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) return eventCalls(fields, context);
  return operation.operation === OperationTypeNode.MUTATION
    ? fields.reduce((sum, field) => sum + mutationCalls(field, context), 0)
    : campaignsBySid(fields, context) + campaignLists(fields, context);
}

/** A subscription's beginning, or one of its events: the campaign, and what is asked of its messages. */
function eventCalls(fields: readonly FieldNode[], context: CostContext): number {
  const scope = new CampaignScope(context);
  for (const { name, selectionSet } of fields)
    if (name.value === 'campaignUpdated') scope.add(selectionSet);
    else
      for (const below of selectedFields(selectionSet, context))
        if (below.name.value === 'campaign') scope.add(below.selectionSet);
  return 1 + scope.messageCalls;
}

/** Campaigns by their sids, as fields or as entities; two or more are looked for in the newest window first. */
function campaignsBySid(fields: readonly FieldNode[], context: CostContext): number {
  const roots = new Map<unknown, CampaignScope>();
  const entities = new Map<unknown, CampaignScope>();
  for (const field of fields) {
    const given = argumentsOf(field, 'Query', context);
    if (field.name.value === 'campaign') scopeOf(roots, given?.['sid'], context).add(field.selectionSet);
    if (field.name.value === '_entities')
      for (const sid of representedSids(given)) scopeOf(entities, sid, context).add(field.selectionSet);
  }
  const scopes = [...roots.values(), ...entities.values()];
  const messages = scopes.reduce((sum, { messageCalls }) => sum + messageCalls, 0);
  // A root field must be read to know that there is such a campaign; a reference is taken at its word.
  const gets =
    [...roots.values()].filter(({ readsCampaign }) => readsCampaign).length +
    [...entities].filter(([sid, { hasDetails }]) => hasDetails && !roots.get(sid)?.readsCampaign).length;
  if (gets < 2) return messages + gets;
  // A router can't ask for less: what of its batch would cost more is refused one by one where it is read.
  const isOfRouter = roots.size === 0;
  return messages + 1 + (isOfRouter ? Math.min(gets, context.batchCalls) : gets);
}

function scopeOf(scopes: Map<unknown, CampaignScope>, sid: unknown, context: CostContext): CampaignScope {
  const scope = scopes.get(sid) ?? new CampaignScope(context);
  scopes.set(sid, scope);
  return scope;
}

/** The sids of the campaigns among a router's representations. */
function representedSids(given: Readonly<Record<string, unknown>> | undefined): unknown[] {
  const representations = given?.['representations'];
  if (!Array.isArray(representations)) return [];
  return (representations as ({ readonly __typename?: unknown; readonly sid?: unknown } | null)[])
    .filter((representation) => representation?.__typename === 'Campaign')
    .map((representation) => representation?.sid);
}

/** Lists of campaigns: their windows, and for every row what is asked of its messages. */
function campaignLists(fields: readonly FieldNode[], context: CostContext): number {
  const lists = new Map<string, { readonly page: PageArguments; readonly scope: CampaignScope }>();
  for (const field of fields.filter(({ name }) => name.value === 'campaigns')) {
    const page = argumentsOf(field, 'Query', context);
    if (!page) continue;
    const list = lists.get(JSON.stringify(page)) ?? { page, scope: new CampaignScope(context) };
    lists.set(JSON.stringify(page), list);
    for (const row of rowFields(field.selectionSet, context, new Set())) list.scope.add(row.selectionSet);
  }
  return [...lists.values()].reduce((sum, { page, scope }) => {
    const windows = pageCalls(page, campaignPageLimits, context.windowRows.campaigns);
    return sum + windows + pageRows(page, campaignPageLimits) * scope.messageCalls;
  }, 0);
}

/** A mutation's campaign comes with its answer; only its messages are read. */
function mutationCalls(field: FieldNode, context: CostContext): number {
  const scope = new CampaignScope(context);
  for (const { name, selectionSet } of selectedFields(field.selectionSet, context))
    if (name.value === 'campaign') scope.add(selectionSet);
  return (field.name.value === 'createCampaign' ? 1 : changeCalls) + scope.messageCalls;
}
