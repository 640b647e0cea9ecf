import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getNamedType,
  GraphQLIncludeDirective,
  type GraphQLSchema,
  GraphQLSkipDirective,
  isAbstractType,
  isNonNullType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** A use of a variable where null is not allowed. */
export interface NonNullUse {
  readonly argument: string;
  /** The expected type, as GraphQL writes it. */
  readonly type: string;
}

/** Findings of one walk over a valid document. Fragments count whether or not an operation uses them. */
export interface DocumentFacts {
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
  let hasConditions = false;
  let hasOnlyCompilableFields = true;
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      VariableDefinition: () => false,
      Variable: ({ name: { value: name } }, _key, parent) => {
        if (!isSidArgument(parent)) otherVariables.add(name);
        const type = types.getInputType();
        if (isNonNullType(type) && !nonNullUses.has(name))
          nonNullUses.set(name, { argument: types.getArgument()?.name ?? name, type: String(type) });
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
  return { otherVariables, nonNullUses, hasConditions, hasOnlyCompilableFields };
}

/** Whether a node is the argument of a field by which it names a campaign. */
function isSidArgument(node: unknown): boolean {
  const { kind, name } = (node ?? {}) as { kind?: Kind; name?: { readonly value: string } };
  return kind === Kind.ARGUMENT && (name?.value === 'sid' || name?.value === 'campaignSid');
}

/** The fragments of a document by name. */
export function fragmentsOf({
  definitions,
}: DocumentNode): Readonly<Record<string, FragmentDefinitionNode | undefined>> {
  const fragments = definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  return Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment]));
}
