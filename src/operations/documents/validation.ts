import {
  type DocumentNode,
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  specifiedRules,
  validate,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql';
import { fragmentsOf, isCondition } from './document-facts.js';

/** The most errors reported for a document or its variables. */
export const maxErrors = 20;

/**
 * Validates a document. An empty result means that it is valid.
 * @param isIntrospectionOn without introspection, the errors reveal nothing of the schema that the document does not name.
 */
export function validationProblems(
  schema: GraphQLSchema,
  document: DocumentNode,
  isIntrospectionOn: boolean,
): readonly GraphQLError[] {
  const conditional = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? rootConditions(definition, document) : [],
  );
  if (conditional.length > 0) return conditional.slice(0, maxErrors);
  const rules = isIntrospectionOn
    ? specifiedRules
    : [...specifiedRules, NoSchemaIntrospectionCustomRule, noServiceRule];
  const options = { maxErrors, hideSuggestions: !isIntrospectionOn };
  // The one after the last says in graphql-js's words that there are more.
  return validate(schema, document, rules, options).slice(0, maxErrors);
}

/**
 * Errors for `@skip` and `@include` at the root of a subscription, also inside fragments. The specification of September
 * 2025 forbids them (5.2.4.1). graphql-js 16 throws while it validates such a document, so this runs before `validate`.
 */
function rootConditions(
  { operation, selectionSet }: OperationDefinitionNode,
  document: DocumentNode,
): GraphQLError[] {
  if (operation !== OperationTypeNode.SUBSCRIPTION) return [];
  const fragments = fragmentsOf(document);
  const errors: GraphQLError[] = [];
  const expanded = new Set<string>();
  const pending: SelectionSetNode[] = [selectionSet];
  for (let next = pending.pop(); next; next = pending.pop())
    for (const selection of next.selections) {
      const condition = conditionOf(selection);
      if (condition)
        errors.push(
          new GraphQLError(
            `The directive "@${condition.name.value}" is not allowed at the root of a subscription.`,
            { nodes: condition },
          ),
        );
      if (selection.kind === Kind.INLINE_FRAGMENT) pending.push(selection.selectionSet);
      if (selection.kind === Kind.FRAGMENT_SPREAD && !expanded.has(selection.name.value)) {
        expanded.add(selection.name.value);
        const fragment = fragments[selection.name.value];
        if (fragment) pending.push(fragment.selectionSet);
      }
    }
  return errors;
}

function conditionOf({ directives }: SelectionNode) {
  return directives?.find(({ name }) => isCondition(name.value));
}

/** The SDL reveals as much as introspection. Routers compose from schema.graphql. */
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

const suggestion = 'Did you mean ';

/**
 * A message without graphql-js's suggestions (`Did you mean "name"?`), which reveal names of the schema. The work is linear
 * in the message, which may quote a client's text.
 */
export function withoutSuggestions(message: string): string {
  let rest = '';
  let from = 0;
  for (;;) {
    const start = message.indexOf(suggestion, from);
    if (start < 0) return rest + message.slice(from);
    rest += message.slice(from, message[start - 1] === ' ' && start > from ? start - 1 : start);
    const end = message.indexOf('?', start);
    if (end < 0) return rest;
    from = end + 1;
  }
}
