import { type ServerResponse } from 'node:http';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import { haveCredentialsEnded } from '../../auth/credentials-end.js';
import { type Caller } from '../../domain/requests/caller.js';
import { GatewayError } from '../../domain/errors.js';
import { logFields, operationTrace } from '../../domain/requests/request-trace.js';
import { type OperationParameters } from '../../operations/operation-request.js';
import { type OperationResult, type ResultStream } from '../../operations/operation-result.js';
import { isSubscription, type OperationPipeline } from '../../operations/pipeline.js';
import { endWithCredentials } from '../connections/credentials-deadline.js';
import { allClosed, type GracefulShutdown, stoppingMessage } from '../connections/graceful-shutdown.js';
import { type AllowedOrigins } from '../http/access/allowed-origins.js';
import { type RequestHook } from '../http/access/authentication.js';
import { acceptsEvents, type StreamFormat } from '../http/negotiation.js';
import { operationRequestOf, readParameters, writeResult } from '../http/operation-over-http.js';
import { refuse } from '../http/refuse.js';
import { streamFormats, type StreamWriting } from './stream-formats.js';

/** Proxies close a connection after a minute, some after 15 seconds. */
const heartbeatMs = 12_000;

/** Dependencies of `HttpStreams`. */
interface HttpStreamsOptions {
  readonly pipeline: OperationPipeline;
  readonly shutdown: GracefulShutdown;
  /** Origins whose pages may open a stream, besides our own. */
  readonly allowedOrigins: AllowedOrigins;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly logger: Logger;
}

/** An open response, and the text that ends it. */
interface OpenStream {
  readonly response: ServerResponse;
  readonly writing: StreamWriting;
}

/** Results as a stream in one HTTP response, in one of the formats that clients accept. */
export class HttpStreams {
  readonly #options: HttpStreamsOptions;
  readonly #open = new Set<OpenStream>();

  constructor(options: HttpStreamsOptions) {
    this.#options = options;
    options.shutdown.onBegin(() => this.#endAll());
  }

  /**
   * Answers a request whose client accepts nothing but a stream: by events, or by one result. A refused operation is a result
   * too, as in `graphql-sse`; a request without an operation gets an HTTP error.
   */
  async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    parameters: OperationParameters | GatewayError,
    format: StreamFormat,
  ): Promise<FastifyReply | string> {
    const { pipeline } = this.#options;
    if (this.refuses(request, reply)) return reply;
    const trace = operationTrace(format, request.trace);
    if (parameters instanceof GatewayError) return writeResult(reply, pipeline.refuse(trace, parameters));
    const admitted = await pipeline.admit(
      operationRequestOf(request, parameters, { trace, eventTransport: format }),
    );
    if (!('body' in admitted)) {
      const results = isSubscription(admitted) ? pipeline.subscribe(admitted) : pipeline.run(admitted);
      return this.send(request, reply, await keptOpen(reply, results, format), format);
    }
    return isHttpError(admitted, parameters)
      ? writeResult(reply, admitted)
      : this.send(request, reply, admitted, format);
  }

  /** Refuses a request by a page that may not open a stream, or during a shutdown. @returns whether it did. */
  refuses({ headers }: FastifyRequest, reply: FastifyReply): boolean {
    const { shutdown, allowedOrigins } = this.#options;
    if (shutdown.hasBegun) refuse(reply, 503, stoppingMessage, 'SHUTTING_DOWN');
    else if (!allowedOrigins.admit(headers))
      refuse(
        reply,
        403,
        'Pages of this origin may not open an event stream: CORS_ORIGINS lists those that may.',
        'FORBIDDEN',
      );
    else return false;
    return true;
  }

