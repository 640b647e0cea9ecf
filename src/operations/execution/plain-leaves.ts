import { GraphQLBoolean, GraphQLID, GraphQLInt, GraphQLString } from 'graphql';

/**
 * What graphql-js makes of values that are what they should be already: themselves. A list has hundreds of such. What is
 * anything else is graphql-js's to turn into what it should be, or to refuse.
 */
export const plainLeaves = {
  String: (value: unknown) => (typeof value === 'string' ? value : GraphQLString.serialize(value)),
  ID: (value: unknown) => (typeof value === 'string' ? value : GraphQLID.serialize(value)),
  Int: (value: unknown) => (isInt(value) ? value : GraphQLInt.serialize(value)),
  Boolean: (value: unknown) => (typeof value === 'boolean' ? value : GraphQLBoolean.serialize(value)),
};

function isInt(value: unknown): boolean {
  return typeof value === 'number' && (value | 0) === value;
}
