import {
  type FieldNode,
  getArgumentValues,
  type GraphQLResolveInfo,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { type AskedPages } from '../datasources/reading/request-pages.js';
import { type PageArguments } from '../domain/page.js';

/** The fields of an operation that read lists, wherever they are, and those that read a campaign by its sid. */
interface ListFields {
  readonly campaigns: FieldNode[];
  readonly messages: FieldNode[];
  readonly bySid: FieldNode[];
}

/** Documents are kept by who executes them: each is looked into once. */
const known = new WeakMap<OperationDefinitionNode, ListFields>();

/** All pages of campaigns that the operation asks for. */
export function campaignPages(info: GraphQLResolveInfo): AskedPages {
  return () => {
    const { campaigns, bySid } = listFieldsOf(info);
    // A campaign asked for by its sid after the list was read may be in it, though not in the page.
    return bySid.length > 1 ? undefined : pagesOf(campaigns, 'Query', info);
  };
}

/** All pages of messages that the operation asks for, of whichever campaign. */
export function messagePages(info: GraphQLResolveInfo): AskedPages {
  return () => pagesOf(listFieldsOf(info).messages, 'Campaign', info);
}

/** Whether the operation asks for no other campaign by its sid, so that there is nothing to read it with. */
export function isOnlyOne(info: GraphQLResolveInfo): boolean {
  return listFieldsOf(info).bySid.length === 1;
}

function pagesOf(
  fields: readonly FieldNode[],
  type: string,
  { schema, variableValues }: GraphQLResolveInfo,
): readonly PageArguments[] | undefined {
  const [first] = fields;
  if (!first || fields.length === 1) return []; // the page itself
  const parent = schema.getType(type);
  const definition = isObjectType(parent) ? parent.getFields()[first.name.value] : undefined;
  try {
    return (
      definition && fields.map((field): PageArguments => getArgumentValues(definition, field, variableValues))
    );
  } catch {
    return undefined; // what can't be is reported where the field itself is resolved
  }
}

function listFieldsOf({ operation, fragments }: GraphQLResolveInfo): ListFields {
  const before = known.get(operation);
  if (before) return before;
  const found: ListFields = { campaigns: [], messages: [], bySid: [] };
  for (const { selectionSet } of [operation, ...Object.values(fragments)]) collect(selectionSet, found);
  known.set(operation, found);
  return found;
}

function collect({ selections }: SelectionSetNode, found: ListFields): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const { value: name } = selection.name;
      if (name === 'campaigns' || name === 'messages') found[name].push(selection);
      if (name === 'campaign' || name === '_entities') found.bySid.push(selection);
    }
    if (selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet)
      collect(selection.selectionSet, found);
  }
}
