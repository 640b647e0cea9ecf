import { type RequestTrace } from '../../domain/request-trace.js';
import { type FailureReason, UpstreamFailure } from '../../domain/upstream-failure.js';
import { failureOfItem } from './failure.js';
import { type Priority } from './rate-limit/priority.js';
import { type WireEnvelope } from './wire/envelope.js';

/** What can be asked of the API: its seven things, less its callbacks, and actions apart from updates. */
export type Route = 'list' | 'get' | 'messages' | 'create' | 'update' | 'action';

/** A request that is about to be sent. */
export interface StartedCall {
  readonly route: Route;
  /** From 1; what is above 1 is a retry. */
  readonly attempt: number;
  readonly priority: Priority;
  /** Whom it is sent for; undefined for what nobody waits for. */
  readonly trace: RequestTrace | undefined;
}

/** How a request ended. */
export interface CallEnd {
  /** Of the status line; undefined where there was none. */
  readonly status: number | undefined;
  /** Undefined where the upstream did what was asked. */
  readonly reason: FailureReason | undefined;
  /** The upstream's own id of the request, as it wrote it. */
  readonly requestId: string | undefined;
}

/** Told of every request to the upstream, retries included. */
export interface CallObserver {
  /** @returns who is told, once, how it ended. */
  began(call: StartedCall): (end: CallEnd) => void;
}

/** How a request ended that was answered in a way that can be read. */
export function endOfAnswer(status: number, envelope: WireEnvelope): CallEnd {
  return { status, reason: refusalIn(envelope), requestId: envelope.request_id };
}

/** How a request ended otherwise. @param status undefined where no status line came. */
export function endOfFailure(status: number | undefined, error: unknown): CallEnd {
  const isKnown = error instanceof UpstreamFailure;
  const requestId = isKnown ? error.facts.requestId : undefined;
  return { status, reason: isKnown ? error.reason : 'unavailable', requestId };
}

/** "HTTP 200 can carry a failed item" (docs/upstream.md): where it is the only one, the request failed. */
function refusalIn({ response }: WireEnvelope): FailureReason | undefined {
  const [only] = response;
  return only && response.length === 1 ? failureOfItem(only)?.reason : undefined;
}
