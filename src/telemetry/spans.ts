import { type Span, type SpanFacts } from '../domain/request-trace.js';

/** Start of a span. */
export interface SpanStart {
  readonly name: string;
  /** `server`: a request to the gateway; `client`: a call to the upstream. */
  readonly kind: 'server' | 'client';
  readonly facts: SpanFacts;
  /** Parent span in this process. */
  readonly parent?: Span | undefined;
  /** Parent span in another process, as a `traceparent` header. */
  readonly traceparent?: string | undefined;
}

/** Recorder of spans; undefined where tracing is off. */
export interface Spans {
  begin(start: SpanStart): Span;
  /** Exports the remaining spans, or drops them where the collector is too slow. */
  close(): Promise<void>;
}
