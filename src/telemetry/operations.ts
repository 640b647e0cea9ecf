import { type OperationDefinitionNode, type OperationTypeNode } from 'graphql';
import { type Logger } from 'pino';
import { type ErrorCode } from '../domain/errors.js';
import { type Span, type RequestTrace, type Transport } from '../domain/request-trace.js';
import {
  type ObservedOperation,
  type OperationEnd,
  type OperationObserver,
} from '../operations/operation-result.js';
import { type Spans } from './spans.js';
import { logFields } from '../domain/request-trace.js';

/** Whether the client or the operator can act on an error, by code. */
const responsibleFor: Readonly<Record<ErrorCode, 'client' | 'operator'>> = {
  UNAUTHENTICATED: 'client',
  FORBIDDEN: 'client',
  TOO_MANY_REQUESTS: 'client',
  DOCUMENT_NOT_TRUSTED: 'client',
  BAD_USER_INPUT: 'client',
  QUERY_TOO_EXPENSIVE: 'client',
  GRAPHQL_PARSE_FAILED: 'client',
  GRAPHQL_VALIDATION_FAILED: 'client',
  BAD_REQUEST: 'client',
  OPERATION_RESOLUTION_FAILURE: 'client',
  PERSISTED_QUERY_NOT_FOUND: 'client',
  PERSISTED_QUERY_NOT_SUPPORTED: 'client',
  OPERATION_TIMEOUT: 'operator',
  UPSTREAM_UNAUTHORIZED: 'operator',
  UPSTREAM_FORBIDDEN: 'operator',
  UPSTREAM_RATE_LIMITED: 'operator',
  UPSTREAM_UNAVAILABLE: 'operator',
  UPSTREAM_TIMEOUT: 'operator',
  UPSTREAM_INVALID_RESPONSE: 'operator',
  OUTCOME_UNKNOWN: 'operator',
  INTERNAL_SERVER_ERROR: 'operator',
  AUTHENTICATION_UNAVAILABLE: 'operator',
  SHUTTING_DOWN: 'client',
  NOT_FOUND: 'client',
  TOO_MANY_SUBSCRIPTIONS: 'client',
  TOO_MANY_CONNECTIONS: 'client',
  QUERY_TOO_LARGE: 'client',
  OVERLOADED: 'operator',
};

/** True for errors that only the client can correct. */
function isClientError(code: string): boolean {
  return codeLabel(code) !== 'other' && responsibleFor[code as ErrorCode] === 'client';
}

/** All values of the `code` label. */
export const codeLabels: readonly string[] = [...Object.keys(responsibleFor), 'other'];

/** Value of the `code` label: one of a closed set. */
export function codeLabel(code: string): string {
  return Object.hasOwn(responsibleFor, code) ? code : 'other';
}

/** Type of an operation; `unknown` if the document was refused or has no such operation. */
export type OperationType = `${OperationTypeNode}` | 'unknown';

/** A completed operation, for the metrics. */
export interface EndedOperation {
  readonly type: OperationType;
  readonly transport: Transport;
  readonly outcome: 'ok' | 'partial' | 'failed';
  readonly codes: readonly string[];
  readonly seconds: number;
}

/** Destinations of the telemetry of operations. */
export interface OperationsOptions {
  readonly metrics: { ended(operation: EndedOperation): void; refused(code: string): void };
  readonly logger: Logger;
  readonly spans: Spans | undefined;
}

/** Slower operations are logged at level `info`, even successful ones. */
const slowMs = 5000;
/** Longer operation names, which clients choose, are not logged. */
const maximumNameLength = 64;

/** Metrics, log lines and spans of operations. */
export class Operations implements OperationObserver {
  readonly #options: OperationsOptions;

  constructor(options: OperationsOptions) {
    this.#options = options;
  }

  /** A client was sent an error outside of an operation, or before its operation ended. */
  refused(code: string): void {
    this.#options.metrics.refused(code);
  }

  failed(trace: RequestTrace | undefined, error: unknown, path?: readonly (string | number)[]): void {
    this.#options.logger.error(
      { ...logFields(trace), err: error, path },
      'operation failed with an internal error',
    );
  }

  begin(transport: Transport, trace: RequestTrace | undefined): RunningOperation {
    const span = this.#options.spans?.begin({
      name: 'graphql',
      kind: 'server',
      parent: trace?.span,
      traceparent: trace?.traceparent,
      facts: {
        'campaign_gateway.request_id': trace?.requestId,
        'campaign_gateway.transport': transport,
      },
    });
    if (trace && span) trace.span = span;
    return new RunningOperation(this.#options, transport, trace, span);
  }
}

/** Telemetry of an operation in progress. */
export class RunningOperation implements ObservedOperation {
  readonly #options: OperationsOptions;
  readonly #transport: Transport;
  readonly #trace: RequestTrace | undefined;
  readonly #span: Span | undefined;
  readonly #beganAtMs = performance.now();
  #type: OperationType = 'unknown';
  #name: string | undefined;

  constructor(
    options: OperationsOptions,
    transport: Transport,
    trace: RequestTrace | undefined,
    span: Span | undefined,
  ) {
    this.#options = options;
    this.#transport = transport;
    this.#trace = trace;
    this.#span = span;
  }

  /** The document is parsed: type and name are known. */
  is({ operation, name }: Pick<OperationDefinitionNode, 'operation' | 'name'>): void {
    this.#type = operation;
    this.#name = name && name.value.length <= maximumNameLength ? name.value : undefined;
    this.#span?.note({ 'graphql.operation.type': operation, 'graphql.operation.name': this.#name });
  }

  /** The operation has its result. */
  end({ codes, hasData, calls }: OperationEnd): void {
    const ms = performance.now() - this.#beganAtMs;
    const transport = this.#transport;
    const outcome = codes.length === 0 ? 'ok' : hasData ? 'partial' : 'failed';
    this.#options.metrics.ended({ type: this.#type, transport, outcome, codes, seconds: ms / 1000 });
    this.#span?.note({ 'campaign_gateway.upstream_calls': calls });
    this.#span?.end(codes[0]);
    // Mutations are rare and important; of other operations, an operator needs the slow ones and those with such errors.
    const isNotable = this.#type === 'mutation' || ms > slowMs || codes.some((code) => !isClientError(code));
    const { logger } = this.#options;
    const level = isNotable ? 'info' : 'debug';
    if (!logger.isLevelEnabled(level)) return;
    const operation = { type: this.#type, name: this.#name, transport, outcome };
    const durationMs = Math.round(ms);
    logger[level](
      { ...logFields(this.#trace), operation, codes: [...new Set(codes)].slice(0, 10), durationMs, calls },
      'operation completed',
    );
  }
}
