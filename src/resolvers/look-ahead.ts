import {
  type FieldNode,
  getArgumentValues,
  getNamedType,
  type GraphQLResolveInfo,
  isObjectType,
} from 'graphql';
import { type MessagesArgs } from '../schema/list-arguments.js';
import { dependsOnVariables, selectedFields } from '../schema/selected-fields.js';

/** What a selection on a campaign will need. */
export interface CampaignNeeds {
  /** True where a field is asked for that only the campaign itself can answer. */
  readonly details: boolean;
  /** The arguments of each `messages` field. */
  readonly messages: readonly MessagesArgs[];
}

/** Fields of a campaign that whoever knows its sid can answer. */
export const identityFields: ReadonlySet<string> = new Set(['__typename', 'sid', 'id']);

/**
 * Reads from the operation, before a call is made, what the fields below this one will ask for.
 * @param typeName which type's fields, where the field may answer several; a field that others have too counts.
 */
export function campaignNeeds(info: GraphQLResolveInfo, typeName?: string): CampaignNeeds {
  const [first] = info.fieldNodes;
  if (!first || info.fieldNodes.length > 1 || dependsOnVariables(first, info)) return needsOf(info, typeName);
  const needs = known.get(first) ?? needsOf(info, typeName);
  known.set(first, needs);
  return needs;
}

/** Of fields that ask for the same each time: every row of a list asks, and every request. */
const known = new WeakMap<FieldNode, CampaignNeeds>();

function needsOf(info: GraphQLResolveInfo, typeName: string | undefined): CampaignNeeds {
  const fields = info.fieldNodes.flatMap((node) => selectedFields(node.selectionSet, info));
  const type = typeName === undefined ? getNamedType(info.returnType) : info.schema.getType(typeName);
  const definition = isObjectType(type) ? type.getFields()['messages'] : undefined;
  const argumentsOf = (node: FieldNode): MessagesArgs[] => {
    if (!definition) return [];
    try {
      return [getArgumentValues(definition, node, info.variableValues)];
    } catch {
      return []; // what can't be is reported where the field itself is resolved
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
