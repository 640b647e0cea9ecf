import {
  getNamedType,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isNonNullType,
  isObjectType,
  responsePathAsArray,
} from 'graphql';
import { type Caller, type Scope } from '../../domain/caller.js';
import { GatewayError } from '../../domain/errors.js';
import { selectedFields } from '../selected-fields.js';
import { scopesFor } from './rules.js';

/** @returns why a caller may not have what needs one of these scopes; undefined where they may. */
export function refusal({ scopes }: Caller, needed: readonly Scope[]): GatewayError | undefined {
  if (needed.length === 0 || needed.some((scope) => scopes.has(scope))) return undefined;
  const named = needed.map((scope) => `"${scope}"`).join(' or ');
  return new GatewayError('FORBIDDEN', `This needs the scope ${named}.`, { scopes: needed });
}

/** Where the fields are that are looked at. */
export interface Below {
  /** The type that they are of, where the field may answer several. */
  readonly typeName?: string;
  /** Of an item in a list. */
  readonly index?: number;
}

/**
 * Looks at what is asked right below a field: where one must not be null and is refused, nothing of their parent can be
 * answered, so it need not be read either.
 * @returns the error of that field, at its own path.
 */
export function refusalBelow(
  caller: Caller,
  info: GraphQLResolveInfo,
  { typeName, index }: Below = {},
): GraphQLError | undefined {
  const type = typeName === undefined ? getNamedType(info.returnType) : info.schema.getType(typeName);
  if (!isObjectType(type)) return undefined;
  const refusals = new Map<string, GatewayError>();
  for (const [name, needed] of neededBelow(info.schema, type)) {
    const refused = refusal(caller, needed);
    if (refused) refusals.set(name, refused);
  }
  if (refusals.size === 0) return undefined;
  for (const node of info.fieldNodes.flatMap(({ selectionSet }) => selectedFields(selectionSet, info))) {
    const refused = refusals.get(node.name.value);
    if (!refused) continue;
    const parent = [...responsePathAsArray(info.path), ...(index === undefined ? [] : [index])];
    const path = [...parent, (node.alias ?? node.name).value];
    return new GraphQLError(refused.message, { nodes: node, path, originalError: refused });
  }
  return undefined;
}

const neededBelowTypes = new WeakMap<GraphQLObjectType, ReadonlyMap<string, readonly Scope[]>>();

/** The fields of a type that must not be null and have a rule, with the scopes of which each needs one. */
function neededBelow(schema: GraphQLSchema, type: GraphQLObjectType): ReadonlyMap<string, readonly Scope[]> {
  const known = neededBelowTypes.get(type);
  if (known) return known;
  const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
  const needed = new Map(
    fields
      .map((field) => [field.name, scopesFor(schema, type, field)] as const)
      .filter(([, scopes]) => scopes.length > 0),
  );
  neededBelowTypes.set(type, needed);
  return needed;
}
