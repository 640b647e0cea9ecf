import { type Span, type SpanFacts } from '../../domain/trail.js';

/** How a span begins. */
export interface SpanStart {
  readonly name: string;
  /** Asked of us, or asked by us. */
  readonly kind: 'server' | 'client';
  readonly facts: SpanFacts;
  /** What it is part of here. */
  readonly parent?: Span | undefined;
  /** What it is part of elsewhere, as a `traceparent` says. */
  readonly traceparent?: string | undefined;
}

/** Where traces are taken; nothing of this is there where none are. */
export interface Spans {
  begin(start: SpanStart): Span;
  /** Sends what there is, and gives up on a collector that does not take it in time. */
  close(): Promise<void>;
}
