import {
  type DocumentNode,
  type ExecutionArgs,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { type Caller } from '../../domain/caller.js';
import { type Trail } from '../../domain/trail.js';
import { type RequestContext } from '../../resolvers/context.js';
import { type CostCheck } from '../../resolvers/cost/checked-cost.js';
import { admittedText, type Guards } from '../limits/guards.js';
import { refusalOf } from '../limits/http-refusal.js';
import { maxErrors } from '../limits/schema-secrecy.js';

/** An operation as a client sent it. */
export interface SentOperation {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

/** What an operation is held to, and what it gets to run with. */
export interface OperationChecks {
  readonly schema: GraphQLSchema;
  readonly createContext: (caller: Caller, trail: Trail) => RequestContext;
  readonly guards: Guards;
  readonly cost: CostCheck;
}

/** Checks an operation as far as that goes without executing it. @returns it, ready to run, or why it is not run. */
export function checkedOperation(
  sent: SentOperation,
  caller: Caller,
  trail: Trail,
  { schema, createContext, cost, guards }: OperationChecks,
): ExecutionArgs | readonly GraphQLError[] {
  const { operationName, variables } = sent;
  const name = typeof operationName === 'string' ? operationName : undefined;
  const variableValues = isObject(variables) ? variables : {};
  const document = readDocument(sent, caller, guards);
  if (document instanceof GraphQLError) return [document];
  const problems = guards.valid.problems(document);
  if (problems.length > 0) return problems.map((problem) => withCode(problem, 'GRAPHQL_VALIDATION_FAILED'));
  const operation = getOperationAST(document, name);
  if (!operation)
    return [withCode(new GraphQLError('There is no such operation.'), 'OPERATION_RESOLUTION_FAILURE')];
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues, {
    maxErrors,
  });
  if (errors) return errors.map((error) => withCode(error, 'BAD_USER_INPUT'));
  const tooMuch = cost.problem({ schema, document, operation, variables: variableValues });
  if (tooMuch) return [tooMuch];
  const contextValue = createContext(caller, trail);
  return { schema, document, operationName: name, variableValues, contextValue };
}

/** The document of an operation, or why it is not run. */
function readDocument(sent: SentOperation, caller: Caller, guards: Guards): DocumentNode | GraphQLError {
  try {
    const text = admittedText(sent, caller, guards);
    if (text) return guards.documents.parse(text);
    return withCode(new GraphQLError('An operation must have a non-empty `query`.'), 'BAD_REQUEST');
  } catch (error) {
    return refusalOf(error);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes, source, positions } = error;
  return new GraphQLError(message, { nodes, source, positions, extensions: { code } });
}
