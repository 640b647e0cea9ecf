import { GraphQLError, OperationTypeNode } from 'graphql';
import { attempt, type ErrorCode, GatewayError } from '../domain/errors.js';
import { type AnswerBytes, type CostCheck } from './cost/operation-cost.js';
import { clientError, graphqlError } from './error-format.js';
import { type OperationRequest } from './operation-request.js';
import {
  type PreparedDocument,
  type PreparedDocuments,
  type PreparedOperation,
} from './documents/prepared-document.js';
import { textWithoutManifest, type TrustedDocuments } from './documents/trusted-documents.js';

/** Checks of admission. */
export interface AdmissionOptions {
  readonly documents: PreparedDocuments;
  /** Undefined: any document may be run. */
  readonly trusted: TrustedDocuments | undefined;
  readonly cost: CostCheck;
}

/** Errors of an operation that may not run, and its HTTP status and headers. */
export class Refusal {
  constructor(
    readonly errors: readonly GraphQLError[],
    readonly http: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {}
}

/** An operation that may run. */
interface Allowed {
  readonly operation: PreparedOperation;
  /** Sizes of its response, or of an event's. */
  readonly answer: AnswerBytes;
}

/**
 * Decides, without an upstream call, whether an operation may run: trusted documents, limits, validation, transport,
 * variables, cost and size. A check that can't decide refuses.
 * @throws internal errors only.
 */
export function admission(
  request: OperationRequest,
  { documents, trusted, cost }: AdmissionOptions,
): Allowed | Refusal {
  const { parameters, caller } = request;
  const { variables } = parameters;
  let prepared: PreparedDocument;
  try {
    const text = trusted
      ? trusted.textOf(parameters, caller, (query) => documents.prepare(query).document)
      : textWithoutManifest(parameters);
    if (text === undefined) return refusal('An operation must have a non-empty `query`.');
    prepared = documents.prepare(text);
  } catch (error) {
    return refusedBy(error, 'GRAPHQL_PARSE_FAILED');
  }
  if (prepared.problems.length > 0) return refusedFor(prepared.problems, 'GRAPHQL_VALIDATION_FAILED');
  let operation: PreparedOperation;
  try {
    operation = prepared.operation(parameters.operationName);
  } catch (error) {
    return refusedBy(error, 'OPERATION_RESOLUTION_FAILURE');
  }
  const misplaced = transportRefusal(request, operation.definition.operation);
  if (misplaced) return misplaced;
  const tooLong = attempt(() => {
    operation.lists.check(variables);
  });
  if (tooLong) return new Refusal([graphqlError(tooLong)]);
  const mistakes = operation.variables.problems(variables);
  if (mistakes.length > 0) return refusedFor(mistakes, 'BAD_USER_INPUT');
  const checked = cost.check(operation, variables);
  return checked instanceof GraphQLError ? new Refusal([checked]) : { operation, answer: checked };
}

/** Refuses an operation that its transport can't carry. */
function transportRefusal(
  { isReadOnly, eventTransport }: OperationRequest,
  type: OperationTypeNode,
): Refusal | undefined {
  if (type === OperationTypeNode.MUTATION && isReadOnly)
    return refusal('A mutation must be sent by POST.', {
      status: 405,
      headers: { allow: 'POST' },
    });
  if (type === OperationTypeNode.SUBSCRIPTION && eventTransport === undefined)
    return refusal(
      'A subscription needs a stream: accept text/event-stream or multipart/mixed;subscriptionSpec=1.0, or open a WebSocket.',
    );
  return undefined;
}

function refusal(message: string, http?: Refusal['http']): Refusal {
  return new Refusal([graphqlError(new GatewayError('BAD_REQUEST', message))], http);
}

function refusedFor(errors: readonly GraphQLError[], code: ErrorCode): Refusal {
  return new Refusal(errors.map((error) => clientError(error, code)));
}

function refusedBy(error: unknown, code: ErrorCode): Refusal {
  if (error instanceof GatewayError) return new Refusal([graphqlError(error)]);
  if (error instanceof GraphQLError) return refusedFor([error], code);
  throw error;
}
