import {
  BREAK,
  type DocumentNode,
  type FieldNode,
  getNamedType,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  OperationTypeNode,
  typeFromAST,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { areConditionsPlain } from './conditions.js';
import { selectionsOf } from './selections.js';

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
