import {
  type FieldNode,
  getArgumentValues,
  getNamedType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { type PageSelection } from '../datasources/campaigns/request-pages.js';
import {
  campaignPageLimits,
  messagePageLimits,
  type PageArguments,
  type PageLimits,
} from '../domain/lists/page.js';
import { pageNeed, type PageParts, pagePartsOf } from '../domain/lists/page-parts.js';
import { type MessagesArgs } from '../schema/list-arguments.js';
import { type Fragments, selectedFields } from '../schema/selected-fields.js';

/** Data that a selection on a campaign needs. */
export interface CampaignNeeds {
  /** True if a field is selected that only the campaign itself has. */
  readonly details: boolean;
  /** Each page of messages for which something is read. */
  readonly messages: readonly MessagesNeed[];
}

/** A `messages` field: its arguments, and the parts of the page that it selects. */
interface MessagesNeed {
  readonly args: MessagesArgs;
  readonly parts: PageParts;
}

/** Fields of a campaign that its sid determines. */
export const identityFields: ReadonlySet<string> = new Set(['__typename', 'sid', 'id', 'messagesExportUrl']);

/** Fields of an operation that read lists, and fields that read campaigns by sid. */
interface ReadFields {
  readonly campaigns: FieldNode[];
  readonly messages: FieldNode[];
  readonly bySid: FieldNode[];
}

/**
 * The reads of one operation, found in its selections before a call is made. It belongs to the prepared document, so that
 * selections without variables are searched once, however often the operation runs.
 */
export class OperationPlan {
  readonly #definition: OperationDefinitionNode;
  readonly #fragments: Fragments;
  /** Needs below each field; undefined where they depend on variables. */
  readonly #needs = new Map<FieldNode, CampaignNeeds | undefined>();
  readonly #parts = new Map<FieldNode, PageParts | undefined>();
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
    return this.#memoized(this.#needs, info, () => needsBelow(info, typeName));
  }

  /** What a field of campaigns selects of its page, and all pages with campaigns that the operation selects. */
  campaignPage(info: GraphQLResolveInfo): PageSelection {
    const pages = () => {
      const { campaigns, bySid } = this.#readFields;
      // A campaign selected by its sid may be in the rest of the list's window, which then must be read whole.
      const readsSeveral = bySid.length > 1 || bySid[0]?.name.value === '_entities';
      return readsSeveral ? undefined : pagesOf(campaigns, 'Query', campaignPageLimits, info);
    };
    return { parts: this.#partsOf(info), pages };
  }

  /** The same for a page of messages, and the messages of any campaign. */
  messagePage(info: GraphQLResolveInfo): PageSelection {
    return { parts: this.#partsOf(info), pages: this.messagePages(info) };
  }

  /** All pages with messages that the operation selects, of any campaign. */
  messagePages(info: GraphQLResolveInfo): PageSelection['pages'] {
    return () => pagesOf(this.#readFields.messages, 'Campaign', messagePageLimits, info);
  }

  /** True if the operation reads a single campaign by its sid: there is nothing to batch that read with. */
  get readsOneCampaign(): boolean {
    return this.#readFields.bySid.length === 1;
  }

  #partsOf(info: GraphQLResolveInfo): PageParts {
    return this.#memoized(this.#parts, info, () => partsBelow(info.fieldNodes, info));
  }

  /** Searches selections that do not depend on variables once. */
  #memoized<V extends object>(
    known: Map<FieldNode, V | undefined>,
    { fieldNodes: [first, ...more] }: GraphQLResolveInfo,
    search: () => V,
  ): V {
    if (!first || more.length > 0) return search();
    const memoized = known.get(first);
    if (memoized) return memoized;
    const value = search();
    if (!known.has(first)) known.set(first, dependsOnVariables(first, this.#fragments) ? undefined : value);
    return value;
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

/** Pages of which more than the total is needed; empty if there is one field only, which is the page itself. */
function pagesOf(
  fields: readonly FieldNode[],
  typeName: string,
  limits: PageLimits,
  info: GraphQLResolveInfo,
): readonly PageArguments[] | undefined {
  const [first] = fields;
  if (!first || fields.length === 1) return [];
  const definition = fieldOf(info.schema, typeName, first.name.value);
  if (!definition) return undefined;
  try {
    return fields.flatMap((field): PageArguments[] => {
      const page: PageArguments = getArgumentValues(definition, field, info.variableValues);
      const need = pageNeed(page, limits, partsBelow([field], info));
      return need === 'nothing' || need === 'total' ? [] : [page];
    });
  } catch {
    return undefined; // invalid arguments are reported when the field itself is resolved
  }
}

function partsBelow(nodes: readonly FieldNode[], info: GraphQLResolveInfo): PageParts {
  const fields = selectedFields(nodes, info);
  const below = selectedFields(
    fields.filter(({ name: { value: name } }) => name === 'pageInfo'),
    info,
  );
  return pagePartsOf(fields.map(nameOf), below.map(nameOf));
}

function nameOf({ name }: FieldNode): string {
  return name.value;
}

function needsBelow(info: GraphQLResolveInfo, typeName = getNamedType(info.returnType).name): CampaignNeeds {
  const fields = selectedFields(info.fieldNodes, info);
  return {
    details: fields.some((field) => nameOf(field) !== 'messages' && !identityFields.has(nameOf(field))),
    messages: messagesOf(fields, info, typeName),
  };
}

/** The pages of messages that these fields read. Fields with one key are one field. */
function messagesOf(
  fields: readonly FieldNode[],
  info: GraphQLResolveInfo,
  typeName: string,
): readonly MessagesNeed[] {
  const definition = fieldOf(info.schema, typeName, 'messages');
  const byKey = new Map<string, [FieldNode, ...FieldNode[]]>();
  for (const field of fields) {
    if (nameOf(field) !== 'messages') continue;
    const key = (field.alias ?? field.name).value;
    const same = byKey.get(key);
    if (same) same.push(field);
    else byKey.set(key, [field]);
  }
  return [...byKey.values()].flatMap((nodes): MessagesNeed[] => {
    try {
      if (!definition) return [];
      const args: MessagesArgs = getArgumentValues(definition, nodes[0], info.variableValues);
      const parts = partsBelow(nodes, info);
      return needsNothing(args, parts) ? [] : [{ args, parts }];
    } catch {
      return []; // invalid arguments are reported when the field itself is resolved
    }
  });
}

/** False for a size out of range: the error of the page does not need the campaign either. */
function needsNothing(args: MessagesArgs, parts: PageParts): boolean {
  try {
    return pageNeed(args, messagePageLimits, parts) === 'nothing';
  } catch {
    return false;
  }
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
