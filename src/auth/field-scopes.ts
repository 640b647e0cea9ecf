import {
  defaultFieldResolver,
  getNamedType,
  GraphQLError,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isNonNullType,
  isObjectType,
  responsePathAsArray,
} from 'graphql';
import { type Caller, type CallerContext, type Scope } from '../domain/caller.js';
import { GatewayError } from '../domain/errors.js';
import { selectedFields } from '../schema/selected-fields.js';
import { untilCredentialsEnd } from './credentials-end.js';

/** The rule: what somebody must be allowed to do who is answered something of a type. */
const scopeOfType: Readonly<Record<string, Scope>> = {
  Campaign: 'campaigns:read',
  CampaignConnection: 'campaigns:read',
  CampaignEdge: 'campaigns:read',
  Message: 'messages:read',
  MessageConnection: 'messages:read',
  MessageEdge: 'messages:read',
  MessageStatusEvent: 'messages:read',
};

/** The scope of every mutation, and so of all that only a mutation answers. */
const writing: Scope = 'campaigns:write';

/** Fields of which their type does not tell; each of the scopes is enough, and none is needed where there are none. */
const scopesOfField: Readonly<Record<string, readonly Scope[]>> = {
  'Query.validateCampaign': ['campaigns:read', 'campaigns:write'],
  'Query._entities': [], // by the type of each representation, in subgraph.ts
  'Query._service': [],
};

/** The scopes of which one is needed for something of a type. */
export function scopesOf(typeName: string): readonly Scope[] {
  const scope = scopeOfType[typeName];
  return scope === undefined ? [] : [scope];
}

/**
 * The scopes of which a caller needs one to be answered a field; none where whoever came to its parent may have it.
 * @throws Error for a field of a root that no rule speaks of: what nobody thought of is closed, from the start on.
 */
function scopesFor(
  schema: GraphQLSchema,
  parent: GraphQLObjectType,
  field: { readonly name: string; readonly type: GraphQLOutputType },
): readonly Scope[] {
  const coordinate = `${parent.name}.${field.name}`;
  const mutations = schema.getMutationType();
  if (parent === mutations) return [writing];
  const said = scopesOfField[coordinate];
  if (said) return said;
  const byType = scopesOf(getNamedType(field.type).name);
  if (parent === schema.getQueryType() || parent === schema.getSubscriptionType()) {
    if (byType.length === 0) throw new Error(`${coordinate} has no rule in resolvers/access/rules.ts.`);
    return byType;
  }
  // Who writes may see what was written, and who has come to a type may have what is of its kind.
  if (isPayload(parent, mutations)) return [];
  return byType[0] === scopeOfType[parent.name] ? [] : byType;
}

function isPayload(type: GraphQLObjectType, mutations: GraphQLObjectType | null | undefined): boolean {
  return Object.values(mutations?.getFields() ?? {}).some((field) => getNamedType(field.type) === type);
}

/** @returns why a caller may not have what needs one of these scopes; undefined where they may. */
export function scopeError({ scopes }: Caller, needed: readonly Scope[]): GatewayError | undefined {
  if (needed.length === 0) return undefined;
  for (const scope of needed) if (scopes.has(scope)) return undefined;
  const named = needed.map((scope) => `"${scope}"`).join(' or ');
  return new GatewayError('FORBIDDEN', `This needs the scope ${named}.`, { scopes: needed });
}

/** Where the fields are that are looked at. */
export interface SelectionPlace {
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
export function scopeErrorBelow(
  caller: Caller,
  info: GraphQLResolveInfo,
  { typeName, index }: SelectionPlace = {},
): GraphQLError | undefined {
  const type = typeName === undefined ? getNamedType(info.returnType) : info.schema.getType(typeName);
  if (!isObjectType(type)) return undefined;
  let refusals: Map<string, GatewayError> | undefined; // most callers may have everything
  for (const { name, needed } of neededBelow(info.schema, type)) {
    const refused = scopeError(caller, needed);
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

type Field = GraphQLField<unknown, CallerContext>;
type Resolve = GraphQLFieldResolver<unknown, CallerContext>;

/** A field that not everybody may have, and one of the scopes that it needs. */
export interface ScopedField {
  readonly parent: GraphQLObjectType;
  readonly field: Field;
  readonly scopes: readonly Scope[];
}

/**
 * The fields where what a caller needs is more than at their parent: no plain property is among them.
 * @throws Error for a field of a root that no rule speaks of.
 */
export function scopedFields(schema: GraphQLSchema): ScopedField[] {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  return types
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((parent) =>
      Object.values(parent.getFields()).map((field: Field) => {
        return { parent, field, scopes: scopesFor(schema, parent, field) };
      }),
    )
    .filter(({ scopes }) => scopes.length > 0);
}

/**
 * Puts the rule before every field that has one: queries, entities, mutations, subscriptions and what is nested in them
 * alike. What is refused is an error at its place, and is not resolved. A subscription ends with its caller's right.
 * @throws Error for a field of a root that no rule speaks of.
 */
export function withFieldScopes(schema: GraphQLSchema): GraphQLSchema {
  for (const { parent, field, scopes } of scopedFields(schema)) {
    if (parent !== schema.getSubscriptionType())
      field.resolve = withScopeCheck(scopes, field.resolve ?? defaultFieldResolver);
    else if (field.subscribe) field.subscribe = withScopeCheck(scopes, untilCallerLeaves(field.subscribe));
    else throw new Error(`${parent.name}.${field.name} has no source.`);
  }
  return schema;
}

function withScopeCheck(scopes: readonly Scope[], resolve: Resolve): Resolve {
  return (root, args, context, info) => {
    const refused = scopeError(context.caller, scopes) ?? scopeErrorBelow(context.caller, info);
    if (refused) throw refused;
    return resolve(root, args, context, info);
  };
}

function untilCallerLeaves(subscribe: Resolve): Resolve {
  return async (root, args, context, info) => {
    const source = (await subscribe(root, args, context, info)) as AsyncIterableIterator<unknown>;
    return untilCredentialsEnd(source, context.caller, context.now);
  };
}

/** Says in the description of every field that has a rule what it needs; the rule itself is what is read out. */
export function describeScopes(schema: GraphQLSchema): void {
  for (const { field, scopes } of scopedFields(schema)) {
    const needed = `Needs ${scopes.map((scope) => `\`${scope}\``).join(' or ')}.`;
    field.description = field.description ? `${field.description} ${needed}` : needed;
  }
}
