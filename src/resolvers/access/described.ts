import { type GraphQLSchema } from 'graphql';
import { guardedFields } from './guarded.js';

/** Says in the description of every field that has a rule what it needs; the rule itself is what is read out. */
export function describeScopes(schema: GraphQLSchema): void {
  for (const { field, scopes } of guardedFields(schema)) {
    const needed = `Needs ${scopes.map((scope) => `\`${scope}\``).join(' or ')}.`;
    field.description = field.description ? `${field.description} ${needed}` : needed;
  }
}
