import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type FragmentDefinitionNode,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { AnswerShape } from '../../../src/operations/cost/selection.js';
import { operationCost } from '../../../src/operations/cost/upstream-calls.js';

const emitted = readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8');
/** The schema with the entities field for routers. */
const entities = 'scalar _Any extend type Query { _entities(representations: [_Any!]!): [Campaign]! }';
const schema = buildSchema(`${emitted} ${entities}`, { assumeValidSDL: true });

/** Estimated upstream calls of an operation, with windows of this many rows. */
export function estimateOf(
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  windowRows = { campaigns: 50, messages: 50 },
  batchCalls = 20,
): number {
  const { definitions } = parse(query);
  const operation = definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  if (!operation) throw new Error('there is no operation');
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (!coerced) throw new Error(`the variables are wrong: ${String(errors)}`);
  const fragments = definitions.filter(
    (node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION,
  );
  const context = {
    schema,
    fragments: Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment])),
    variableValues: coerced,
    batchCalls,
    windowRows: { campaigns: { rows: windowRows.campaigns }, messages: { rows: windowRows.messages } },
  };
  return operationCost(operation, new AnswerShape(operation, context), context);
}
