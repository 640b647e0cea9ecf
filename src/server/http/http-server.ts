import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type GraphQLSchema } from 'graphql';
import { type Logger } from 'pino';
import { type Authenticator } from '../../auth/credentials.js';
import { GatewayError } from '../../domain/errors.js';
import { type ExportQueue } from '../../export/export-queue.js';
import { type ExportSource } from '../../export/message-export.js';
import { type CallbackReceiver } from '../../live/callback-receiver.js';
import { type CachePolicy } from '../../operations/cache-headers.js';
import { type OperationPipeline } from '../../operations/pipeline.js';
import { type ResponseCache } from '../../operations/response-cache.js';
import { type GatewayTelemetry } from '../../telemetry/telemetry.js';
import { logFields } from '../../domain/requests/request-trace.js';
import { GracefulShutdown } from '../connections/graceful-shutdown.js';
import { Connections, serverFactory, countByCaller } from '../connections/connections.js';
import { IncomingBytes, defaultIncomingBytes } from '../connections/incoming-bytes.js';
import { UnreadBytes } from '../connections/unread-bytes.js';
import { serveGraphiql } from '../graphiql/graphiql.js';
import { serveLandingPage } from '../landing-page.js';
import { type Readiness, serveHealth } from '../health.js';
import { answerClientErrors, refuseIncompleteHeads } from '../limits/broken-requests.js';
import { BodyError, limitBodyMemory, parseJsonBodies, sendOverload } from '../limits/request-bodies.js';
import { type ClientAddresses } from '../limits/client-addresses.js';
import { type RequestMemory } from '../limits/request-memory.js';
import { rateHooks, type RequestRate } from '../limits/request-rate.js';
import { type ClientTimeouts, defaultClientTimeouts } from '../limits/client-timeouts.js';
import { HttpStreams, serveEventStream } from '../subscriptions/http-streams.js';
import { RouterCallbacks } from '../subscriptions/router-callbacks.js';
import { ConnectionCallers } from '../subscriptions/socket-callers.js';
import { serveWebSocket } from '../subscriptions/web-socket.js';
import { serveWebhooks } from '../webhooks.js';
import { type AllowedHosts, refuseOtherHosts } from './access/allowed-hosts.js';
import { type AllowedOrigins } from './access/allowed-origins.js';
import { authenticated } from './access/authentication.js';
import { compressResponses } from './response/compression.js';
import { serveExports } from './export/export-endpoint.js';
import { serveGraphql } from './graphql-endpoint.js';
import { type MetricsAccess, serveMetrics } from './metrics-endpoint.js';
import { refuse } from './refuse.js';
import { decorateRequests } from './request-state.js';
import { allowOrigins, securityHeaders, sendSecurityHeaders } from './response/response-headers.js';

/**
 * Collects the routes of a server. Must be called before any route is added.
 * @returns the methods of a path, for `Allow`; none for an unknown path.
 */
function allowedMethods(app: FastifyInstance): (url: string) => readonly string[] {
  const routes: { readonly path: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    if (url === '*') return; // preflights of @fastify/cors
    const path = new RegExp(`^${url.replace(/:\w+/g, '[^/]*')}$`);
    routes.push({ path, methods: [method].flat() });
  });
  return (url) => {
    const [path = ''] = url.split('?', 1);
    const methods = routes.filter((route) => route.path.test(path)).flatMap((route) => route.methods);
    return [...new Set(methods)].sort();
  };
}

/** No route has a JSON schema: GraphQL validates its input. Without this, Fastify would load a validator anyway. */
const noSchemas = {
  compilersFactory: { buildValidator: refuseSchema, buildSerializer: refuseSchema },
};

/** Longer than any sid, percent-encoded: a sid that is too long is refused as one. */
const longestParameter = 2000;

function refuseSchema(): never {
  throw new Error('A route has a JSON schema, and nothing here compiles it.');
}

/** Dependencies and settings of the server. */
interface HttpServerOptions {
  readonly pipeline: OperationPipeline;
  readonly schema: GraphQLSchema;
  readonly authenticate: Authenticator;
  readonly rate: RequestRate;
  readonly cachePolicy: CachePolicy;
  /** Undefined: no response cache. */
  readonly responseCache: ResponseCache | undefined;
  readonly logger: Logger;
  /** Whether a router may have events sent to a URL. */
  readonly mayCallBack: (url: string) => boolean;
  /** Undefined: any host name is served. */
  readonly allowedHosts: AllowedHosts | undefined;
  readonly receiver: CallbackReceiver;
  readonly exports: { readonly source: ExportSource; readonly queue: ExportQueue };
  readonly telemetry: GatewayTelemetry;
  readonly metricsAccess: MetricsAccess;
  readonly readiness: Readiness;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Largest request body or WebSocket message. */
  readonly maximumBytes: number;
  /** Memory of all requests in flight. */
  readonly requestMemory: RequestMemory;
  /** Addresses of clients, perhaps behind proxies. */
  readonly addresses: ClientAddresses;
  /** 0: no limit. */
  readonly connectionLimits: {
    readonly connections: number;
    readonly connectionsPerCaller: number;
    readonly unreadBytes: number;
  };
  readonly isGraphiqlOn: boolean;
  /** Whether the upstream is the embedded sandbox, whose campaigns the tabs of GraphiQL may use. */
  readonly isSandbox: boolean;
  readonly auth: { readonly mode: 'none' | 'api-key' | 'jwt' };
  /** Origins whose web pages may read responses, besides our own. */
  readonly allowedOrigins: AllowedOrigins;
  /** Besides the defaults. */
  readonly clientTimeouts: Partial<ClientTimeouts> | undefined;
}

/** A server and its shutdown. */
interface HttpServer {
  readonly app: FastifyInstance;
  readonly shutdown: GracefulShutdown;
}

