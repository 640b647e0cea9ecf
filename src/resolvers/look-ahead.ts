import {
  type FieldNode,
  type FragmentDefinitionNode,
  getArgumentValues,
  getNamedType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { type RequestedPages } from '../datasources/campaigns/request-pages.js';
import { type PageArguments } from '../domain/page.js';
import { type MessagesArgs } from '../schema/list-arguments.js';
import { selectedFields } from '../schema/selected-fields.js';

/** Data that a selection on a campaign needs. */
export interface CampaignNeeds {
  /** True if a field is selected that only the campaign itself has. */
  readonly details: boolean;
  /** Arguments of each `messages` field. */
  readonly messages: readonly MessagesArgs[];
}

/** Fields of a campaign that its sid determines. */
export const identityFields: ReadonlySet<string> = new Set(['__typename', 'sid', 'id', 'messagesExportUrl']);

/** Fields of an operation that read lists, and fields that read campaigns by sid. */
interface ReadFields {
  readonly campaigns: FieldNode[];
  readonly messages: FieldNode[];
  readonly bySid: FieldNode[];
}

type Fragments = Readonly<Record<string, FragmentDefinitionNode | undefined>>;

/**
 * The reads of one operation, found in its selections before a call is made. It belongs to the prepared document, so that
 * selections without variables are searched once, however often the operation runs.
 */
export class OperationPlan {
  readonly #definition: OperationDefinitionNode;
  readonly #fragments: Fragments;
  /** Needs below each field; undefined where they depend on variables. */
  readonly #needs = new Map<FieldNode, CampaignNeeds | undefined>();
  #reads: ReadFields | undefined;

  constructor(definition: OperationDefinitionNode, fragments: Fragments) {
    this.#definition = definition;
    this.#fragments = fragments;
  }

  /**
   * Data that the selection below a field of campaigns needs.
   * @param typeName the type to look at where the field returns an abstract type; fields of all its types count.
   */
  needs(info: GraphQLResolveInfo, typeName?: string): CampaignNeeds {
    const [first] = info.fieldNodes;
    if (!first || info.fieldNodes.length > 1) return needsBelow(info, typeName);
    const known = this.#needs.get(first);
    if (known) return known;
    const needs = needsBelow(info, typeName);
    if (!this.#needs.has(first))
      this.#needs.set(first, dependsOnVariables(first, this.#fragments) ? undefined : needs);
    return needs;
  }

  /** True if the operation reads a single campaign by its sid: there is nothing to batch that read with. */
  get readsOneCampaign(): boolean {
    return this.#readFields.bySid.length === 1;
  }

  /** All pages of campaigns that the operation selects. */
  campaignPages(info: GraphQLResolveInfo): RequestedPages {
    return () => {
      const { campaigns, bySid } = this.#readFields;
      // A campaign selected by its sid may be in the rest of the list's window, which then must be read whole.
      const readsSeveral = bySid.length > 1 || bySid[0]?.name.value === '_entities';
      return readsSeveral ? undefined : pagesOf(campaigns, 'Query', info);
    };
  }

  /** All pages of messages that the operation selects, of any campaign. */
  messagePages(info: GraphQLResolveInfo): RequestedPages {
    return () => pagesOf(this.#readFields.messages, 'Campaign', info);
  }

  get #readFields(): ReadFields {
    return (this.#reads ??= readFieldsOf(this.#definition, this.#fragments));
  }
}

/** Fields of all fragments count, also of those that the operation does not use. */
function readFieldsOf(definition: OperationDefinitionNode, fragments: Fragments): ReadFields {
  const found: ReadFields = { campaigns: [], messages: [], bySid: [] };
  for (const root of [definition, ...Object.values(fragments)])
    if (root)
      visit(root, {
        Field: (field) => {
          const { value: name } = field.name;
          if (name === 'campaigns' || name === 'messages') found[name].push(field);
          if (name === 'campaign' || name === 'campaignsBySid' || name === '_entities')
            found.bySid.push(field);
        },
      });
  return found;
}

function pagesOf(
  fields: readonly FieldNode[],
  typeName: string,
  { schema, variableValues }: GraphQLResolveInfo,
): readonly PageArguments[] | undefined {
  const [first] = fields;
  if (!first || fields.length === 1) return []; // the page itself
  const definition = fieldOf(schema, typeName, first.name.value);
  try {
    return (
      definition && fields.map((field): PageArguments => getArgumentValues(definition, field, variableValues))
    );
  } catch {
    return undefined; // invalid arguments are reported when the field itself is resolved
  }
}

function needsBelow(info: GraphQLResolveInfo, typeName = getNamedType(info.returnType).name): CampaignNeeds {
  const fields = selectedFields(info.fieldNodes, info);
  const definition = fieldOf(info.schema, typeName, 'messages');
  const messages: MessagesArgs[] = [];
  for (const field of fields)
    if (definition && field.name.value === 'messages')
      try {
        messages.push(getArgumentValues(definition, field, info.variableValues));
      } catch {
        // invalid arguments are reported when the field itself is resolved
      }
  return {
    details: fields.some(({ name: { value: name } }) => name !== 'messages' && !identityFields.has(name)),
    messages,
  };
}

function fieldOf(schema: GraphQLSchema, typeName: string, fieldName: string) {
  const type = schema.getType(typeName);
  return isObjectType(type) ? type.getFields()[fieldName] : undefined;
}

/** Whether the selection below a field uses variables. One that uses none selects the same in every request. */
function dependsOnVariables(field: FieldNode, fragments: Fragments): boolean {
  const expanded = new Set<string>();
  const pending = [field.selectionSet];
  let isFound = false as boolean; // set in a callback
  for (let next = pending.pop(); next && !isFound; next = pending.pop())
    visit(next, {
      Variable: () => {
        isFound = true;
      },
      FragmentSpread: ({ name: { value: name } }) => {
        if (!expanded.has(name)) pending.push(fragments[name]?.selectionSet);
        expanded.add(name);
      },
    });
  return isFound;
}
