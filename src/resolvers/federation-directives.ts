import { type ConstDirectiveNode, type DocumentNode, Kind, parse, visit } from 'graphql';

/**
 * Definitions of the federation directives that the schema uses. Version 2.9 is supported by every router of the last two
 * years. With the definitions, tools without federation support can read the file
 * (docs/decisions/subgraph.md).
 * @param hasAuthDirectives whether the schema uses `@authenticated` and `@requiresScopes`.
 */
export function federationDirectives(hasAuthDirectives: boolean): string {
  const imported = ['@cost', '@key', '@listSize', '@shareable', '@tag', 'FieldSet'];
  if (hasAuthDirectives) imported.push('@authenticated', '@requiresScopes');
  const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${JSON.stringify(imported)})`;
  return [link, definitions, ...(hasAuthDirectives ? [authDefinitions] : [])].join('\n');
}

const definitions = `
"""A specification that the schema follows, and the definitions imported from it."""
directive @link(
  """URL of the specification, with its version."""
  url: String!
  """Definitions that are used without a namespace."""
  import: [String]
) repeatable on SCHEMA

"""Key by which other subgraphs refer to an object of this type."""
directive @key(
  """Fields of the key."""
  fields: FieldSet!
  """Whether this subgraph can resolve an object by this key."""
  resolvable: Boolean = true
) repeatable on OBJECT | INTERFACE

"""A selection of fields."""
scalar FieldSet

"""Other subgraphs may resolve this too, with the same meaning."""
directive @shareable repeatable on OBJECT | FIELD_DEFINITION

"""Label by which a supergraph can hide an element from a contract: "personal" marks phone numbers, names and texts of people, and addresses of files that contain them."""
directive @tag(
  """Name of the label."""
  name: String!
) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA

"""Cost by which a router estimates operations before it runs them: 50 is one call to Exotel's API."""
directive @cost(
  """The cost. Without this directive it is 1 for an object and 0 for other values."""
  weight: Int!
) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR

"""Size of a list by which a router estimates operations."""
directive @listSize(
  """Size of the list if no slicing argument is given."""
  assumedSize: Int
  """Arguments that set the size; the largest counts."""
  slicingArguments: [String!]
  """Fields that have this size if the field itself is not a list."""
  sizedFields: [String!]
  """Whether exactly one slicing argument must be given."""
  requireOneSlicingArgument: Boolean = true
) on FIELD_DEFINITION`;

const authDefinitions = `
"""Only for authenticated callers."""
directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM

"""Only for callers that have all scopes of one of the lists."""
directive @requiresScopes(
  """Lists of scopes."""
  scopes: [[federation__Scope!]!]!
) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM

"""A scope of a caller."""
scalar federation__Scope`;

/** Texts of directives by schema coordinate: of an object type, a field or an argument, e.g. `Query.campaigns(first:)`. */
export type Directives = Readonly<Record<string, string>>;

/**
 * Adds directives to object types, their fields and arguments.
 * @throws Error for a coordinate that does not exist.
 */
export function withDirectives(document: DocumentNode, directives: Directives): DocumentNode {
  const missing = new Set(Object.keys(directives));
  const added = <N extends { readonly directives?: readonly ConstDirectiveNode[] }>(
    node: N,
    coordinate: string,
  ): N => {
    missing.delete(coordinate);
    const text = directives[coordinate];
    return text ? { ...node, directives: [...(node.directives ?? []), ...directivesIn(text)] } : node;
  };
  const annotated = visit(document, {
    [Kind.OBJECT_TYPE_DEFINITION]: (type) => ({
      ...added(type, type.name.value),
      fields: type.fields?.map((field) => {
        const coordinate = `${type.name.value}.${field.name.value}`;
        const given = field.arguments?.map((argument) =>
          added(argument, `${coordinate}(${argument.name.value}:)`),
        );
        return { ...added(field, coordinate), arguments: given };
      }),
    }),
  });
  if (missing.size > 0) throw new Error(`The schema has no ${[...missing].join(', ')}.`);
  return annotated;
}

/** Parses directives, which GraphQL allows on definitions only. */
function directivesIn(text: string): readonly ConstDirectiveNode[] {
  const [definition] = parse(`scalar Annotated ${text}`, { noLocation: true }).definitions;
  return definition?.kind === Kind.SCALAR_TYPE_DEFINITION ? (definition.directives ?? []) : [];
}
