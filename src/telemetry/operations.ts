import { type Logger } from 'pino';
import { shown } from '../domain/requests/client-software.js';
import { type RequestTrace, type Span, type Transport } from '../domain/requests/request-trace.js';
import { type ObservedOperation, type OperationEnd, type OperationType } from '../domain/telemetry.js';
import { codeLabel, isClientError } from './error-codes.js';
import { type Metrics } from './metrics/metrics.js';
import { type OtlpSpans } from './otlp-spans.js';

/** Destinations of the telemetry of operations. */
interface OperationSinks {
  readonly metrics: Metrics;
  /** Without redaction: one line for each operation has to be cheap. */
  readonly operationLog: Logger;
  readonly spans: OtlpSpans | undefined;
}

/** A `Name` of GraphQL. The name of a refused operation is any text that its client wrote. */
const graphqlName = /^[_A-Za-z]\w*$/;
/** Maximum number of codes in one line. */
const maximumCodes = 10;

type Outcome = 'ok' | 'partial' | 'failed' | 'left';

/** Metrics, log line and span of an operation in progress; of a subscription, a second line at its end. */
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
      name: 'GraphQL Operation', // until the type is known (semantic conventions, GraphQL server spans)
      kind: 'server',
      parent: trace?.span,
      remote: trace,
      facts: {
        'campaign_gateway.request_id': trace?.requestId,
        'campaign_gateway.transport': transport,
      },
    });
    if (trace && this.#span) trace.span = this.#span;
  }

  is(type: OperationType, name: string | undefined): void {
    this.#type = type;
    this.#name = name !== undefined && graphqlName.test(name) ? shown(name) : undefined;
    if (!this.#span) return;
    // Clients choose the names, so there may be any number of them: spans are named by type.
    if (type !== 'unknown') this.#span.rename(type);
    this.#span.note({
      'graphql.operation.type': type === 'unknown' ? undefined : type,
      'graphql.operation.name': this.#name,
    });
  }

  end({ codes, hasData, hasLeft, calls, isFromCache }: OperationEnd): void {
    const ms = performance.now() - this.#beganAtMs;
    const transport = this.#transport;
    const outcome = hasLeft ? 'left' : codes.length === 0 ? 'ok' : hasData ? 'partial' : 'failed';
    const { metrics } = this.#sinks;
    metrics.operations(this.#type, transport, outcome);
    metrics.operationSeconds(ms / 1000, this.#type, transport);
    for (const code of codes) metrics.errors(codeLabel(code));
    this.#span?.note({ 'campaign_gateway.upstream_calls': calls });
    if (this.#span) this.#endSpan(codes);
    if (!this.#isLogged) return;
    const isStart = this.#type === 'subscription' && outcome === 'ok';
    this.#log(isStart ? 'subscription started' : 'operation completed', ms, {
      operation: this.#operation(outcome),
      ...(codes.length > 0 && { codes: [...new Set(codes)].slice(0, maximumCodes) }),
      upstreamCalls: calls ?? 0,
      fromCache: isFromCache ?? false,
    });
  }

  subscriptionEnded(events: number): void {
    if (!this.#isLogged) return;
    const ms = performance.now() - this.#beganAtMs;
    this.#log('subscription ended', ms, { operation: this.#operation(), events });
  }

  /** A client's mistake is not a failure of the gateway, as a 4xx is not a failure of its server. */
  #endSpan(codes: readonly string[]): void {
    const own = codes.find((code) => !isClientError(code));
    const failure = own ?? codes[0];
    this.#span?.end(failure === undefined ? undefined : codeLabel(failure), own !== undefined);
  }

  #operation(outcome?: Outcome) {
    return { type: this.#type, name: this.#name, transport: this.#transport, outcome };
  }

  /** Checked before a line is built. */
  get #isLogged(): boolean {
    return this.#sinks.operationLog.isLevelEnabled('info');
  }

  #log(message: string, ms: number, facts: Readonly<Record<string, unknown>>): void {
    const { operationLog } = this.#sinks;
    const { requestId, caller, client } = this.#trace ?? {};
    const durationMs = Math.round(ms);
    operationLog.info({ requestId, caller: shown(caller), client, durationMs, ...facts }, message);
  }
}
