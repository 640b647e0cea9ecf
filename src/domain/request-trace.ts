import { randomUUID } from 'node:crypto';

/** Transport of an operation. */
export type Transport = 'http' | 'ws' | 'sse' | 'callback';

/** Attributes of a span: closed words, numbers and ids, never text from outside. */
export type SpanFacts = Readonly<Record<string, string | number | undefined>>;

/** A span of a trace. */
export interface Span {
  note(facts: SpanFacts): void;
  /** @param failure a closed word for the error; undefined on success. */
  end(failure?: string): void;
}

/**
 * Identity of a request in logs and traces. It is passed on as an argument with everything that is done for the request:
 * an AsyncLocalStorage would slow down every promise (docs/decisions/what-a-call-costs.md).
 */
export interface RequestTrace {
  readonly requestId: string;
  readonly transport: Transport;
  /** The client's `traceparent` header (W3C Trace Context). */
  readonly traceparent?: string | undefined;
  /** Span of the operation, once it has begun; undefined where tracing is off. */
  span?: Span | undefined;
}

/** The request on whose behalf an upstream call is made. */
export interface CallOrigin {
  /** Upstream calls sent so far, retries included. */
  calls: number;
  /** Undefined for calls without a request: those of the poll, and reads that a callback causes. */
  readonly trace?: RequestTrace | undefined;
}

/**
 * Trace of an operation that did not come through Apollo Server's endpoint.
 * @param request trace of its HTTP request; undefined over a WebSocket, where each operation gets an id of its own.
 */
export function operationTrace(transport: Transport, request?: RequestTrace): RequestTrace {
  return { requestId: request?.requestId ?? randomUUID(), transport, traceparent: request?.traceparent };
}

/** Log fields that identify a request. */
export function logFields(trace: RequestTrace | undefined): { readonly requestId?: string } {
  return trace ? { requestId: trace.requestId } : {};
}

/** Request ids that are accepted from clients: short enough for a log line, without characters that break one. */
const acceptedId = /^[\w.-]{1,64}$/;

/** The request id from a client's header where it is acceptable, or else a new one. */
export function requestIdOf(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && acceptedId.test(header) ? header : randomUUID();
}
