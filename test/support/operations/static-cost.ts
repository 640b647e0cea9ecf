import {
  type ConstDirectiveNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  getVariableValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type FieldNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';

type Variables = Readonly<Record<string, unknown>>;
interface Size {
  readonly rows: number;
  readonly fields: readonly string[];
}

/**
 * Cost of an operation as a router estimates it from `@cost` and `@listSize`: IBM's specification as Apollo Router applies it
 * (https://www.apollographql.com/docs/graphos/routing/security/demand-control).
 */
export class StaticCost {
  readonly #schema: GraphQLSchema;
  readonly #listSize: number;
  #fragments = new Map<string, FragmentDefinitionNode>();
  #variables: Variables = {};

  /** @param listSize of lists without `@listSize`: `static_estimated.list_size`. */
  constructor(schema: GraphQLSchema, listSize: number) {
    this.#schema = schema;
    this.#listSize = listSize;
  }

  of(query: string, variables: Variables = {}): number {
    const { definitions } = parse(query);
    const operation = definitions.find(
      (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
    );
    const root = operation && this.#schema.getRootType(operation.operation);
    if (!root) throw new Error('there is no operation');
    const { coerced } = getVariableValues(this.#schema, operation.variableDefinitions ?? [], variables);
    this.#variables = coerced ?? variables;
    const fragments = definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
    this.#fragments = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
    const below = this.#selection(operation.selectionSet, root);
    return below + (root === this.#schema.getMutationType() ? 10 : 0);
  }

  #selection({ selections }: SelectionSetNode, parent: GraphQLObjectType, size?: Size): number {
    return selections.reduce((sum, node) => {
      if (getDirectiveValues(GraphQLSkipDirective, node, this.#variables)?.['if'] === true) return sum;
      if (getDirectiveValues(GraphQLIncludeDirective, node, this.#variables)?.['if'] === false) return sum;
      if (node.kind === Kind.FIELD) return sum + this.#field(node, parent, size);
      const spread = node.kind === Kind.FRAGMENT_SPREAD ? this.#fragments.get(node.name.value) : node;
      return spread ? sum + this.#selection(spread.selectionSet, parent, size) : sum;
    }, 0);
  }

  #field(node: FieldNode, parent: GraphQLObjectType, parentSize?: Size): number {
    const field = parent.getFields()[node.name.value];
    if (!field) return 0; // __typename
    const type = getNamedType(field.type);
    const size = this.#sizeOf(field, node);
    const own = weightOf(field) ?? weightOf(type) ?? (isCompositeType(type) ? 1 : 0);
    const below =
      node.selectionSet && isObjectType(type) ? this.#selection(node.selectionSet, type, size) : 0;
    const sized = parentSize?.fields.includes(field.name) ? parentSize.rows : undefined;
    const times = isListType(getNullableType(field.type)) ? (sized ?? size?.rows ?? this.#listSize) : 1;
    return times * (own + below) + this.#arguments(field, node);
  }

  #arguments(field: GraphQLField<unknown, unknown>, node: FieldNode): number {
    return field.args.reduce((sum, argument) => {
      const value = this.#valueOf(argument, node);
      if (value == null) return sum;
      const weight = weightOf(argument) ?? 0;
      return sum + weight * (Array.isArray(value) ? 1 + value.length : 1);
    }, 0);
  }

  #sizeOf(field: GraphQLField<unknown, unknown>, node: FieldNode): Size | undefined {
    const given = directiveOn(field, 'listSize');
    if (!given) return undefined;
    const slicing = (given['slicingArguments'] ?? []) as readonly string[];
    const sizes = field.args
      .filter(({ name }) => slicing.includes(name))
      .map((argument) => this.#valueOf(argument, node))
      .filter((value) => typeof value === 'number');
    const assumed = (given['assumedSize'] as number | undefined) ?? this.#listSize;
    const rows = sizes.length > 0 ? Math.max(...sizes) : assumed;
    return { rows, fields: (given['sizedFields'] ?? []) as readonly string[] };
  }

  #valueOf({ name }: GraphQLArgument, node: FieldNode): unknown {
    const given = node.arguments?.find((argument) => argument.name.value === name);
    return given && valueFromASTUntyped(given.value, this.#variables);
  }
}

interface Annotated {
  readonly astNode?: { readonly directives?: readonly ConstDirectiveNode[] | undefined } | null | undefined;
}

function weightOf(element: Annotated): number | undefined {
  return directiveOn(element, 'cost')?.['weight'] as number | undefined;
}

function directiveOn({ astNode }: Annotated, name: string): Variables | undefined {
  const directive = astNode?.directives?.find((each) => each.name.value === name);
  const values = directive?.arguments?.map((each) => [each.name.value, valueFromASTUntyped(each.value)]);
  return values && (Object.fromEntries(values) as Variables);
}
