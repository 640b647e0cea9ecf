import { randomUUID } from 'node:crypto';
import { type Span, type SpanFacts, type Trail, type Transport } from '../domain/trail.js';

/** That of an operation beside Apollo's endpoint: its request's where it is one, its own over a WebSocket. */
export function operationTrail(transport: Transport, request?: Trail): Trail {
  return { requestId: request?.requestId ?? randomUUID(), transport, traceparent: request?.traceparent };
}

/** What a line of log says of whom it is about. */
export function onTrail(trail: Trail | undefined): { readonly requestId?: string } {
  return trail ? { requestId: trail.requestId } : {};
}

/** What is taken as an id: no more than fits in a line of log, and nothing that breaks one. */
const saneId = /^[\w.-]{1,64}$/;

/** The id that a client gave its request, or a new one. */
export function requestIdOf(said: string | readonly string[] | undefined): string {
  return typeof said === 'string' && saneId.test(said) ? said : randomUUID();
}

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
