import { type Logger } from 'pino';
import { logFields, type RequestTrace, type Span, type Transport } from '../domain/request-trace.js';
import { type ObservedOperation, type OperationEnd, type OperationType } from '../domain/telemetry.js';
import { codeLabel, isClientError } from './error-codes.js';
import { type Metrics } from './metrics/metrics.js';
import { type OtlpSpans } from './otlp-spans.js';

/** Destinations of the telemetry of operations. */
export interface OperationSinks {
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly spans: OtlpSpans | undefined;
}

/** Slower operations are logged at level `info`, even successful ones. */
const slowMs = 5000;
/** Longer operation names, which clients choose, are not logged. */
const maximumNameLength = 64;

/** Metrics, log line and span of an operation in progress. */
export class RunningOperation implements ObservedOperation {
  readonly #sinks: OperationSinks;
  readonly #transport: Transport;
  readonly #trace: RequestTrace | undefined;
  readonly #span: Span | undefined;
  readonly #beganAtMs = performance.now();
  #type: OperationType = 'unknown';
  #name: string | undefined;

  constructor(sinks: OperationSinks, transport: Transport, trace: RequestTrace | undefined) {
    this.#sinks = sinks;
    this.#transport = transport;
    this.#trace = trace;
    this.#span = sinks.spans?.begin({
      name: 'graphql',
      kind: 'server',
      parent: trace?.span,
      traceparent: trace?.traceparent,
      facts: {
        'campaign_gateway.request_id': trace?.requestId,
        'campaign_gateway.transport': transport,
      },
    });
    if (trace && this.#span) trace.span = this.#span;
  }

  is(type: OperationType, name: string | undefined): void {
    this.#type = type;
    this.#name = name !== undefined && name.length <= maximumNameLength ? name : undefined;
    this.#span?.note({ 'graphql.operation.type': type, 'graphql.operation.name': this.#name });
  }

  end({ codes, hasData, calls }: OperationEnd): void {
    const ms = performance.now() - this.#beganAtMs;
    const transport = this.#transport;
    const outcome = codes.length === 0 ? 'ok' : hasData ? 'partial' : 'failed';
    const { metrics, logger } = this.#sinks;
    metrics.operations(this.#type, transport, outcome);
    metrics.operationSeconds(ms / 1000, this.#type, transport);
    for (const code of codes) metrics.errors(codeLabel(code));
    this.#span?.note({ 'campaign_gateway.upstream_calls': calls });
    this.#span?.end(codes[0]);
    // Mutations are rare and important; of other operations, an operator needs the slow ones and those with such errors.
    const isNotable = this.#type === 'mutation' || ms > slowMs || codes.some((code) => !isClientError(code));
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
