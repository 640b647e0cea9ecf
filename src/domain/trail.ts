/** How an operation came. */
export type Transport = 'http' | 'ws' | 'sse' | 'callback';

/** What is noted of a span: closed words, numbers and ids, never what somebody wrote. */
export type SpanFacts = Readonly<Record<string, string | number | undefined>>;

/** One stretch of work in a trace. */
export interface Span {
  note(facts: SpanFacts): void;
  /** @param failure a closed word for what went wrong. */
  end(failure?: string): void;
}

/**
 * What belongs to one request from its first line of log to its last. It is handed on with whatever is asked for the
 * request, and nobody looks for it elsewhere: a store that follows the request by itself is paid for by every promise.
 */
export interface Trail {
  readonly requestId: string;
  readonly transport: Transport;
  /** The trace that the request is part of, as its `traceparent` says. */
  readonly traceparent?: string | undefined;
  /** Of the operation; set once there is one and traces are taken. */
  span?: Span | undefined;
}

/** Whom requests to the upstream are sent for. */
export interface Asker {
  /** Requests sent so far, retries included. */
  calls: number;
  /** Undefined for what nobody asked for: a poll, or what a callback made be read. */
  readonly trail?: Trail | undefined;
}
