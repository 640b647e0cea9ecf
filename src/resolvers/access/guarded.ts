import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import { type Scope } from '../../domain/caller.js';
import { type RequestContext } from '../context.js';
import { untilCallerEnds } from './caller-end.js';
import { refusal, refusalBelow } from './refusal.js';
import { scopesFor } from './rules.js';

type Field = GraphQLField<unknown, RequestContext>;
type Resolve = GraphQLFieldResolver<unknown, RequestContext>;

/** A field that not everybody may have, and one of the scopes that it needs. */
export interface GuardedField {
  readonly parent: GraphQLObjectType;
  readonly field: Field;
  readonly scopes: readonly Scope[];
}

/**
 * The fields where what a caller needs is more than at their parent: no plain property is among them.
 * @throws Error for a field of a root that no rule speaks of.
 */
export function guardedFields(schema: GraphQLSchema): GuardedField[] {
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
export function guarded(schema: GraphQLSchema): GraphQLSchema {
  for (const { parent, field, scopes } of guardedFields(schema)) {
    if (parent !== schema.getSubscriptionType())
      field.resolve = behind(scopes, field.resolve ?? defaultFieldResolver);
    else if (field.subscribe) field.subscribe = behind(scopes, endingWithCaller(field.subscribe));
    else throw new Error(`${parent.name}.${field.name} has no source.`);
  }
  return schema;
}

function behind(scopes: readonly Scope[], resolve: Resolve): Resolve {
  return (root, args, context, info) => {
    const refused = refusal(context.caller, scopes) ?? refusalBelow(context.caller, info);
    if (refused) throw refused;
    return resolve(root, args, context, info);
  };
}

function endingWithCaller(subscribe: Resolve): Resolve {
  return async (root, args, context, info) => {
    const source = (await subscribe(root, args, context, info)) as AsyncIterableIterator<unknown>;
    return untilCallerEnds(source, context.caller, context.now);
  };
}
