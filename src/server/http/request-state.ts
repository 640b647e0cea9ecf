import { type FastifyInstance } from 'fastify';
import { type Caller, nobody } from '../../domain/requests/caller.js';
import { clientIn } from '../../domain/requests/client-software.js';
import { requestIdOf, type RequestTrace } from '../../domain/requests/request-trace.js';
import { type ClientAddresses } from '../limits/client-addresses.js';

/** Trace of an HTTP request, with the address of its client. */
interface HttpTrace extends RequestTrace {
  readonly address: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Identifies the request in logs, traces and upstream calls. */
    trace: HttpTrace;
    /** `nobody` until `authenticated` has run, and on routes without it. */
    caller: Caller;
    /** Error code of a request that was refused before it became an operation; counted once the response is sent. */
    refusedWith: string | undefined;
  }
}

/** Version 00 has 55 characters, and later versions may have more (W3C Trace Context). Subscriptions hold it for hours. */
const longestTraceparent = 128;
/** All vendors should keep 512 characters (W3C Trace Context, 3.3.1.5). */
const longestTracestate = 512;

/**
 * Gives every HTTP request an id, that of `X-Request-Id` if it is valid, and returns it in the response. Must be called
 * before any other hook is added.
 */
export function decorateRequests(app: FastifyInstance, addresses: ClientAddresses): void {
  app.decorateRequest('trace', null as never); // Fastify accepts no object here, because requests would share it
  app.decorateRequest('caller', null as never);
  app.decorateRequest('refusedWith');
  app.addHook('onRequest', (request, reply, done) => {
    const { 'x-request-id': requestId, traceparent, tracestate } = request.headers;
    request.caller = nobody;
    request.trace = {
      requestId: requestIdOf(requestId),
      transport: 'http',
      traceparent: atMost(longestTraceparent, traceparent),
      tracestate: atMost(longestTracestate, tracestate),
      client: clientIn(request.headers),
      address: addresses.of(request.raw),
      caller: undefined,
      span: undefined,
    };
    reply.header('x-request-id', request.trace.requestId);
    done();
  });
}

function atMost(characters: number, header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' && header.length <= characters ? header : undefined;
}
