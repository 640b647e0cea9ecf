import { type RequestTrace } from '../../domain/request-trace.js';
import { type FailureReason, UpstreamFailure } from '../../domain/upstream-failure.js';
import { failureOfItem } from './failure.js';
import { type Priority } from './rate-limit/priority-queue.js';
import { type WireEnvelope } from './wire/envelope.js';

/** Requests of the API: its operations, with actions apart from updates. */
export type Route = 'list' | 'get' | 'messages' | 'create' | 'update' | 'action';

/** A request that is about to be sent. */
export interface StartedCall {
  readonly route: Route;
  /** From 1; greater numbers are retries. */
  readonly attempt: number;
  readonly priority: Priority;
  /** The request on whose behalf it is sent; undefined for background calls. */
  readonly trace: RequestTrace | undefined;
}

/** End of a request. */
export interface CallEnd {
  /** Status of the response; undefined without a response. */
  readonly status: number | undefined;
  /** Undefined on success. */
  readonly reason: FailureReason | undefined;
  /** The upstream's id of the request. */
  readonly requestId: string | undefined;
}

/** Observer of all requests to the upstream, retries included. */
export interface CallObserver {
  /** @returns a function to call once, at the end of the request. */
  began(call: StartedCall): (end: CallEnd) => void;
}

/** End of a request with a readable response. "HTTP 200 can carry a failed item": a single one is a failed request. */
export function endOfResponse(status: number, { items, requestId }: WireEnvelope): CallEnd {
  const [only] = items;
  return { status, reason: only && items.length === 1 ? failureOfItem(only)?.reason : undefined, requestId };
}

/** End of a failed request. @param status undefined without a response. */
export function endOfFailure(status: number | undefined, error: unknown): CallEnd {
  if (!(error instanceof UpstreamFailure)) return { status, reason: 'unavailable', requestId: undefined };
  return { status, reason: error.reason, requestId: error.facts.requestId };
}
