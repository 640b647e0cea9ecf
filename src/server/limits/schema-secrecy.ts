import { GraphQLError, NoSchemaIntrospectionCustomRule, type ValidationRule } from 'graphql';

/** What is validated beside the specification's rules, the same on every transport. */
export interface ValidationSettings {
  readonly rules: readonly ValidationRule[];
  readonly options: { readonly maxErrors: number; readonly hideSuggestions: boolean };
}

/** Of a document or its variables: who made so many mistakes mends the first ones first. */
export const maxErrors = 20;

/** Nothing of the schema is told to who does not know it already, unless introspection is on. */
export function validationSettings(isIntrospectionOn: boolean): ValidationSettings {
  return {
    rules: isIntrospectionOn ? [] : [NoSchemaIntrospectionCustomRule, noServiceRule],
    options: { maxErrors, hideSuggestions: !isIntrospectionOn },
  };
}

/** A router composes from schema.graphql; whoever may ask for the SDL has introspected. */
const noServiceRule: ValidationRule = (context) => ({
  Field(node) {
    const isService = node.name.value === '_service' && context.getParentType()?.name === 'Query';
    if (isService)
      context.reportError(
        new GraphQLError('The SDL is not served here; a supergraph is composed from schema.graphql.', {
          nodes: node,
        }),
      );
  },
});

/** A message without what it tells of the schema beyond what was asked: `Did you mean "name"?`. */
export function withoutSuggestion(message: string): string {
  return message.replaceAll(/ ?Did you mean .+?\?/gs, '');
}
