import {
  type DocumentNode,
  type GraphQLSchema,
  isLeafType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql';
import { type Fragments } from '../../schema/selected-fields.js';
import { type DocumentFacts } from '../documents/document-facts.js';

/** An operation of a valid document, as far as compilation depends on it. */
export interface Compilable {
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly prepared: {
    readonly fragments: Fragments;
    readonly facts: Pick<DocumentFacts, 'hasConditions' | 'hasOnlyCompilableFields'>;
  };
}

/** Compiling more selections blocks the process: 5000 take a fifth of a second. */
const maximumSelections = 500;

/**
 * Whether graphql-jit gives the same result as graphql-js. Mutations are rare, and graphql-jit fills in the defaults of
 * their input in its own way.
 */
export function isCompilable(operation: Compilable): boolean {
  const { definition, prepared } = operation;
  const { hasConditions, hasOnlyCompilableFields } = prepared.facts;
  return (
    definition.operation === OperationTypeNode.QUERY &&
    hasOnlyCompilableFields &&
    // graphql-jit looks variables up in the prototype too
    !definition.variableDefinitions?.some(({ variable }) => variable.name.value in {}) &&
    selectionsOf(operation) <= maximumSelections &&
    (!hasConditions || areConditionsPlain(operation))
  );
}

/**
 * Whether graphql-jit applies `@skip` and `@include` as graphql-js does. It attaches conditions to the field node, and
 * applies any one of those that merge under a key. So each fragment must be spread once, and each key selected once.
 */
function areConditionsPlain({ document, prepared: { fragments } }: Compilable): boolean {
  const spread = new Set<string>(); // by any operation of the document
  const isEachOnce = (set: SelectionSetNode | undefined, keys: Set<string>): boolean =>
    (set?.selections ?? []).every((selection) => {
      if (selection.kind === Kind.INLINE_FRAGMENT) return isEachOnce(selection.selectionSet, keys);
      const { value: name } = selection.name;
      if (selection.kind === Kind.FRAGMENT_SPREAD)
        return isNew(name, spread) && isEachOnce(fragments[name]?.selectionSet, keys);
      return isNew(selection.alias?.value ?? name, keys) && isEachOnce(selection.selectionSet, new Set());
    });
  return document.definitions.every(
    (node) => node.kind !== Kind.OPERATION_DEFINITION || isEachOnce(node.selectionSet, new Set()),
  );
}

function isNew(name: string, names: Set<string>): boolean {
  const isNewName = !names.has(name);
  names.add(name);
  return isNewName;
}

/**
 * The number of selections of an operation, with those of a fragment counted wherever it is spread: graphql-jit expands
 * fragments. Each fragment is counted once.
 */
export function selectionsOf({ definition, prepared: { fragments } }: Compilable): number {
  const counted = new Map<string, number>();
  const inFragment = (name: string): number => {
    const known = counted.get(name) ?? inSet(fragments[name]?.selectionSet);
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
  return inSet(definition.selectionSet);
}

/**
 * Whether all variables of an operation are of leaf types, which graphql-jit coerces as graphql-js does. It is less strict with
 * lists and input objects: it accepts an empty list for an object, for example.
 */
export function hasLeafVariables(
  schema: GraphQLSchema,
  { variableDefinitions }: OperationDefinitionNode,
): boolean {
  return (variableDefinitions ?? []).every((definition) => {
    const type = typeFromAST(schema, definition.type);
    return isLeafType(isNonNullType(type) ? type.ofType : type);
  });
}
