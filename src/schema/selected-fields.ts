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

/** Fragments and variables of the operation that a selection belongs to. */
export interface SelectionContext {
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode | undefined>>;
  readonly variableValues: Readonly<Record<string, unknown>>;
}

/**
 * All fields of a selection, including those of its fragments, without those that `@skip` and `@include` exclude.
 * @param seen names of fragments already expanded, which are skipped; the function adds to it.
 */
export function selectedFields(
  selections: SelectionSetNode | undefined,
  context: SelectionContext,
  seen = new Set<string>(),
): FieldNode[] {
  const fields: FieldNode[] = [];
  for (const selection of selections?.selections ?? []) {
    if (isExcluded(selection, context)) continue;
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
 * Whether `@skip` or `@include` excludes a selection.
 * @throws GraphQLError for a condition that is null, as execution does.
 */
export function isExcluded(selection: SelectionNode, { variableValues }: SelectionContext): boolean {
  if (!selection.directives?.length) return false;
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variableValues);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variableValues);
  return skip?.['if'] === true || include?.['if'] === false;
}

const dependsCache = new WeakMap<FieldNode, boolean>();

/** Whether a field's selection uses variables. One that uses none selects the same fields in every request. */
export function dependsOnVariables(field: FieldNode, context: Pick<SelectionContext, 'fragments'>): boolean {
  const cached = dependsCache.get(field);
  if (cached !== undefined) return cached;
  const depends = hasVariable(field.selectionSet, context.fragments, new Set());
  dependsCache.set(field, depends);
  return depends;
}

function hasVariable(
  selections: SelectionSetNode | undefined,
  fragments: SelectionContext['fragments'],
  seen: Set<string>,
): boolean {
  if (!selections) return false;
  let isFound = false;
  visit(selections, {
    Variable: () => {
      isFound = true;
      return BREAK;
    },
    FragmentSpread: ({ name: { value: name } }) => {
      if (seen.has(name)) return undefined;
      seen.add(name);
      isFound = hasVariable(fragments[name]?.selectionSet, fragments, seen);
      return isFound ? BREAK : undefined;
    },
  });
  return isFound;
}
