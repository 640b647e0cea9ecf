import { setTimeout as sleep } from 'node:timers/promises';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type ExecutionArgs, getOperationAST, OperationTypeNode } from 'graphql';
import { type Response } from 'graphql-sse';
import { createHandler } from 'graphql-sse/lib/use/fastify';
import { type ServerResponse } from 'node:http';
import { type RequestHook } from '../auth/http-authentication.js';
import { type Closing } from '../closing.js';
import { errorBody } from '../error-body.js';
import { refuse } from '../refuse.js';
import { type SentOperation } from './checked-operation.js';
import { type EventStream } from './event-results.js';
import { type LiveOperations } from './live-operations.js';
import { isSameOrigin } from './same-origin.js';
import { problemOf } from './stream-request.js';

const eventStream = 'text/event-stream';
/** How often to look whether a client that does not keep up has taken what was sent. */
const lookAgainMs = 50;

/** A stream that ends without being completed is opened again; browsers take this long to. */
const reconnectHint = 'retry: 1000\n\n';

/** What is the transport's own. */
export interface EventStreamOptions {
  /** What looks at each request first. */
  readonly onRequest: RequestHook[];
  readonly closing: Closing;
  /** Whose pages may ask, beside our own. */
  readonly corsOrigins: readonly string[];
}

/** Serves `graphql-sse`, distinct connections, at `/graphql/stream`. */
export function serveEventStream(
  app: FastifyInstance,
  operations: LiveOperations,
  { onRequest, closing, corsOrigins }: EventStreamOptions,
): void {
  const subscribed = new Set<ServerResponse>();
  const handler = createHandler({
    authenticate: () => null, // no single connections: a stream that is reserved and never opened would stay
    onSubscribe: ({ raw: request }, sent) => {
      const { documentId } = (request.body ?? request.query) as SentOperation;
      const prepared = operations.prepare({ ...sent, documentId }, request.caller, request.trail);
      if (!('schema' in prepared)) return { data: null, errors: operations.formatErrors(prepared) as never };
      if (request.method !== 'GET' || !isMutation(prepared)) return prepared as never;
      request.refusedWith = 'BAD_REQUEST';
      return mutationByGet;
    },
    validate: () => [], // once more, is what the library would do
    execute: (args) => operations.execute(args) as never,
    subscribe: (args) => operations.subscribe(args) as never,
    onOperation: (_context, { context }, _args, result) => {
      const response = context.reply.raw;
      if (!isStream(result)) return undefined;
      if (closing.hasBegun) setImmediate(() => response.end(reconnectHint)); // it was asked for before
      subscribed.add(response);
      response.once('close', () => subscribed.delete(response));
      return paced(result, response) as never;
    },
  });
  app.route({
    url: '/graphql/stream',
    method: ['GET', 'POST'],
    onRequest,
    handler: async (request, reply) => {
      if (closing.hasBegun)
        return refuse(reply, 503, 'This gateway is stopping; connect again.', 'SHUTTING_DOWN');
      if (!isSameOrigin(request.headers, corsOrigins))
        return refuse(reply, 403, 'Another origin may not open this stream.', 'FORBIDDEN');
      if (!(request.headers.accept ?? '').includes(eventStream))
        return refuse(reply, 406, `This address answers ${eventStream} only.`, 'BAD_REQUEST');
      const problem = problemOf(request);
      if (problem !== undefined) return refuse(reply, 400, problem, 'BAD_REQUEST');
      request.headers.accept = eventStream; // the library takes it alone only
      sayQuery(request);
      reply.hijack();
      await handler(request, reply);
      return reply;
    },
  });
  closing.onBegin(() => {
    for (const response of subscribed) response.end(reconnectHint);
  });
}

function isMutation({ document, operationName }: ExecutionArgs): boolean {
  return getOperationAST(document, operationName)?.operation === OperationTypeNode.MUTATION;
}

/** The library would refuse it too, without a code. */
const mutationByGet: Response = [
  JSON.stringify(errorBody('A mutation must be sent by POST.', 'BAD_REQUEST')),
  {
    status: 405,
    statusText: 'Method Not Allowed',
    headers: { allow: 'POST', 'content-type': 'application/json; charset=utf-8' },
  },
];

/** The library wants a text, also of who names a document in its place. */
function sayQuery({ body, query, raw }: FastifyRequest): void {
  const sent = (body ?? query) as { query?: unknown };
  if (sent.query !== undefined) return;
  if (body) sent.query = '';
  else raw.url = `${raw.url ?? ''}${raw.url?.includes('?') ? '&' : '?'}query=`;
}

function isStream(result: unknown): result is EventStream {
  return typeof result === 'object' && result !== null && Symbol.asyncIterator in result;
}

/** The library takes events as fast as they come: they are held back, in their bounded queue, until the last was sent. */
function paced(events: EventStream, response: ServerResponse): EventStream {
  const each: EventStream = {
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
