import {
  type FieldNode,
  getArgumentValues,
  getNamedType,
  type GraphQLResolveInfo,
  isObjectType,
} from 'graphql';
import { type MessagesArgs } from '../schema/list-arguments.js';
import { dependsOnVariables, selectedFields } from '../schema/selected-fields.js';

/** Data that a selection on a campaign needs. */
export interface CampaignNeeds {
  /** True if a field is selected that only the campaign itself has. */
  readonly details: boolean;
  /** Arguments of each `messages` field. */
  readonly messages: readonly MessagesArgs[];
}

/** Fields of a campaign that its sid determines. */
export const identityFields: ReadonlySet<string> = new Set(['__typename', 'sid', 'id']);

/**
 * Finds the data that the selection below a field needs, before a call is made.
 * @param typeName the type to look at where the field returns an abstract type; fields of all its types count.
 */
export function campaignNeeds(info: GraphQLResolveInfo, typeName?: string): CampaignNeeds {
  const [first] = info.fieldNodes;
  if (!first || info.fieldNodes.length > 1 || dependsOnVariables(first, info)) return needsOf(info, typeName);
  const needs = needsCache.get(first) ?? needsOf(info, typeName);
  needsCache.set(first, needs);
  return needs;
}

/** Needs of fields without variables, which are the same for every row and every request. */
const needsCache = new WeakMap<FieldNode, CampaignNeeds>();

function needsOf(info: GraphQLResolveInfo, typeName: string | undefined): CampaignNeeds {
  const fields = info.fieldNodes.flatMap((node) => selectedFields(node.selectionSet, info));
  const type = typeName === undefined ? getNamedType(info.returnType) : info.schema.getType(typeName);
  const definition = isObjectType(type) ? type.getFields()['messages'] : undefined;
  const argumentsOf = (node: FieldNode): MessagesArgs[] => {
    if (!definition) return [];
    try {
      return [getArgumentValues(definition, node, info.variableValues)];
    } catch {
      return []; // invalid arguments are reported when the field itself is resolved
    }
  };
  return {
    details: fields.some(isDetail),
    messages: fields.filter(({ name }) => name.value === 'messages').flatMap(argumentsOf),
  };
}

function isDetail({ name }: FieldNode): boolean {
  return name.value !== 'messages' && !identityFields.has(name.value);
}
