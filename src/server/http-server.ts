import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { GatewayError } from '../domain/errors.js';
import { type AllowedHosts, refuseOtherHosts } from './allowed-hosts.js';
import { authenticated, decorateWithCaller } from './auth/http-authentication.js';
import { Closing } from './closing.js';
import { countForCallers } from './connections/callers-connections.js';
import { connectionServers } from './connections/connection-server.js';
import { Connections } from './connections/connections.js';
import { IncomingBytes, usualIncomingBytes } from './connections/incoming-bytes.js';
import { UnreadBytes } from './connections/unread-bytes.js';
import { serveGraphiql } from './graphiql.js';
import { serveGraphql } from './graphql-endpoint.js';
import { errorBody } from './error-body.js';
import { decorateWithRefusal, refuse } from './refuse.js';
import { serveHealth } from './health.js';
import { ConnectionCallers } from './live/connection-callers.js';
import { answerBrokenRequests } from './limits/broken-requests.js';
import { boundBodies, sendOverload } from './limits/bounded-bodies.js';
import { takeJson } from './limits/json-body.js';
import { openToOrigins } from './limits/open-to-origins.js';
import { rateHooks } from './limits/rate-hook.js';
import { knownMethods } from './known-methods.js';
import { type RequestMemory } from './limits/request-memory.js';
import { securityHeaders, sendSecurityHeaders } from './limits/security-headers.js';
import { type Patience, usualRequestMs, usualTakeMs } from './limits/slow-clients.js';
import { RouterCallbacks } from './live/router-callbacks.js';
import { serveEventStream } from './live/event-stream.js';
import { serveWebSocket } from './live/web-socket.js';
import { type CallbackReceiver } from '../live/callback-receiver.js';
import { serveWebhooks } from './webhooks.js';
import { noSchemas } from './no-schemas.js';
import { type Logger } from './logger.js';
import { type RequestRate } from './limits/request-rate.js';
import { AnswerKeeping } from './answers/answer-keeping.js';
import { type KeptAnswers } from './answers/kept-answers.js';
import { type Authenticator, openToAll } from './auth/authenticator.js';
import { type GraphQLSchema } from 'graphql';
import { type OperationPipeline } from '../operations/pipeline.js';
import { type Operations } from './observe/operations.js';
import { type Metrics } from './metrics/metrics.js';
import { type MetricsAccess, serveMetrics } from './metrics/serve-metrics.js';
import { callbackHeaderLog } from './observe/callback-headers.js';
import { followRequests } from './observe/request-trails.js';
import { onTrail } from './observe/trail.js';
import { type Readiness } from './readiness.js';

/** What the server needs. */
export interface HttpServerOptions {
  readonly pipeline: OperationPipeline;
  readonly schema: GraphQLSchema;
  readonly authenticate: Authenticator;
  readonly rate: RequestRate;
  /** Undefined: no answer is kept. */
  readonly answers: KeptAnswers | undefined;
  readonly operations: Operations;
  readonly logger: Logger;
  /** Whether a router may have its events sent to an address. */
  readonly mayCallBack: (url: string) => boolean;
  /** Undefined: any host may be named. */
  readonly allowedHosts: AllowedHosts | undefined;
  readonly receiver: CallbackReceiver;
  readonly metrics: Metrics;
  readonly metricsAccess: MetricsAccess;
  readonly readiness: Readiness;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Of a request's body, and of a WebSocket's message. */
  readonly maximumBytes: number;
  /** Of all requests that are not answered yet. */
  readonly requestMemory: RequestMemory;
  /** 0: no limit. */
  readonly connectionLimits: {
    readonly connections: number;
    readonly connectionsPerCaller: number;
    readonly unreadBytes: number;
  };
  readonly isGraphiqlOn: boolean;
  /** Whose web pages may read answers, beside our own. */
  readonly corsOrigins: readonly string[];
  /** How long clients may take; tests have less time. */
  readonly patience?: Patience | undefined;
}

/** A server, and how it ends. */
export interface HttpServer {
  readonly app: FastifyInstance;
  readonly closing: Closing;
}

/** Connections as they are limited, and counted. */
function connectionsOf({
  connectionLimits,
  maximumBytes,
  patience,
  metrics,
}: HttpServerOptions): Connections {
  const { connections: counted, operations } = metrics;
  const unread = new UnreadBytes({
    maximumBytes: connectionLimits.unreadBytes,
    takeMs: patience?.takeMs ?? usualTakeMs,
    onEnded: counted.ended,
  });
  const connections = new Connections({
    maximum: connectionLimits.connections,
    maximumPerCaller: connectionLimits.connectionsPerCaller,
    unread,
    incoming: new IncomingBytes({
      maximumBytes: Math.max(usualIncomingBytes, 4 * maximumBytes),
      maximumMessageBytes: maximumBytes,
      messageMs: patience?.requestMs ?? usualRequestMs,
      onEnded: () => {
        counted.ended('slow');
      },
    }),
    onRefused: counted.refused,
    onError: operations.refused,
    onEnded: counted.ended,
  });
  counted.watch(() => ({ ...connections.sizes, unreadBytes: unread.heldBytes }));
  return connections;
}

