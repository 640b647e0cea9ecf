import { randomUUID } from 'node:crypto';
import { type ClientSoftware } from './client-software.js';

/** Transport of an operation. */
export type Transport = 'http' | 'ws' | 'sse' | 'multipart' | 'callback';

/** Attributes of a span: closed words, numbers and ids, never text from outside. */
export type SpanFacts = Readonly<Record<string, string | number | undefined>>;

/** A span of a trace. */
export interface Span {
  /** Headers that continue the trace in another process: `traceparent`, and `tracestate` if there is one. */
  readonly headers: Readonly<Record<string, string>>;
  rename(name: string): void;
  note(facts: SpanFacts): void;
  /**
   * @param failure a closed word for the error; undefined on success.
   * @param isOwn false for a mistake of the client: the span has its error, but has not failed.
   */
  end(failure?: string, isOwn?: boolean): void;
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
  /** The client's `tracestate` header; means nothing without `traceparent`. */
  readonly tracestate?: string | undefined;
  /** The software that sent the request; undefined if it does not name itself. */
  readonly client?: ClientSoftware | undefined;
  /** Address by which limits count a client without a name (`networkOf`); in no log line. */
  readonly address?: string | undefined;
  /** Name of the caller, once it is authenticated; never a secret. */
  caller?: string | undefined;
  /** Span of the operation, once it has begun; undefined where tracing is off. */
  span?: Span | undefined;
}

/** The request on whose behalf an upstream call is made. */
export interface CallOrigin {
  /** Upstream calls sent so far, retries included. */
  calls: number;
  /** Undefined for calls without a request: those of the poll, and reads that a callback causes. */
  readonly trace?: RequestTrace | undefined;
  /** Takes over memory that the response of a call holds, until the request is answered. Without it, it is released at once. */
  readonly memory?: Pick<HeldMemory, 'hold'> | undefined;
  /** True for an export, whose rows are held as long as its client takes to read them. */
  readonly isExport?: boolean;
}

/** Memory of one request: what its calls hold until it is answered. */
export class HeldMemory {
  readonly #releases: (() => void)[] = [];
  #isOver = false;

  /** Releases at once what comes after the request: a refresh in the background. */
  hold(release: () => void): void {
    if (this.#isOver) release();
    else this.#releases.push(release);
  }

  /** The request is answered. */
  release(): void {
    this.#isOver = true;
    for (const release of this.#releases.splice(0)) release();
  }
}

/**
 * Trace of an operation over another transport than plain HTTP.
 * @param sender trace of its HTTP request; over a WebSocket only the sender, since each operation gets an id of its own.
 */
export function operationTrace(transport: Transport, sender: Partial<RequestTrace>): RequestTrace {
  return { ...sender, requestId: sender.requestId ?? randomUUID(), transport, span: undefined };
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
