import {
  defaultFieldResolver,
  getNamedType,
  GraphQLError,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isNonNullType,
  isObjectType,
  responsePathAsArray,
} from 'graphql';
import { type Caller, type CallerContext, type Scope } from '../domain/requests/caller.js';
import { GatewayError } from '../domain/errors.js';
import { selectedFields } from '../schema/selected-fields.js';

/** The scope that a type needs, wherever it stands in a response. */
const scopeOfType: Readonly<Record<string, Scope>> = {
  Campaign: 'campaigns:read',
  CampaignConnection: 'campaigns:read',
  CampaignEdge: 'campaigns:read',
  Message: 'messages:read',
  MessageConnection: 'messages:read',
  MessageEdge: 'messages:read',
  MessageStatusEvent: 'messages:read',
};

/** The scope of every mutation, and of everything that only mutations return. */
const writeScope: Scope = 'campaigns:write';

/** Fields whose type does not decide. Any one of the scopes is enough; an empty list means that none is needed. */
const scopesOfField: Readonly<Record<string, readonly Scope[]>> = {
  'Query.validateCampaign': ['campaigns:read', 'campaigns:write'],
  'Query.campaignGateway': [],
  'Query._entities': [], // by the type of each representation, in subgraph.ts
  'Query._service': [],
};

/** The scopes of a type; any one of them is enough. */
export function scopesOf(typeName: string): readonly Scope[] {
  const scope = scopeOfType[typeName];
  return scope === undefined ? [] : [scope];
}

/**
 * The scopes of a field, of which any one is enough; none where the field needs no more than its parent.
 * @throws Error for a root field without a rule, so that a forgotten field stops the start.
 */
function scopesFor(
  schema: GraphQLSchema,
  parent: GraphQLObjectType,
  field: { readonly name: string; readonly type: GraphQLOutputType },
): readonly Scope[] {
  const coordinate = `${parent.name}.${field.name}`;
  const mutations = schema.getMutationType();
  if (parent === mutations) return [writeScope];
  const ownScopes = scopesOfField[coordinate];
  if (ownScopes) return ownScopes;
  const byType = scopesOf(getNamedType(field.type).name);
  if (parent === schema.getQueryType() || parent === schema.getSubscriptionType()) {
    if (byType.length === 0) throw new Error(`${coordinate} has no rule in auth/field-scopes.ts.`);
    return byType;
  }
  // A caller may read what it wrote, and a parent's scope covers fields of the same scope.
  if (isPayload(parent, mutations)) return [];
  return byType[0] === scopeOfType[parent.name] ? [] : byType;
}

function isPayload(type: GraphQLObjectType, mutations: GraphQLObjectType | null | undefined): boolean {
  return Object.values(mutations?.getFields() ?? {}).some((field) => getNamedType(field.type) === type);
}

/**
 * Checks a caller's scopes.
 * @param needed any one of them is enough.
 * @returns the error FORBIDDEN; undefined where the caller has one of them, or none is needed.
 */
export function scopeError(caller: Caller, needed: readonly Scope[]): GatewayError | undefined {
  if (hasScope(caller, needed)) return undefined;
  const named = needed.map((scope) => `"${scope}"`).join(' or ');
  return new GatewayError('FORBIDDEN', `This needs the scope ${named}.`, { scopes: needed });
}

function hasScope({ scopes }: Caller, needed: readonly Scope[]): boolean {
  return needed.length === 0 || needed.some((scope) => scopes.has(scope));
}

