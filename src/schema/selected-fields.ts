import {
  BREAK,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** What a selection is read with. */
export interface SelectionContext {
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode | undefined>>;
  readonly variableValues: Readonly<Record<string, unknown>>;
}

/**
 * All fields of a selection, those of its fragments included, less what `@skip` and `@include` take out.
 * @param seen names of fragments that need not be looked into again; grows by those that were.
 */
export function selectedFields(
  selections: SelectionSetNode | undefined,
  context: SelectionContext,
  seen = new Set<string>(),
): FieldNode[] {
  const fields: FieldNode[] = [];
  for (const selection of selections?.selections ?? []) {
    if (isLeftOut(selection, context)) continue;
    if (selection.kind === Kind.FIELD) {
      fields.push(selection);
      continue;
    }
    const below = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragmentOf(selection, context, seen);
    if (below) fields.push(...selectedFields(below.selectionSet, context, seen));
  }
  return fields;
}

function fragmentOf(
  { name: { value: name } }: FragmentSpreadNode,
  { fragments }: SelectionContext,
  seen: Set<string>,
): FragmentDefinitionNode | undefined {
  if (seen.has(name)) return undefined;
  seen.add(name);
  return fragments[name];
}

/**
 * Whether `@skip` or `@include` takes a selection out.
 * @throws GraphQLError for a condition that is null, as execution does.
 */
export function isLeftOut(selection: SelectionNode, { variableValues }: SelectionContext): boolean {
  if (!selection.directives?.length) return false;
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variableValues);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variableValues);
  return skip?.['if'] === true || include?.['if'] === false;
}

const known = new WeakMap<FieldNode, boolean>();

/** Whether a variable stands anywhere below a field: what it selects is the same each time where none does. */
export function dependsOnVariables(field: FieldNode, context: Pick<SelectionContext, 'fragments'>): boolean {
  const before = known.get(field);
  if (before !== undefined) return before;
  const depends = hasVariable(field.selectionSet, context.fragments, new Set());
  known.set(field, depends);
  return depends;
}

function hasVariable(
  selections: SelectionSetNode | undefined,
  fragments: SelectionContext['fragments'],
  seen: Set<string>,
): boolean {
  if (!selections) return false;
  let isThere = false;
  visit(selections, {
    Variable: () => {
      isThere = true;
      return BREAK;
    },
    FragmentSpread: ({ name: { value: name } }) => {
      if (seen.has(name)) return undefined;
      seen.add(name);
      isThere = hasVariable(fragments[name]?.selectionSet, fragments, seen);
      return isThere ? BREAK : undefined;
    },
  });
  return isThere;
}
