import {
  type FieldNode,
  type FragmentDefinitionNode,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** Fragments of a document by name. */
export type Fragments = Readonly<Record<string, FragmentDefinitionNode | undefined>>;

/** Fragments and variables of the operation that a selection belongs to. */
export interface SelectionContext {
  readonly fragments: Fragments;
  readonly variableValues: Readonly<Record<string, unknown>>;
}

/** Selections still to be visited, and the type condition of the fragment that they are in. */
interface Pending {
  readonly selections: Iterator<SelectionNode>;
  readonly typeCondition: string | undefined;
}

/**
 * Visits the fields of selection sets as GraphQL's execution collects them ("CollectFields"): fragments are expanded, each
 * named one once, and selections that `@skip` and `@include` exclude are left out. It does not recurse, since clients
 * decide how deep fragments nest.
 * @param visit gets each field with the type condition of the innermost fragment around it.
 * @param step is called before each selection.
 * @throws GraphQLError for a condition that is null, as execution does.
 */
export function visitSelectedFields(
  sets: readonly (SelectionSetNode | undefined)[],
  context: SelectionContext,
  visit: (field: FieldNode, typeCondition: string | undefined) => void,
  step?: () => void,
): void {
  const expanded = new Set<string>();
  const all = sets.flatMap((set) => set?.selections ?? []);
  const open: Pending[] = [{ selections: all.values(), typeCondition: undefined }];
  for (let last = open.at(-1); last; last = open.at(-1)) {
    const next = last.selections.next() as IteratorResult<SelectionNode, undefined>;
    if (next.done) {
      open.pop();
      continue;
    }
    const selection = next.value;
    step?.();
    if (isExcluded(selection, context)) continue;
    if (selection.kind === Kind.FIELD) {
      visit(selection, last.typeCondition);
      continue;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : unexpanded(selection.name.value, context, expanded);
    if (fragment)
      open.push({
        selections: fragment.selectionSet.selections.values(),
        typeCondition: fragment.typeCondition?.name.value ?? last.typeCondition,
      });
  }
}

/** The fragment of a name, where it was not expanded before. */
function unexpanded(
  name: string,
  { fragments }: SelectionContext,
  expanded: Set<string>,
): FragmentDefinitionNode | undefined {
  if (expanded.has(name)) return undefined;
  expanded.add(name);
  return fragments[name];
}

/** The fields selected right below fields that are merged into one. */
export function selectedFields(nodes: readonly FieldNode[], context: SelectionContext): FieldNode[] {
  const fields: FieldNode[] = [];
  const sets = nodes.map(({ selectionSet }) => selectionSet);
  visitSelectedFields(sets, context, (field) => fields.push(field));
  return fields;
}

function isExcluded({ directives }: SelectionNode, { variableValues }: SelectionContext): boolean {
  if (!directives?.length) return false;
  const node = { directives };
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variableValues);
  const include = getDirectiveValues(GraphQLIncludeDirective, node, variableValues);
  return skip?.['if'] === true || include?.['if'] === false;
}