/** A non-null field that needs a scope, any one of these. */
interface RequiredField {
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** The non-null fields of a type that need a scope of their own. */
export function requiredFields(schema: GraphQLSchema, type: GraphQLNamedType): RequiredField[] {
  if (!isObjectType(type)) return [];
  return Object.values(type.getFields())
    .filter((field) => isNonNullType(field.type))
    .map((field) => ({ name: field.name, scopes: scopesFor(schema, type, field) }))
    .filter(({ scopes }) => scopes.length > 0);
}

/**
 * Checks the non-null fields selected right below a field. Where one of them is forbidden, their parent can't be returned
 * at all, so it need not be read.
 * @param required the non-null fields of the parent's type that need a scope.
 * @param index of the parent, where the field is a list.
 * @returns the error of that field, at its own path.
 */
export function scopeErrorBelow(
  caller: Caller,
  info: GraphQLResolveInfo,
  required: readonly RequiredField[],
  index?: number,
): GraphQLError | undefined {
  if (required.every(({ scopes }) => hasScope(caller, scopes))) return undefined;
  for (const node of selectedFields(info.fieldNodes, info)) {
    const field = required.find(({ name }) => name === node.name.value);
    const refused = field && scopeError(caller, field.scopes);
    if (!refused) continue;
    const parent = [...responsePathAsArray(info.path), ...(index === undefined ? [] : [index])];
    const path = [...parent, (node.alias ?? node.name).value];
    return new GraphQLError(refused.message, { nodes: node, path, originalError: refused });
  }
  return undefined;
}

type Field = GraphQLField<unknown, CallerContext>;
type Resolve = GraphQLFieldResolver<unknown, CallerContext>;

/** A field that needs a scope, and its scopes, of which any one is enough. */
interface ScopedField {
  readonly parent: GraphQLObjectType;
  readonly field: Field;
  readonly scopes: readonly Scope[];
}

/**
 * The fields of a schema that need a scope which their parent does not. Plain properties never do.
 * @throws Error for a root field without a rule.
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
 * Adds the scope check to every field that needs one: queries, entities, mutations, subscriptions and nested fields. A
 * forbidden field is an error at its path and is not resolved. A subscription ends with its caller's credentials.
 * @throws Error for a root field without a rule.
 */
export function withFieldScopes(schema: GraphQLSchema): GraphQLSchema {
  for (const { parent, field, scopes } of scopedFields(schema)) {
    const required = requiredFields(schema, getNamedType(field.type));
    if (parent !== schema.getSubscriptionType())
      field.resolve = withScopeCheck(scopes, required, field.resolve ?? defaultFieldResolver);
    else if (field.subscribe) field.subscribe = withScopeCheck(scopes, required, field.subscribe);
    else throw new Error(`${parent.name}.${field.name} has no subscribe function.`);
  }
  return schema;
}

function withScopeCheck(
  scopes: readonly Scope[],
  required: readonly RequiredField[],
  resolve: Resolve,
): Resolve {
  return (root, args, context, info) => {
    const refused = scopeError(context.caller, scopes) ?? scopeErrorBelow(context.caller, info, required);
    if (refused) throw refused;
    return resolve(root, args, context, info);
  };
}

/** Appends the needed scopes to the descriptions of fields, from the same rule that is enforced. */
export function describeScopes(schema: GraphQLSchema): void {
  for (const { field, scopes } of scopedFields(schema)) {
    const needed = `Needs ${scopes.map((scope) => `\`${scope}\``).join(' or ')}.`;
    field.description = field.description ? `${field.description} ${needed}` : needed;
  }
}

/**
 * The rule as directives for routers, by schema coordinate. A type has its scope wherever it stands, so that a router also
 * refuses it where another subgraph leads to it. So a router refuses the campaign in a payload to callers that may only write.
 */
export function authDirectives(schema: GraphQLSchema): Readonly<Record<string, string>> {
  const requires = (scopes: readonly Scope[]): string =>
    scopes.length === 0
      ? '@authenticated'
      : `@requiresScopes(scopes: ${JSON.stringify(scopes.map((scope) => [scope]))})`;
  const ofFields = scopedFields(schema).map(
    ({ parent, field, scopes }) => [`${parent.name}.${field.name}`, scopes] as const,
  );
  const open = Object.entries(scopesOfField).filter(
    ([coordinate, scopes]) => scopes.length === 0 && !coordinate.includes('._'),
  );
  const ofTypes = Object.keys(scopeOfType).map((name) => [name, scopesOf(name)] as const);
  return Object.fromEntries(
    [...ofTypes, ...ofFields, ...open].map(([coordinate, scopes]) => [coordinate, requires(scopes)]),
  );
}
