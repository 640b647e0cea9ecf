import {
  type FieldNode,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { type MessagesArgs } from '../schema/arguments.js';

/** What a selection on a campaign will need. */
export interface CampaignNeeds {
  /** True where a field is asked for that only the campaign itself can answer. */
  readonly details: boolean;
  /** The arguments of each `messages` field. */
  readonly messages: readonly MessagesArgs[];
}

const answeredBySid: ReadonlySet<string> = new Set(['__typename', 'sid', 'id']);

/** Reads from the operation, before a call is made, what the fields below this one will ask for. */
export function campaignNeeds(info: GraphQLResolveInfo): CampaignNeeds {
  const fields = info.fieldNodes.flatMap((node) => fieldsIn(node.selectionSet, info));
  const type = getNamedType(info.returnType);
  const definition = isObjectType(type) ? type.getFields()['messages'] : undefined;
  const messageFields = fields.filter(({ name }) => name.value === 'messages');
  return {
    details: fields.some(({ name }) => name.value !== 'messages' && !answeredBySid.has(name.value)),
    messages: messageFields.flatMap((node) => {
      const values =
        definition && argumentsOf(() => getArgumentValues(definition, node, info.variableValues));
      return values ? [values] : [];
    }),
  };
}

/** All fields of a selection, those of its fragments included, less what `@skip` and `@include` take out. */
function fieldsIn(selections: SelectionSetNode | undefined, info: GraphQLResolveInfo): FieldNode[] {
  return (selections?.selections ?? []).flatMap((selection) => {
    const skip = getDirectiveValues(GraphQLSkipDirective, selection, info.variableValues);
    const include = getDirectiveValues(GraphQLIncludeDirective, selection, info.variableValues);
    if (skip?.['if'] === true || include?.['if'] === false) return [];
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsIn(selection.selectionSet, info);
    return fieldsIn(info.fragments[selection.name.value]?.selectionSet, info);
  });
}

/** Arguments that can't be are reported where the field itself is resolved. */
function argumentsOf(read: () => Record<string, unknown>): Record<string, unknown> | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
