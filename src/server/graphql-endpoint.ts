import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type GraphQLSchema, OperationTypeNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { GatewayError } from '../domain/errors.js';
import { type OperationResult } from '../operations/operation-result.js';
import { type AdmittedOperation, type OperationPipeline } from '../operations/pipeline.js';
import { type AnswerKeeping } from './answers/answer-keeping.js';
import { ApolloFront } from './apollo.js';
import { type RequestHook } from './auth/http-authentication.js';
import { within } from './closing.js';
import { type RouterCallbacks } from './live/router-callbacks.js';
import { type Logger } from './logger.js';
import { operationRequestOf, readParameters, varyBy, writeResult } from './operation-over-http.js';

/** What the endpoint needs. */
export interface GraphqlEndpointOptions {
  readonly pipeline: OperationPipeline;
  readonly schema: GraphQLSchema;
  readonly logger: Logger;
  /** Authentication and rate. */
  readonly onRequest: readonly RequestHook[];
  readonly keeping: AnswerKeeping;
  readonly callbacks: RouterCallbacks;
}

/** The most that Apollo Server may take to stop. */
const stopMs = 1000;
/** Bounds of the media types that were negotiated; clients send a few different `Accept` headers. */
const [maximumAccepts, longestAccept] = [100, 200];

/** Serves GraphQL over HTTP at `/graphql`; ends with the HTTP server. */
export async function serveGraphql(
  app: FastifyInstance,
  { pipeline, schema, logger, onRequest, keeping, callbacks }: GraphqlEndpointOptions,
): Promise<void> {
  const apollo = await ApolloFront.start(schema, logger);
  app.addHook('onClose', () => within(stopMs, apollo.stop()));
  /** What Apollo Server negotiated for each `Accept`: a request with the same one need not go through it. */
  const contentTypes = new LRUCache<string, string>({ max: maximumAccepts });

  const byApollo = async (request: FastifyRequest, reply: FastifyReply, admitted: AdmittedOperation) => {
    const { status, headers, body, hasRun } = await apollo.answer(request, async () =>
      noted(request, admitted, await pipeline.run(admitted)),
    );
    reply.code(status);
    for (const [name, value] of headers) reply.header(name, value);
    const { accept = '' } = request.headers;
    const contentType = reply.getHeader('content-type');
    if (!hasRun) request.refusedWith = 'BAD_REQUEST';
    else if (status === 200 && accept.length <= longestAccept && typeof contentType === 'string')
      contentTypes.set(accept, contentType);
    return body;
  };

  await keeping.serve(app, {
    url: '/graphql',
    method: ['GET', 'POST'],
    exposeHeadRoute: false,
    onRequest: [varyByAccept, ...onRequest],
    handler: async (request, reply) => {
      const parameters = readParameters(request);
      if (parameters instanceof GatewayError)
        return writeResult(reply, pipeline.refuse(request.trail, parameters));
      const callback = parameters.extensions['subscription'] ?? undefined;
      const canStream = callback !== undefined; // to a router: a transport of its own
      const trail = canStream ? { ...request.trail, transport: 'callback' as const } : request.trail;
      const admitted = pipeline.admit(operationRequestOf(request, parameters, { trail, canStream }));
      if ('body' in admitted) return writeResult(reply, admitted);
      if (admitted.operation.definition.operation === OperationTypeNode.SUBSCRIPTION)
        return writeResult(reply, await callbacks.open(admitted, callback));
      const contentType =
        request.method === 'POST' ? contentTypes.get(request.headers.accept ?? '') : undefined;
      if (contentType === undefined) return byApollo(request, reply, admitted);
      const result = noted(request, admitted, await pipeline.run(admitted));
      return writeResult(reply, result, contentType);
    },
  });
}

const varyByAccept: RequestHook = (_request, reply, done) => {
  if (reply.hasHeader('vary')) varyBy(reply, 'accept');
  else reply.header('vary', 'accept');
  done();
};

/** Notes a query that was answered whole, for the response cache. */
function noted(
  { answering }: FastifyRequest,
  { operation: { definition }, context: { report } }: AdmittedOperation,
  result: OperationResult,
): OperationResult {
  const isWhole = result.status === 200 && !result.body.errors;
  if (answering && isWhole && definition.operation === OperationTypeNode.QUERY)
    answering.made = { report, operationName: definition.name?.value };
  return result;
}
