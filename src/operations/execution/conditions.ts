import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type SelectionSetNode,
  visit,
} from 'graphql';

const conditions: readonly string[] = [GraphQLSkipDirective.name, GraphQLIncludeDirective.name];

/**
 * Whether graphql-jit leaves out what `@skip` and `@include` of a valid document say, and nothing else. It notes the
 * conditions of a field at the field itself, and asks any of those that are answered as one: so each must be selected
 * from one place only, and be answered alone.
 */
export function areConditionsPlain(document: DocumentNode): boolean {
  if (!hasCondition(document)) return true;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const spread = new Set<string>(); // by any operation of the document
  const isEachOnce = (set: SelectionSetNode | undefined, keys: Set<string>): boolean =>
    (set?.selections ?? []).every((selection) => {
      if (selection.kind === Kind.INLINE_FRAGMENT) return isEachOnce(selection.selectionSet, keys);
      const { value: name } = selection.name;
      if (selection.kind === Kind.FRAGMENT_SPREAD)
        return isNew(name, spread) && isEachOnce(fragments.get(name)?.selectionSet, keys);
      return isNew(selection.alias?.value ?? name, keys) && isEachOnce(selection.selectionSet, new Set());
    });
  return document.definitions.every(
    (definition) =>
      definition.kind !== Kind.OPERATION_DEFINITION || isEachOnce(definition.selectionSet, new Set()),
  );
}

function hasCondition(document: DocumentNode): boolean {
  let isAny = false;
  visit(document, {
    Directive: ({ name }) => {
      isAny ||= conditions.includes(name.value);
    },
  });
  return isAny;
}

function isNew(name: string, names: Set<string>): boolean {
  const isNewName = !names.has(name);
  names.add(name);
  return isNewName;
}
