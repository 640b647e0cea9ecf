import {
  type FieldNode,
  type FragmentDefinitionNode,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type SelectionSetNode,
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
  return (selections?.selections ?? []).flatMap((selection) => {
    const skip = getDirectiveValues(GraphQLSkipDirective, selection, context.variableValues);
    const include = getDirectiveValues(GraphQLIncludeDirective, selection, context.variableValues);
    if (skip?.['if'] === true || include?.['if'] === false) return [];
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return selectedFields(selection.selectionSet, context, seen);
    const name = selection.name.value;
    if (seen.has(name)) return [];
    seen.add(name);
    return selectedFields(context.fragments[name]?.selectionSet, context, seen);
  });
}
