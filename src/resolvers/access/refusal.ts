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
  if (needed.length === 0) return undefined;
  for (const scope of needed) if (scopes.has(scope)) return undefined;
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
  let refusals: Map<string, GatewayError> | undefined; // most callers may have everything
  for (const { name, needed } of neededBelow(info.schema, type)) {
    const refused = refusal(caller, needed);
    if (refused) refusals = (refusals ?? new Map<string, GatewayError>()).set(name, refused);
  }
  if (!refusals) return undefined;
  for (const node of info.fieldNodes.flatMap(({ selectionSet }) => selectedFields(selectionSet, info))) {
    const refused = refusals.get(node.name.value);
    if (!refused) continue;
    const parent = [...responsePathAsArray(info.path), ...(index === undefined ? [] : [index])];
    const path = [...parent, (node.alias ?? node.name).value];
    return new GraphQLError(refused.message, { nodes: node, path, originalError: refused });
  }
  return undefined;
}

/** A field, and the scopes of which it needs one. */
interface NeededField {
  readonly name: string;
  readonly needed: readonly Scope[];
}

const neededBelowTypes = new WeakMap<GraphQLObjectType, readonly NeededField[]>();

/** The fields of a type that must not be null and have a rule. */
function neededBelow(schema: GraphQLSchema, type: GraphQLObjectType): readonly NeededField[] {
  const known = neededBelowTypes.get(type);
  if (known) return known;
  const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
  const needed = fields
    .map((field): NeededField => ({ name: field.name, needed: scopesFor(schema, type, field) }))
    .filter(({ needed: scopes }) => scopes.length > 0);
  neededBelowTypes.set(type, needed);
  return needed;
}
