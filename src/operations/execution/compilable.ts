import {
  BREAK,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  GraphQLIncludeDirective,
  type GraphQLSchema,
  GraphQLSkipDirective,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  typeFromAST,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

const conditions: readonly string[] = [GraphQLSkipDirective.name, GraphQLIncludeDirective.name];

/**
 * Whether graphql-jit leaves out what `@skip` and `@include` of a valid document say, and nothing else. It notes the
 * conditions of a field at the field itself, and asks any of those that are answered as one: so each must be selected
 * from one place only, and be answered alone.
 */
function areConditionsPlain(document: DocumentNode): boolean {
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

/**
 * How many selections an operation of a valid document has, those of a fragment counted wherever it is spread: what a
 * compiler that knows no fragments makes of them. Each fragment is looked into once.
 */
export function selectionsOf(document: DocumentNode, operation: OperationDefinitionNode): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const counted = new Map<string, number>();
  const inFragment = (name: string): number => {
    const known = counted.get(name) ?? inSet(fragments.get(name)?.selectionSet);
    counted.set(name, known);
    return known;
  };
  const inSet = (set: SelectionSetNode | undefined): number =>
    (set?.selections ?? []).reduce(
      (sum, selection) =>
        sum +
        1 +
        (selection.kind === Kind.FRAGMENT_SPREAD
          ? inFragment(selection.name.value)
          : inSet(selection.selectionSet)),
      0,
    );
  return inSet(operation.selectionSet);
}

/** What selects more takes long to compile, a fifth of a second for 5000, while nobody else is answered. */
const mostSelections = 500;

/**
 * Whether an operation is one that graphql-jit answers as graphql-js does. Mutations are few, and graphql-jit fills in
 * the defaults of their input in its own way; abstract types are resolved asynchronously here, which it can't do; and
 * introspection is asked once.
 */
export function isCompilable(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): boolean {
  if (operation.operation !== OperationTypeNode.QUERY) return false;
  if (selectionsOf(document, operation) > mostSelections || !areConditionsPlain(document)) return false;
  // graphql-jit looks variables up without asking whether they are the object's own.
  if (operation.variableDefinitions?.some(({ variable }) => variable.name.value in {})) return false;
  const typeInfo = new TypeInfo(schema);
  let isFit = true;
  const look = {
    Field: (node: FieldNode) => {
      const field = typeInfo.getFieldDef();
      const isOdd = !field || field.name === '__schema' || field.name === '__type' || isLost(node);
      isFit = !isOdd && !isAbstractType(getNamedType(field.type));
      return isFit ? undefined : BREAK;
    },
  };
  visit(document, visitWithTypeInfo(typeInfo, look)); // fragments that it does not use count too: it is safe
  return isFit;
}

/** In the objects that graphql-jit makes, this key is no field. */
function isLost({ alias, name }: FieldNode): boolean {
  return (alias ?? name).value === '__proto__';
}

/**
 * Whether all of an operation's variables are of leaf types, which graphql-jit coerces as graphql-js does. Of lists and
 * input objects it takes more: an empty list for an object.
 */
export function hasPlainVariables(schema: GraphQLSchema, { variableDefinitions }: OperationDefinitionNode) {
  return (variableDefinitions ?? []).every((definition) => {
    const type = typeFromAST(schema, definition.type);
    const nullable = isNonNullType(type) ? type.ofType : type;
    return !isListType(nullable) && isLeafType(nullable);
  });
}
