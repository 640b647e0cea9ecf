import { getNamedType, type GraphQLObjectType, type GraphQLOutputType, type GraphQLSchema } from 'graphql';
import { type Scope } from '../../domain/caller.js';

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
  'Query._entities': [], // by the type of each representation, in entities.ts
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
export function scopesFor(
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