/** The HTTP server with everything that it serves, not yet listening. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const connections = connectionsOf(options);
  const app = fastify({
    serverFactory: connectionServers(connections, {
      patience: options.patience,
      onClientError: answerBrokenRequests(options.metrics.operations.refused),
    }),
    logger: false,
    schemaController: noSchemas,
    forceCloseConnections: 'idle',
    return503OnClosing: false, // who asks on a connection that is still open is answered
    bodyLimit: options.maximumBytes,
    clientErrorHandler: () => undefined, // the server has its own
    frameworkErrors: (_error, _request, reply: FastifyReply) => {
      void reply
        .code(400)
        .headers(securityHeaders)
        .send(errorBody('The request could not be read.', 'BAD_REQUEST'));
    },
  });
  followRequests(app);
  const closing = new Closing(app, connections);
  decorateWithCaller(app);
  decorateWithRefusal(app);
  if (options.connectionLimits.connectionsPerCaller > 0) countForCallers(app, connections);
  takeJson(app);
  boundBodies(app, options.requestMemory);
  sendSecurityHeaders(app);
  refuseOtherHosts(app, options.allowedHosts);
  answerErrors(app, options.logger);
  await openToOrigins(app, options.corsOrigins);
  serveHealth(app, options.readiness, closing);
  serveMetrics(app, options.metrics, options.metricsAccess);
  if (options.isGraphiqlOn) await serveGraphiql(app);
  await serveOperations(app, options, closing, connections);
  await serveWebhooks(app, {
    receiver: options.receiver,
    onWebhook: options.metrics.webhook,
    onHeaders: callbackHeaderLog(options.logger),
  });
  return { app, closing };
}

/** GraphQL over every transport. */
async function serveOperations(
  app: FastifyInstance,
  options: HttpServerOptions,
  closing: Closing,
  connections: Connections,
): Promise<void> {
  const { pipeline, schema, logger, operations, answers, authenticate, rate, corsOrigins, now } = options;
  const onRequest = [authenticated(authenticate), ...rateHooks(rate, pipeline)];
  await serveGraphql(app, {
    pipeline,
    schema,
    logger,
    onRequest,
    keeping: new AnswerKeeping({ answers, operations, isPrivate: authenticate !== openToAll }),
    callbacks: new RouterCallbacks({ pipeline, closing, mayCallBack: options.mayCallBack, now, logger }),
  });
  serveEventStream(app, { pipeline, onRequest, closing, corsOrigins, logger });
  serveWebSocket(app, {
    pipeline,
    schema,
    callers: new ConnectionCallers({ authenticate, now, connections }),
    closing,
    maximumBytes: options.maximumBytes,
    rate,
    corsOrigins,
    allowedHosts: options.allowedHosts,
    connections,
    memory: options.requestMemory,
    onRefused: options.metrics.operations.refused,
    onFailure: (error) => {
      logger.error({ err: error }, 'a WebSocket message failed for an internal reason');
    },
  });
}

/** Requests that no route took, in the shape of GraphQL's own errors, and nothing of their cause. */
function answerErrors(app: FastifyInstance, logger: Logger): void {
  const methodsAt = knownMethods(app);
  // Before a body is read: what can't be done at an address does not depend on what is sent.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) notFound(request, reply);
    else done();
  });
  const notFound = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const methods = methodsAt(request.url);
    if (methods.length === 0) return refuse(reply, 404, 'There is nothing at this address.', 'NOT_FOUND');
    const allow = methods.join(', ');
    reply.header('allow', allow);
    return refuse(reply, 405, `This address takes ${allow}.`, 'BAD_REQUEST');
  };
  app.setNotFoundHandler(notFound);
  app.setErrorHandler((error: { readonly statusCode?: number }, request, reply) => {
    if (error instanceof GatewayError) return sendOverload(reply, error);
    const statusCode = error.statusCode ?? 500;
    // RFC 9110 (15.5.16): the answer names the encodings that are accepted.
    if (statusCode === 415) reply.header('accept-encoding', 'identity');
    if (statusCode < 500) return refuse(reply, statusCode, mendable(statusCode, request), 'BAD_REQUEST');
    logger.error({ ...onTrail(request.trail), err: error }, 'a request failed for a reason of our own');
    return refuse(reply, statusCode, 'Internal server error.', 'INTERNAL_SERVER_ERROR');
  });
}

function mendable(statusCode: number, { routeOptions }: FastifyRequest): string {
  if (statusCode === 413)
    return `The request body is too large; at most ${routeOptions.bodyLimit} bytes are taken.`;
  if (statusCode === 415) return 'The body must be application/json, and not compressed.';
  return 'The request body could not be read.';
}
