import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { type Span } from '../tracing/spans.js';

/** How an operation came. */
export type Transport = 'http' | 'ws' | 'sse' | 'callback';

/** What belongs to one request from its first line of log to its last, wherever it goes in the process. */
export interface Trail {
  readonly requestId: string;
  readonly transport: Transport;
  /** The trace that the request is part of, as its `traceparent` says. */
  readonly traceparent?: string | undefined;
  /** Of the operation; set once there is one and traces are taken. */
  span?: Span | undefined;
}

const trails = new AsyncLocalStorage<Trail>();

/** That of the request which the caller works for; undefined for what nobody asked for. */
export function currentTrail(): Trail | undefined {
  return trails.getStore();
}

/** Works for a request. */
export function onTrail<T>(trail: Trail, work: () => T): T {
  return trails.run(trail, work);
}

/** Works for nobody: a poll that a request set off is not that request's. */
export function offTrail<T>(work: () => T): T {
  return trails.exit(work);
}

/** That of an operation beside Apollo's endpoint: its request's where it is one, its own over a WebSocket. */
export function operationTrail(transport: Transport): Trail {
  const { requestId = randomUUID(), traceparent } = currentTrail() ?? {};
  return { requestId, transport, traceparent };
}

/** Takes the current trail along to where work is called from elsewhere. */
export function keepTrail(): <T>(work: () => T) => T {
  const trail = currentTrail();
  return (work) => (trail ? onTrail(trail, work) : offTrail(work));
}

/** What is taken as an id: no more than fits in a line of log, and nothing that breaks one. */
const saneId = /^[\w.-]{1,64}$/;

/** The id that a client gave its request, or a new one. */
export function requestIdOf(said: string | readonly string[] | undefined): string {
  return typeof said === 'string' && saneId.test(said) ? said : randomUUID();
}
