import {
  type Attributes,
  type Context,
  createTraceState,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { type RequestTrace, type Span, type SpanFacts } from '../domain/requests/request-trace.js';
import { withTimeout } from '../domain/timeout.js';

/** W3C Trace Context, level 1: version, trace id, parent id, flags. */
const header = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/**
 * Parses a `traceparent` header; undefined if it is missing or invalid.
 * @param tracestate the vendors' states that came with it; invalid ones are ignored.
 */
export function spanContextOf(traceparent: string | undefined, tracestate?: string): SpanContext | undefined {
  const [, version, traceId = '', spanId = '', flags = '', more] = header.exec(traceparent ?? '') ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  if (!isSpanContextValid(context)) return undefined;
  return tracestate === undefined ? context : { ...context, traceState: createTraceState(tracestate) };
}

/** Start of a span. */
interface SpanStart {
  readonly name: string;
  /** `server`: a request to the gateway; `client`: a call to the upstream. */
  readonly kind: 'server' | 'client';
  readonly facts: SpanFacts;
  /** Parent span in this process. */
  readonly parent?: Span | undefined;
  /** Parent span in another process, by its headers. */
  readonly remote?: Pick<RequestTrace, 'traceparent' | 'tracestate'> | undefined;
}

/** Samplers by their standard names (OTEL_TRACES_SAMPLER). @param ratio of traces, from 0 to 1. */
const samplers = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio: number) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio: number) =>
    new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
} satisfies Record<string, (ratio: number) => Sampler>;

/** Options of the trace export. */
export interface OtlpOptions {
  /** URL of the collector: scheme, host, port and optionally a path. */
  readonly endpoint: string;
  /** Attributes of the resource that all spans belong to. */
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: { readonly kind: keyof typeof samplers; readonly ratio: number };
  /** Called after each export. @param errorCode the system's or HTTP status code of a failed export, where there is one. */
  readonly onExported: (hasFailed: boolean, errorCode: string | undefined) => void;
}

/** A slow collector loses spans; requests never wait for it. */
const exportTimeoutMs = 2000;
/** Length of the queue; further spans are dropped. */
const maximumQueue = 2048;
const exportIntervalMs = 2000;

/** Exports spans over OTLP/HTTP. The provider is not registered globally, so gateways in one process share nothing. */
export class OtlpSpans {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;

  constructor({ endpoint, resource, sampler, onExported }: OtlpOptions) {
    const url = `${endpoint.replace(/(?<!\/)\/+$/, '')}/v1/traces`;
    const exporter = reportingExports(
      new OTLPTraceExporter({ url, timeoutMillis: exportTimeoutMs }),
      onExported,
    );
    this.#provider = new TracerProvider({
      resource: defaultResource().merge(resourceFromAttributes(resource)),
      sampler: samplers[sampler.kind](sampler.ratio),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter,
          maxQueueSize: maximumQueue,
          scheduledDelayMillis: exportIntervalMs,
          exportTimeoutMillis: exportTimeoutMs,
        }),
      ],
    });
    this.#tracer = this.#provider.getTracer('campaign-gateway');
  }

  begin({ name, kind, facts, parent, remote }: SpanStart): Span {
    const attributes = attributesOf(facts);
    const options = { kind: kind === 'server' ? SpanKind.SERVER : SpanKind.CLIENT, attributes };
    return new OtlpSpan(this.#tracer.startSpan(name, options, contextOf(parent, remote)));
  }

  /** Exports the remaining spans, or drops them where the collector is too slow. */
  async close(): Promise<void> {
    await withTimeout(
      exportTimeoutMs,
      this.#provider.shutdown().catch(() => undefined),
    );
  }
}

class OtlpSpan implements Span {
  readonly inner: OtelSpan;

  constructor(inner: OtelSpan) {
    this.inner = inner;
  }

  get headers(): Readonly<Record<string, string>> {
    const { traceId, spanId, traceFlags, traceState } = this.inner.spanContext();
    const flags = traceFlags.toString(16).padStart(2, '0');
    const tracestate = traceState?.serialize();
    return { traceparent: `00-${traceId}-${spanId}-${flags}`, ...(tracestate && { tracestate }) };
  }

  rename(name: string): void {
    this.inner.updateName(name);
  }

  note(facts: SpanFacts): void {
    this.inner.setAttributes(attributesOf(facts));
  }

  end(failure?: string, isOwn = true): void {
    if (failure !== undefined) {
      this.inner.setAttribute('error.type', failure);
      if (isOwn) this.inner.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.inner.end();
  }
}

function contextOf(parent: Span | undefined, headers: SpanStart['remote']): Context {
  if (parent instanceof OtlpSpan) return trace.setSpan(ROOT_CONTEXT, parent.inner);
  const remote = spanContextOf(headers?.traceparent, headers?.tracestate);
  return remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
}

function attributesOf(facts: SpanFacts): Attributes {
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined));
}

/** Reports the ends of exports, which the library ignores. */
function reportingExports(exporter: SpanExporter, onExported: OtlpOptions['onExported']): SpanExporter {
  return {
    export: (spans, done) => {
      exporter.export(spans, (result) => {
        onExported(result.error !== undefined, errorCodeOf(result.error));
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush && { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() }),
  };
}

/** Statuses that the library tries again; it does not say which of them it was. */
const retriedStatuses = 'HTTP 429, 502, 503 or 504';

function errorCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'number') return `HTTP ${code}`;
  if (typeof code === 'string') return code;
  if (error.message === 'Request timed out') return 'ETIMEDOUT';
  return error.name === 'OTLPExporterError' ? retriedStatuses : undefined;
}