/** The server's connections, limited and counted. */
function connectionsOf(
  { connectionLimits, addresses, maximumBytes, telemetry }: HttpServerOptions,
  { readTimeoutMs, requestMs }: ClientTimeouts,
): Connections {
  const unread = new UnreadBytes({
    maximumBytes: connectionLimits.unreadBytes,
    readTimeoutMs,
    telemetry,
  });
  const connections = new Connections({
    maximum: connectionLimits.connections,
    maximumPerCaller: connectionLimits.connectionsPerCaller,
    unread,
    addresses,
    incoming: new IncomingBytes({
      maximumBytes: Math.max(defaultIncomingBytes, 4 * maximumBytes),
      maximumMessageBytes: maximumBytes,
      messageMs: requestMs,
      telemetry,
    }),
    telemetry,
  });
  telemetry.metrics.watchConnections(() => ({ ...connections.sizes, unreadBytes: unread.heldBytes }));
  return connections;
}

/** Creates the HTTP server with all of its routes, not yet listening. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const clientTimeouts = { ...defaultClientTimeouts, ...options.clientTimeouts };
  const connections = connectionsOf(options, clientTimeouts);
  const app = fastify({
    serverFactory: serverFactory(connections, {
      clientTimeouts,
      onClientError: answerClientErrors(options.telemetry),
    }),
    logger: false,
    schemaController: noSchemas,
    forceCloseConnections: 'idle',
    return503OnClosing: false, // requests on open connections are answered until the end
    bodyLimit: options.maximumBytes,
    routerOptions: { maxParamLength: longestParameter },
    clientErrorHandler: () => undefined, // connections.ts sets one on the server
    frameworkErrors: (_error, _request, reply: FastifyReply) => {
      refuse(reply.headers(securityHeaders), 400, 'The request could not be read.', 'BAD_REQUEST');
    },
  });
  decorateRequests(app, options.addresses);
  compressResponses(app);
  const shutdown = new GracefulShutdown(app, connections);
  if (options.connectionLimits.connectionsPerCaller > 0) countByCaller(app, connections);
  parseJsonBodies(app);
  limitBodyMemory(app, options.requestMemory);
  sendSecurityHeaders(app);
  refuseIncompleteHeads(app);
  refuseOtherHosts(app, options.allowedHosts, options.allowedOrigins);
  answerErrors(app, options.logger);
  await allowOrigins(app, options.allowedOrigins);
  serveHealth(app, options.readiness, shutdown);
  serveMetrics(app, options.telemetry, options.metricsAccess);
  if (options.isGraphiqlOn)
    await serveGraphiql(app, { isSandbox: options.isSandbox, authMode: options.auth.mode });
  else serveLandingPage(app);
  await serveOperations(app, options, shutdown, connections, clientTimeouts);
  await serveWebhooks(app, {
    receiver: options.receiver,
    telemetry: options.telemetry,
    logger: options.logger,
  });
  return { app, shutdown };
}

/** GraphQL over every transport. */
async function serveOperations(
  app: FastifyInstance,
  options: HttpServerOptions,
  shutdown: GracefulShutdown,
  connections: Connections,
  { readTimeoutMs }: ClientTimeouts,
): Promise<void> {
  const { pipeline, schema, logger, telemetry, responseCache, authenticate, cachePolicy } = options;
  const { rate, allowedOrigins, now } = options;
  const onRequest = [authenticated(authenticate, cachePolicy.scope), ...rateHooks(rate, pipeline)];
  const streams = new HttpStreams({ pipeline, shutdown, allowedOrigins, now, logger });
  await serveGraphql(app, {
    pipeline,
    schema,
    logger,
    onRequest,
    responseCache: { cache: responseCache, telemetry, cachePolicy },
    callbacks: new RouterCallbacks({
      pipeline,
      shutdown,
      mayCallBack: options.mayCallBack,
      readTimeoutMs,
      now,
      logger,
    }),
    streams,
    allowedOrigins,
  });
  serveExports(app, { ...options.exports, onRequest, shutdown, allowedOrigins, telemetry, logger, now });
  serveEventStream(app, streams, onRequest);
  serveWebSocket(app, {
    pipeline,
    schema,
    callers: new ConnectionCallers({ authenticate, now, connections, telemetry }),
    shutdown,
    maximumBytes: options.maximumBytes,
    rate,
    allowedOrigins,
    allowedHosts: options.allowedHosts,
    connections,
    addresses: options.addresses,
    memory: options.requestMemory,
    telemetry,
    onFailure: (error) => {
      logger.error({ err: error }, 'a WebSocket message failed with an internal error');
    },
  });
}

/** Answers errors outside of routes in the shape of GraphQL errors, without their cause. */
function answerErrors(app: FastifyInstance, logger: Logger): void {
  const methodsAt = allowedMethods(app);
  // Before the body is read, because the body does not matter here.
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
    // RFC 9110, 15.5.16: the response names the accepted encodings.
    if (statusCode === 415) reply.header('accept-encoding', 'identity');
    if (statusCode < 500)
      return refuse(reply, statusCode, clientErrorMessage(error, statusCode, request), 'BAD_REQUEST');
    logger.error({ ...logFields(request.trace), err: error }, 'a request failed with an internal error');
    return refuse(reply, statusCode, 'Internal server error.', 'INTERNAL_SERVER_ERROR');
  });
}

function clientErrorMessage(error: unknown, statusCode: number, { routeOptions }: FastifyRequest): string {
  if (error instanceof BodyError) return error.message;
  if (statusCode === 413)
    return `The request body is too large; at most ${routeOptions.bodyLimit} bytes are accepted.`;
  if (statusCode === 415) return 'Send content-type: application/json.';
  return 'The request body could not be read.';
}
