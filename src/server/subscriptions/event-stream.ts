import { type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { OperationTypeNode } from 'graphql';
import { createHandler } from 'graphql-sse/lib/use/fastify';
import { type Logger } from 'pino';
import { GatewayError } from '../../domain/errors.js';
import { type OperationResult, type ResultStream } from '../../operations/operation-result.js';
import { type AdmittedOperation, type OperationPipeline } from '../../operations/pipeline.js';
import { logFields, operationTrace } from '../../domain/request-trace.js';
import { type GracefulShutdown, waitAtMost } from '../connections/graceful-shutdown.js';
import { type RequestHook } from '../http/authentication.js';
import { operationRequestOf, readParameters, writeResult } from '../http/operation-over-http.js';
import { refuse } from '../http/refuse.js';

/**
 * Whether a request comes from where this gateway's own pages are, or from no page at all. Browsers let any page open
 * a WebSocket or an event stream anywhere, with the user's network behind it; programs send no `Origin`, and browsers
 * that leave it out say `Sec-Fetch-Site`.
 * @param allowed origins whose pages may do so as well.
 */
export function isSameOrigin(headers: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return !isOfAnotherSite(headers['sec-fetch-site']);
  if (allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

function isOfAnotherSite(site: string | string[] | undefined): boolean {
  return site === 'cross-site' || site === 'same-site';
}

const eventStream = 'text/event-stream';
/** How often to look whether a client that does not keep up has taken what was sent. */
const lookAgainMs = 50;

/** How long clients may take to read that their streams end, while the gateway stops. */
const goodbyeMs = 500;

/** A stream that ends without being completed is opened again; browsers take this long to. */
const reconnectHint = 'retry: 1000\n\n';

/** What the transport needs. */
export interface EventStreamOptions {
  readonly pipeline: OperationPipeline;
  /** Authentication and rate. */
  readonly onRequest: RequestHook[];
  readonly shutdown: GracefulShutdown;
  /** Whose pages may ask, beside our own. */
  readonly corsOrigins: readonly string[];
  readonly logger: Logger;
}

/** Serves `graphql-sse`, distinct connections, at `/graphql/stream`. */
export function serveEventStream(
  app: FastifyInstance,
  { pipeline, onRequest, shutdown, corsOrigins, logger }: EventStreamOptions,
): void {
  const subscribed = new Set<ServerResponse>();
  const outcomes = new WeakMap<FastifyRequest, AdmittedOperation | OperationResult>();
  const handler = createHandler({
    authenticate: () => null, // no single connections: a stream that is reserved and never opened would stay
    onSubscribe: async ({ raw: request, context: { reply } }) => {
      const outcome = outcomes.get(request);
      if (!outcome) throw new Error('The operation of this stream was not admitted.');
      const response = reply.raw;
      const events = await eventsOf(outcome, pipeline, response);
      if (shutdown.hasBegun) setImmediate(() => response.end(reconnectHint)); // it was asked for before
      subscribed.add(response);
      response.once('close', () => subscribed.delete(response));
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
      if (!isSameOrigin(request.headers, corsOrigins))
        return refuse(reply, 403, 'Another origin may not open this stream.', 'FORBIDDEN');
      if (!acceptsEvents(request.headers.accept))
        return refuse(reply, 406, `This address answers ${eventStream} only.`, 'BAD_REQUEST');
      const outcome = await outcomeOf(request, pipeline);
      if ('body' in outcome && outcome.isOfHttp) return writeResult(reply, outcome);
      outcomes.set(request, outcome);
      if (!('body' in outcome) && isSubscription(outcome)) request.bodyMemory?.release(); // it is counted by itself
      hideOperation(request);
      reply.hijack();
      try {
        await handler(request, reply);
      } catch (error) {
        if (!reply.raw.destroyed)
          logger.error({ ...logFields(request.trace), err: error }, 'an event stream broke off');
        reply.raw.destroy();
      } finally {
        if (!('body' in outcome)) outcome.document?.release(); // where the library has not run it
      }
      return reply;
    },
  });
  shutdown.onBegin(async () => {
    const streams = [...subscribed];
    const closed = streams.map((response) => new Promise((resolve) => response.once('close', resolve)));
    for (const response of streams) response.end(reconnectHint);
    await waitAtMost(goodbyeMs, Promise.all(closed));
    for (const response of streams) response.destroy();
  });
}

/** A result that is answered as one, and not as an event. */
interface StreamRefusal extends OperationResult {
  readonly isOfHttp?: boolean;
}

/**
 * What is to be done. A function of its own, since the request's handler holds on to its variables until the stream ends.
 * The refusal of an operation is an event, as `graphql-sse` has it; that of a request without one is HTTP's.
 */
async function outcomeOf(
  request: FastifyRequest,
  pipeline: OperationPipeline,
): Promise<AdmittedOperation | StreamRefusal> {
  const trace = operationTrace('sse', request.trace);
  const parameters = readParameters(request);
  if (parameters instanceof GatewayError) return { ...pipeline.refuse(trace, parameters), isOfHttp: true };
  const outcome = await pipeline.admit(operationRequestOf(request, parameters, { trace, canStream: true }));
  if (!('body' in outcome)) return outcome;
  const isNoOperation =
    parameters.query === undefined && outcome.body.errors?.[0]?.extensions?.['code'] === 'BAD_REQUEST';
  return { ...outcome, isOfHttp: outcome.status === 405 || isNoOperation };
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

function isSubscription({ operation }: AdmittedOperation): boolean {
  return operation.definition.operation === OperationTypeNode.SUBSCRIPTION;
}

/** One result as a stream: the library takes a result without `data` for something else. */
// eslint-disable-next-line @typescript-eslint/require-await
async function* single({ body }: OperationResult): ResultStream {
  yield body;
}

/** The media ranges that include an event stream, the most specific first. */
const rangesOfEvents = [eventStream, 'text/*', '*/*'];

/** Whether an `Accept` header takes an event stream; one that is missing does not say so. */
function acceptsEvents(accept = ''): boolean {
  const ranges = accept
    .toLowerCase()
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim()));
  const range = rangesOfEvents.map((type) => ranges.find(([name]) => name === type)).find(Boolean);
  return range !== undefined && !range.some((part) => /^q=0(?:\.0*)?$/.test(part));
}

/** The library is to see one event stream, and nothing of the operation: that is admitted already. */
function hideOperation(request: FastifyRequest): void {
  const placeholder = '{ __typename }';
  request.headers.accept = eventStream; // the library takes it alone only
  if (request.method === 'POST') request.body = { query: placeholder };
  else request.raw.url = `/graphql/stream?query=${encodeURIComponent(placeholder)}`;
}

/** The library takes events as fast as they come: they are held back, in their bounded queue, until the last was sent. */
function paced(events: ResultStream, response: ServerResponse): ResultStream {
  const each: ResultStream = {
    next: async () => {
      await new Promise(setImmediate); // lets the library write what it was given last
      while (response.writableLength > 0 && !response.destroyed)
        await sleep(lookAgainMs, undefined, { ref: false });
      return events.next();
    },
    return: () => events.return(),
    throw: (error: unknown) => events.throw(error),
    [Symbol.asyncIterator]: () => each,
  };
  return each;
}
