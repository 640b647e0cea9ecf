import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  GraphQLIncludeDirective,
  type GraphQLSchema,
  GraphQLSkipDirective,
  isAbstractType,
  isNonNullType,
  Kind,
  type ObjectFieldNode,
  TypeInfo,
  type VariableDefinitionNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { type Fragments } from '../../schema/selected-fields.js';
import { isBoundedList, type ListUses, maximumListItems } from './list-sizes.js';

/** A use of a variable where null is not allowed. */
export interface NonNullUse {
  /** The argument, or the path below it: `filter.name`. */
  readonly argument: string;
  /** The expected type, as GraphQL writes it. */
  readonly type: string;
}

/** Findings of one walk over a valid document. Fragments count whether or not an operation uses them. */
export interface DocumentFacts extends ListUses {
  /** Variables that do more than name a campaign; in a representation, for example, an id may be the name of a type. */
  readonly otherVariables: ReadonlySet<string>;
  /** The first use of each variable where null is not allowed. */
  readonly nonNullUses: ReadonlyMap<string, NonNullUse>;
  /** True if `@skip` or `@include` is used. */
  readonly hasConditions: boolean;
  /** False if graphql-jit would resolve a field in another way than graphql-js. */
  readonly hasOnlyCompilableFields: boolean;
}

const conditions: ReadonlySet<string> = new Set([GraphQLSkipDirective.name, GraphQLIncludeDirective.name]);

/** True for `@skip` and `@include`. */
export function isCondition(directiveName: string): boolean {
  return conditions.has(directiveName);
}

/** Walks over a valid document once, for all that is prepared from it. */
export function documentFacts(schema: GraphQLSchema, document: DocumentNode): DocumentFacts {
  const otherVariables = new Set<string>();
  const nonNullUses = new Map<string, NonNullUse>();
  const argumentsOfVariables = new Map<string, string>();
  let longListLiteral: string | undefined;
  let hasConditions = false;
  let hasOnlyCompilableFields = true;
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Variable: ({ name: { value: name } }, _key, parent, _path, ancestors) => {
        if (isOfKind(parent, Kind.VARIABLE_DEFINITION)) return;
        if (!isSidArgument(parent)) otherVariables.add(name);
        const argument = argumentPath([...ancestors, parent]);
        if (!argumentsOfVariables.has(name)) argumentsOfVariables.set(name, argument);
        const type = types.getInputType();
        if (isNonNullType(type) && !nonNullUses.has(name))
          nonNullUses.set(name, { argument, type: String(type) });
      },
      ListValue: ({ values }, _key, parent, _path, ancestors) => {
        if (values.length > maximumListItems && isBoundedList(types.getInputType()))
          longListLiteral ??= argumentPath([...ancestors, parent]);
      },
      Directive: ({ name }) => {
        hasConditions ||= isCondition(name.value);
      },
      Field: ({ alias, name }) => {
        const definition = types.getFieldDef();
        // graphql-jit loses a `__proto__` key, resolves abstract types only synchronously, and introspection is rare.
        if (
          !definition ||
          (alias ?? name).value === '__proto__' ||
          definition.name === '__schema' ||
          definition.name === '__type' ||
          isAbstractType(getNamedType(definition.type))
        )
          hasOnlyCompilableFields = false;
      },
    }),
  );
  return {
    otherVariables,
    nonNullUses,
    argumentsOfVariables,
    longListLiteral,
    hasConditions,
    hasOnlyCompilableFields,
  };
}

function isOfKind(node: unknown, kind: Kind): boolean {
  return ((node ?? {}) as { readonly kind?: Kind }).kind === kind;
}

/** The path of an argument below the nodes around it; of a default value the name of its variable. */
function argumentPath(nodes: readonly unknown[]): string {
  const names = nodes.flatMap((node) => {
    const one = (node ?? {}) as ArgumentNode | ObjectFieldNode | VariableDefinitionNode | FieldNode;
    if (one.kind === Kind.VARIABLE_DEFINITION) return [one.variable.name.value];
    return one.kind === Kind.ARGUMENT || one.kind === Kind.OBJECT_FIELD ? [one.name.value] : [];
  });
  return names.join('.');
}

/** Whether a node is the argument of a field by which it names a campaign. */
function isSidArgument(node: unknown): boolean {
  const { kind, name } = (node ?? {}) as { kind?: Kind; name?: { readonly value: string } };
  return kind === Kind.ARGUMENT && (name?.value === 'sid' || name?.value === 'campaignSid');
}

/** The fragments of a document, without a prototype: a spread of `toString` names no fragment. */
export function fragmentsOf({ definitions }: DocumentNode): Fragments {
  const fragments = Object.create(null) as Record<string, FragmentDefinitionNode>;
  for (const node of definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments[node.name.value] = node;
  return fragments;
}