  /** Sends one result, or events until they end. Returns at once. */
  send(
    request: FastifyRequest,
    reply: FastifyReply,
    results: OperationResult | ResultStream,
    format: StreamFormat,
  ): FastifyReply {
    const response = begun(reply, format);
    const { result, end } = streamFormats[format];
    if (response.destroyed) {
      if (!('body' in results)) void results.return();
      return reply;
    }
    if ('body' in results) {
      response.end(result(results.body) + end.complete);
      return reply;
    }
    forgetOperation(request);
    this.#deliver(response, results, streamFormats[format], request.caller).catch((error: unknown) => {
      this.#options.logger.error({ ...logFields(request.trace), err: error }, 'an event stream broke off');
      response.destroy();
    });
    return reply;
  }

  async #deliver(
    response: ServerResponse,
    events: ResultStream,
    writing: StreamWriting,
    caller: Caller,
  ): Promise<void> {
    const stream = { response, writing };
    this.#open.add(stream);
    response.once('close', endWithCredentials(response, caller, this.#options.now));
    if (this.#options.shutdown.hasBegun) response.end(writing.end.stopping); // it has begun meanwhile
    await writeEvents(stream, events);
    this.#open.delete(stream);
    if (response.writableEnded) return;
    const isOver = haveCredentialsEnded(caller, this.#options.now());
    response.end(writing.end[isOver ? 'credentials ended' : 'complete']);
  }

  async #endAll(): Promise<void> {
    const streams = [...this.#open];
    for (const { response, writing } of streams) response.end(writing.end.stopping);
    const responses = streams.map(({ response }) => response);
    await allClosed(responses);
    for (const response of responses) response.destroy();
  }
}

/**
 * Serves `graphql-sse`, distinct connections, at `/graphql/stream`, for clients that can't share `/graphql`.
 * @param onRequest authentication and rate.
 */
export function serveEventStream(app: FastifyInstance, streams: HttpStreams, onRequest: RequestHook[]): void {
  app.route({
    url: '/graphql/stream',
    method: ['GET', 'POST'],
    exposeHeadRoute: false,
    onRequest,
    handler: async (request, reply) => {
      if (!acceptsEvents(request.headers))
        return refuse(reply, 406, 'This address responds with text/event-stream only.', 'BAD_REQUEST');
      return streams.answer(request, reply, readParameters(request), 'sse');
    },
  });
}

/** The response, which has begun as a stream. */
function begun(reply: FastifyReply, format: StreamFormat): ServerResponse {
  const { raw: response } = reply.hijack();
  if (response.headersSent || response.destroyed) return response;
  const { headers, start, heartbeat } = streamFormats[format];
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) response.setHeader(name, value);
  response.writeHead(200, headers);
  response.write(start + heartbeat);
  return response;
}

/** Waits for the results of a client that accepts nothing but a stream. After a while the stream begins, as a sign of life. */
async function keptOpen<T>(reply: FastifyReply, results: Promise<T>, format: StreamFormat): Promise<T> {
  const heartbeats = setInterval(() => {
    const hasBegun = reply.raw.headersSent;
    const response = begun(reply, format);
    if (hasBegun && !response.destroyed && response.writableLength === 0)
      response.write(streamFormats[format].heartbeat);
  }, heartbeatMs).unref();
  try {
    return await results;
  } finally {
    clearInterval(heartbeats);
  }
}

/**
 * Writes the events until they end or the client leaves. The next event is executed once the client has taken the last one;
 * until then events wait in their bounded queue.
 */
async function writeEvents({ response, writing }: OpenStream, events: ResultStream): Promise<void> {
  let onTaken = (): void => undefined;
  const heartbeats = setInterval(() => {
    if (response.writableLength === 0 && !response.writableEnded) response.write(writing.heartbeat);
  }, heartbeatMs).unref();
  response.once('close', () => {
    clearInterval(heartbeats);
    onTaken();
    void events.return();
  });
  for (;;) {
    const event = await events.next();
    if (event.done || response.writableEnded || response.destroyed) break;
    const taken = written(response, writing.result(event.value));
    await Promise.race([taken, new Promise<void>((resolve) => (onTaken = resolve))]);
  }
  clearInterval(heartbeats);
  await events.return();
}

/**
 * Writes a text as bytes. A waiting text would be held in the heap, and a socket counts its characters, which may be a third
 * of its bytes.
 * @returns resolves once the client has taken it.
 */
function written(response: ServerResponse, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  return new Promise((resolve) => {
    response.write(bytes, () => {
      resolve();
    });
  });
}

/** True for a refusal that is not the result of an operation: a mutation by GET, or no operation at all. */
function isHttpError({ status, body }: OperationResult, { query }: OperationParameters): boolean {
  const isBadRequest = body.errors?.[0]?.extensions?.['code'] === 'BAD_REQUEST';
  return status === 405 || (query === undefined && isBadRequest);
}

/** Drops what a request holds of its operation: a subscription may last for months, and its memory is counted separately. */
function forgetOperation(request: FastifyRequest): void {
  request.bodyMemory?.release();
  request.body = undefined;
  request.cacheLookup = undefined;
  request.raw.url = request.url.split('?', 1)[0];
}
