import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type GraphQLSchema, OperationTypeNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type Logger } from 'pino';
import { GatewayError } from '../../domain/errors.js';
import { operationTrace } from '../../domain/requests/request-trace.js';
import { withTimeout } from '../../domain/timeout.js';
import { type OperationResult } from '../../operations/operation-result.js';
import { type AdmittedOperation, isSubscription, type OperationPipeline } from '../../operations/pipeline.js';
import { type HttpStreams } from '../subscriptions/http-streams.js';
import { type RouterCallbacks } from '../subscriptions/router-callbacks.js';
import { ApolloFront, type HttpRefusal, type Negotiated } from './apollo-front.js';
import { type AllowedOrigins } from './access/allowed-origins.js';
import { type RequestHook } from './access/authentication.js';
import { forgedGet, isForgedGet } from './access/forged-get.js';
import { acceptableTypes, acceptedTypes, varyBy } from './negotiation.js';
import { operationRequestOf, readParameters, writeResult } from './operation-over-http.js';
import { refuse } from './refuse.js';
import { type CachedRouteOptions, serveCached } from './response/response-cache-hook.js';

/** Dependencies of the endpoint. */
interface GraphqlEndpointOptions {
  readonly pipeline: OperationPipeline;
  readonly schema: GraphQLSchema;
  readonly logger: Logger;
  /** Authentication and rate. */
  readonly onRequest: readonly RequestHook[];
  readonly responseCache: CachedRouteOptions;
  readonly callbacks: RouterCallbacks;
  readonly streams: HttpStreams;
  readonly allowedOrigins: AllowedOrigins;
}

/** The answer to a GET of the address alone, as a developer sends it in a browser. */
const noOperation = 'Send a query: POST {"query": "{ __typename }"} with content-type: application/json.';
/** Time for Apollo Server to stop. */
const stopMs = 1000;
/** Bounds of the cache of negotiated media types; clients send a few different `Accept` headers. */
const [maximumAccepts, longestAccept] = [100, 200];

/** Serves GraphQL over HTTP at `/graphql`. */
export async function serveGraphql(app: FastifyInstance, options: GraphqlEndpointOptions): Promise<void> {
  const { pipeline, callbacks, streams, allowedOrigins } = options;
  const apollo = await ApolloFront.start(options.schema, options.logger);
  app.addHook('onClose', () => withTimeout(stopMs, apollo.stop()));
  /** Negotiated media types by `Accept`: a request with a known one skips Apollo Server. */
  const contentTypes = new LRUCache<string, string>({ max: maximumAccepts });

  const negotiated = async (request: FastifyRequest): Promise<Negotiated> => {
    const { method, headers } = request;
    const { accept = '' } = headers;
    const known = method === 'POST' ? contentTypes.get(accept) : undefined;
    if (known !== undefined) return { contentType: known };
    const answer = await apollo.negotiate(request);
    if ('contentType' in answer && accept.length <= longestAccept)
      contentTypes.set(accept, answer.contentType);
    return answer;
  };

  await serveCached(app, options.responseCache, {
    url: '/graphql',
    method: ['GET', 'POST'],
    exposeHeadRoute: false,
    onRequest: [varyByAccept, ...options.onRequest],
    handler: async (request, reply) => {
      if (request.method === 'GET' && isForgedGet(request.headers, allowedOrigins))
        return refuse(reply, 400, request.url.includes('?') ? forgedGet : noOperation, 'BAD_REQUEST');
      const { stream, isJsonAccepted } = acceptedTypes(request.headers);
      const parameters = readParameters(request);
      if (stream && !isJsonAccepted) return streams.answer(request, reply, parameters, stream);
      const answer = await negotiated(request);
      if ('refusal' in answer) return writeRefusal(reply, answer.refusal);
      const { contentType } = answer;
      if (parameters instanceof GatewayError)
        return writeResult(reply, pipeline.refuse(request.trace, parameters), contentType);
      const callback = parameters.extensions['subscription'] ?? undefined; // by a router
      const eventTransport = callback === undefined ? stream : 'callback';
      const trace = callback === undefined ? request.trace : operationTrace('callback', request.trace);
      const admitted = await pipeline.admit(
        operationRequestOf(request, parameters, { trace, eventTransport }),
      );
      if ('body' in admitted) return writeResult(reply, admitted, contentType);
      if (isSubscription(admitted)) {
        if (!stream || callback !== undefined)
          return writeResult(reply, await callbacks.open(admitted, callback), contentType);
        if (streams.refuses(request, reply)) return reply;
        const events = await pipeline.subscribe(admitted);
        return 'body' in events
          ? writeResult(reply, events, contentType)
          : streams.send(request, reply, events, stream);
      }
      const result = await pipeline.run(admitted);
      markComplete(request, admitted, result);
      return writeResult(reply, result, contentType);
    },
  });
}

const varyByAccept: RequestHook = (_request, reply, done) => {
  if (reply.hasHeader('vary')) varyBy(reply, 'accept', 'accept-encoding');
  else reply.header('vary', 'accept, accept-encoding');
  done();
};

function writeRefusal(reply: FastifyReply, { status, headers, body }: HttpRefusal): FastifyReply | string {
  if (status === 406)
    return refuse(reply, 406, `This address responds with ${acceptableTypes} only.`, 'BAD_REQUEST');
  reply.request.refusedWith = 'BAD_REQUEST';
  reply.code(status);
  for (const [name, value] of headers) reply.header(name, value);
  return body;
}

/** Marks a query without errors for the response cache. */
function markComplete(
  { cacheLookup }: FastifyRequest,
  { operation: { definition }, context: { report } }: AdmittedOperation,
  result: OperationResult,
): void {
  const isWhole = result.status === 200 && !result.body.errors;
  if (cacheLookup && isWhole && definition.operation === OperationTypeNode.QUERY)
    cacheLookup.completed = { report, operationName: definition.name?.value };
}
