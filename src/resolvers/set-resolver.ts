import { type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { type RequestContext } from './context.js';

/** A resolver of this gateway. */
export type Resolve<Root, Args = unknown> = GraphQLFieldResolver<Root, RequestContext, Args>;

/** Replaces the resolver of a field. @throws Error if there is no such field. */
export function setResolver<Root, Args>(
  schema: GraphQLSchema,
  typeName: string,
  fieldName: string,
  resolve: Resolve<Root, Args>,
): void {
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (!field) throw new Error(`There is no ${typeName}.${fieldName}.`);
  field.resolve = resolve;
}
