import { type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { createHandler } from 'graphql-sse/lib/use/fastify';
import { type Logger } from 'pino';
import { GatewayError } from '../../domain/errors.js';
import { logFields, operationTrace } from '../../domain/request-trace.js';
import { type OperationResult, type ResultStream } from '../../operations/operation-result.js';
import { type AdmittedOperation, isSubscription, type OperationPipeline } from '../../operations/pipeline.js';
import { withTimeout } from '../../domain/timeout.js';
import { type GracefulShutdown } from '../connections/graceful-shutdown.js';
import { type AllowedOrigins } from '../http/allowed-origins.js';
import { type RequestHook } from '../http/authentication.js';
import { operationRequestOf, readParameters, writeResult } from '../http/operation-over-http.js';
import { refuse } from '../http/refuse.js';

const eventStream = 'text/event-stream';
/** Interval for checking whether a slow client has read the last event. */
const checkEveryMs = 50;
/** Time for clients to read the end of their streams during a shutdown. */
const shutdownCloseTimeoutMs = 500;
/** Makes browsers reconnect after a second when a stream ends without `complete`. */
const reconnectHint = 'retry: 1000\n\n';

/** Dependencies and settings of the transport. */
export interface EventStreamOptions {
  readonly pipeline: OperationPipeline;
  /** Authentication and rate. */
  readonly onRequest: RequestHook[];
  readonly shutdown: GracefulShutdown;
  /** Origins whose pages may open a stream, besides our own. */
  readonly allowedOrigins: AllowedOrigins;
  readonly logger: Logger;
}

/** Serves `graphql-sse`, distinct connections, at `/graphql/stream`. */
export function serveEventStream(
  app: FastifyInstance,
  { pipeline, onRequest, shutdown, allowedOrigins, logger }: EventStreamOptions,
): void {
  const open = new Set<ServerResponse>();
  const outcomes = new WeakMap<FastifyRequest, AdmittedOperation | OperationResult>();
  const handler = createHandler({
    authenticate: () => null, // no single connections: a reserved stream that is never opened would stay
    onSubscribe: async ({ raw: request, context: { reply } }) => {
      const outcome = outcomes.get(request);
      if (!outcome) throw new Error('The operation of this stream was not admitted.');
      const response = reply.raw;
      const events = await eventsOf(outcome, pipeline, response);
      if (shutdown.hasBegun) setImmediate(() => response.end(reconnectHint)); // it has begun meanwhile
      open.add(response);
      response.once('close', () => open.delete(response));
      return events as never;
    },
  });
  app.route({
    url: '/graphql/stream',
    method: ['GET', 'POST'],
    exposeHeadRoute: false,
    onRequest,
    handler: async (request, reply) => {
      if (shutdown.hasBegun)
        return refuse(reply, 503, 'This gateway is stopping; connect again.', 'SHUTTING_DOWN');
      if (!allowedOrigins.admit(request.headers))
        return refuse(
          reply,
          403,
          'Pages of this origin may not open an event stream: CORS_ORIGINS lists those that may.',
          'FORBIDDEN',
        );
      if (!acceptsEvents(request.headers.accept))
        return refuse(reply, 406, `This address answers ${eventStream} only.`, 'BAD_REQUEST');
      const outcome = await outcomeOf(request, pipeline);
      if ('body' in outcome && outcome.isHttpResponse) return writeResult(reply, outcome);
      outcomes.set(request, outcome);
      if (!('body' in outcome) && isSubscription(outcome)) request.bodyMemory?.release(); // counted separately
      hideOperation(request);
      reply.hijack();
      try {
        await handler(request, reply);
      } catch (error) {
        // A client that leaves while an event is written is no failure of the gateway.
        const level = reply.raw.destroyed || isSocketError(error) ? 'debug' : 'error';
        logger[level]({ ...logFields(request.trace), err: error }, 'an event stream broke off');
        reply.raw.destroy();
      } finally {
        if (!('body' in outcome)) outcome.document?.release(); // in case the operation did not run
      }
      return reply;
    },
  });
  shutdown.onBegin(async () => {
    const streams = [...open];
    const closed = streams.map((response) => new Promise((resolve) => response.once('close', resolve)));
    for (const response of streams) response.end(reconnectHint);
    await withTimeout(shutdownCloseTimeoutMs, Promise.all(closed));
    for (const response of streams) response.destroy();
  });
}

function isSocketError(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code !== undefined && /^(?:EPIPE|ECONNRESET|ECONNABORTED|ERR_STREAM_\w+)$/.test(code);
}

interface StreamRefusal extends OperationResult {
  /** True for an HTTP response instead of an event. */
  readonly isHttpResponse?: boolean;
}

/**
 * Admits the operation of a request. A refused operation is an event, as in `graphql-sse`; a request without an operation
 * gets an HTTP error. A function of its own, because the request's handler retains its variables until the stream ends.
 */
async function outcomeOf(
  request: FastifyRequest,
  pipeline: OperationPipeline,
): Promise<AdmittedOperation | StreamRefusal> {
  const trace = operationTrace('sse', request.trace);
  const parameters = readParameters(request);
  if (parameters instanceof GatewayError)
    return { ...pipeline.refuse(trace, parameters), isHttpResponse: true };
  const outcome = await pipeline.admit(operationRequestOf(request, parameters, { trace, canStream: true }));
  if (!('body' in outcome)) return outcome;
  const isNoOperation =
    parameters.query === undefined && outcome.body.errors?.[0]?.extensions?.['code'] === 'BAD_REQUEST';
  return { ...outcome, isHttpResponse: outcome.status === 405 || isNoOperation };
}

async function eventsOf(
  outcome: AdmittedOperation | OperationResult,
  pipeline: OperationPipeline,
  response: ServerResponse,
): Promise<ResultStream> {
  if ('body' in outcome) return single(outcome);
  const result = await (isSubscription(outcome) ? pipeline.subscribe(outcome) : pipeline.run(outcome));
  return 'body' in result ? single(result) : paced(result, response);
}

/** One result as a stream: `graphql-sse` does not accept a result without `data`. */
// eslint-disable-next-line @typescript-eslint/require-await
async function* single({ body }: OperationResult): ResultStream {
  yield body;
}

/** Media ranges that include an event stream, the most specific first. */
const rangesOfEvents = [eventStream, 'text/*', '*/*'];

/** True for an `Accept` header that includes an event stream; a missing header does not. */
function acceptsEvents(accept = ''): boolean {
  const ranges = accept
    .toLowerCase()
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim()));
  const range = rangesOfEvents.map((type) => ranges.find(([name]) => name === type)).find(Boolean);
  return range !== undefined && !range.some((part) => /^q=0(?:\.0*)?$/.test(part));
}

/** Replaces the operation of a request, which is admitted already, by a placeholder for `graphql-sse`. */
function hideOperation(request: FastifyRequest): void {
  const placeholder = '{ __typename }';
  request.headers.accept = eventStream; // `graphql-sse` accepts no list
  if (request.method === 'POST') request.body = { query: placeholder };
  else request.raw.url = `/graphql/stream?query=${encodeURIComponent(placeholder)}`;
}

/** Holds events back in their bounded queue until the last one was sent: `graphql-sse` ignores backpressure. */
function paced(events: ResultStream, response: ServerResponse): ResultStream {
  const stream: ResultStream = {
    next: async () => {
      await new Promise(setImmediate); // `graphql-sse` writes the previous event first
      while (response.writableLength > 0 && !response.destroyed)
        await sleep(checkEveryMs, undefined, { ref: false });
      return events.next();
    },
    return: () => events.return(),
    throw: (error: unknown) => events.throw(error),
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}
