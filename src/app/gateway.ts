import { type Logger } from 'pino';
import { ApiKeyFileError, ApiKeys } from '../auth/api-keys.js';
import { allowAnonymous, type Authenticator } from '../auth/credentials.js';
import { type Config } from '../config/config.js';
import { type AccountReader } from '../datasources/campaigns/account-reader.js';
import { ConfigError } from '../config/environment/environment.js';
import { mostBytesOf } from '../config/environment/files.js';
import { noticesOf } from '../config/start-message.js';
import { isLoopback } from '../config/values.js';
import { type Credentials, type CredentialsState } from '../datasources/exotel/credentials-state.js';
import { readHostSetting } from '../domain/network/addresses.js';
import { ExportQueue } from '../export/export-queue.js';
import { SubscriptionLimit } from '../live/subscribers/subscription-limit.js';
import { ResponseCache } from '../operations/response-cache.js';
import { createSchema } from '../resolvers/schema.js';
import { type Sandbox } from '../sandbox/sandbox.js';
import { listen } from '../server/connections/listen.js';
import { AllowedHosts } from '../server/http/access/allowed-hosts.js';
import { AllowedOrigins } from '../server/http/access/allowed-origins.js';
import { createHttpServer } from '../server/http/http-server.js';
import { type MetricsAccess } from '../server/http/metrics-endpoint.js';
import { type Readiness } from '../server/health.js';
import { ClientAddresses } from '../server/limits/client-addresses.js';
import { RequestMemory } from '../server/limits/request-memory.js';
import { RequestRate } from '../server/limits/request-rate.js';
import { type MetricFigures } from '../telemetry/metrics/metrics.js';
import { createTelemetry, type GatewayTelemetry } from '../telemetry/telemetry.js';
import { openAccount, openWriting } from './state/account.js';
import { CredentialsCheck } from './credentials-check.js';
import { Disposables } from './disposables.js';
import { gatewayFacts, version } from './gateway-facts.js';
import { drainMs } from './grace-period.js';
import { openPipeline } from './pipeline.js';
import { contextFactory } from './request-context.js';
import { createRuntime, type GatewayOverrides, type Runtime } from './runtime.js';
import { type OpenUpstream, openUpstream } from './upstream.js';

/** A query is compiled at its third use: dashboards repeat theirs, while a person who edits a query may send it twice. */
const compileAfterUses = 2;

export { type CredentialsState };

/** A running gateway. */
export interface Gateway {
  /** Scheme, host and port. */
  readonly url: string;
  /** The embedded sandbox; undefined with a live upstream. */
  readonly sandbox: Sandbox | undefined;
  /** Whether the upstream accepts the credentials. */
  readonly credentials: Credentials;
  /** Metrics of this process, for the sum over all workers. */
  figures(): Promise<MetricFigures>;
  close(): Promise<void>;
}

/**
 * Builds all rooms and starts to listen. Closes what it has opened where the start fails.
 * @throws ConfigError for a setting that is found to be wrong here: a file of keys, a manifest.
 */
export async function startGateway(config: Config, overrides: GatewayOverrides = {}): Promise<Gateway> {
  const disposables = new Disposables();
  const runtime = createRuntime(config, overrides);
  try {
    const open = await openAll(runtime, overrides, disposables);
    logStart(runtime, open.url);
    return { ...open, close: () => stop(runtime, disposables) };
  } catch (error) {
    await disposables.close(config.shutdownGraceMs).catch(() => undefined); // the first error matters more
    throw error;
  }
}

function logStart({ config, logger }: Runtime, address: string): void {
  const { upstream, access, isCacheOn, redisUrl } = config;
  const facts = {
    version,
    node: process.version,
    address,
    upstream: upstream.kind === 'live' ? new URL(upstream.baseUrl).host : 'sandbox',
    auth: access.auth.mode,
    cache: isCacheOn ? 'on' : 'off',
    redis: redisUrl === undefined ? 'off' : 'on',
  };
  logger.info(facts, 'gateway started');
}

async function stop({ config, logger }: Runtime, disposables: Disposables): Promise<void> {
  const beganAtMs = performance.now();
  logger.info('gateway stopping');
  await disposables.close(config.shutdownGraceMs);
  logger.info({ durationMs: Math.round(performance.now() - beganAtMs) }, 'gateway stopped');
}

async function openAll(
  runtime: Runtime,
  overrides: GatewayOverrides,
  disposables: Disposables,
): Promise<Omit<Gateway, 'close'>> {
  const { config, now, logger, memory, heap } = runtime;
  disposables.add(heap);
  const { tracing } = config;
  warnOf(config, logger);
  const { clusterMetrics } = overrides;
  const telemetry = disposables.add(await createTelemetry({ logger, version, tracing, clusterMetrics }));
  const upstream = await openUpstream(runtime, telemetry, disposables);
  const { rateLimiter, shared, sandbox } = upstream;
  const check = checkCredentials(config, overrides, upstream, disposables);
  const authenticate = await openAuthentication(runtime, disposables);
  const address: { url?: string } = {}; // known once the server listens
  const reads = openAccount(runtime, telemetry, upstream, disposables, () => address.url);
  const { account, live } = reads;
  const writing = openWriting(runtime, telemetry, upstream, reads, disposables);
  const responseCache = openResponseCache(runtime, telemetry);
  heap.onFull(() => responseCache?.evict());
  const schema = await createSchema(config.access.hasAuthDirectives);
  const { limits } = config;
  const subscriptionLimit = new SubscriptionLimit(limits.subscriptionsPerCaller);
  const cachePolicy = {
    scope: config.access.cacheScope,
    hasCallers: config.access.auth.mode !== 'none',
    isInvalidated: config.cacheInvalidation !== undefined,
  };
  const pipeline = openPipeline(config, {
    schema,
    createContext: contextFactory({
      account,
      writing,
      subscriptions: live.subscriptions,
      limit: subscriptionLimit,
      gateway: gatewayFacts(config, upstream),
      publicUrl: config.publicUrl,
      ownUrl: () => address.url,
      now,
      isTagged: config.isCacheOn && (cachePolicy.scope === 'public' || cachePolicy.isInvalidated),
    }),
    telemetry,
    cachePolicy,
    rateLimiter,
    windowRows: account.maximum,
    memory,
    heap,
    compiling: { afterUses: overrides.compare ? 0 : compileAfterUses, compare: overrides.compare },
  });
  const { redis, prefix } = shared;
  const allowedOrigins = openAllowedOrigins(config, logger);
  const { app, shutdown } = await createHttpServer({
    pipeline,
    schema,
    rate: new RequestRate({
      requestsPerMinute: limits.requestsPerMinute,
      redis,
      prefix,
      maximumBytes: memory.requestCounts,
      now: runtime.steadyNow,
    }),
    responseCache,
    maximumBytes: limits.bodyBytes,
    requestMemory: new RequestMemory(memory.requests),
    addresses: new ClientAddresses(limits.trustedProxies),
    connectionLimits: { ...limits, connections: limits.connections ?? memory.connections },
    clientTimeouts: overrides.clientTimeouts,
    ...config.access,
    isSandbox: config.upstream.kind === 'sandbox',
    allowedHosts: openAllowedHosts(config, allowedOrigins),
    allowedOrigins,
    logger,
    mayCallBack: mayCallBack(config.subscriptionCallbackOrigins),
    receiver: live.receiver,
    exports: {
      source: { account, client: upstream.client, now: runtime.steadyNow, sleep: runtime.sleep },
      queue: watchedQueue(telemetry),
    },
    authenticate,
    cachePolicy,
    now,
    telemetry,
    metricsAccess: metricsAccessOf(config),
    readiness: watchState(telemetry, upstream, account, responseCache),
  });
  disposables.add({ close: () => shutdown.end(drainMs(config.shutdownGraceMs)) });
  await Promise.all([shared.ready(), check?.done()]);
  const listening = await listen(app, config.host, config.port);
  shutdown.onShut(listening.close);
  address.url = listening.url;
  const { credentials } = upstream;
  return { url: address.url, sandbox, credentials, figures: () => telemetry.metrics.figures() };
}

/** Tries the credentials of a live upstream, unless `EXOTEL_CHECK` is off or another process knows that they work. */
function checkCredentials(
  { upstream: { kind }, isCredentialsCheckOn }: Config,
  { credentialsPauseMs: pauseMs }: GatewayOverrides,
  { client, credentials, shared }: OpenUpstream,
  disposables: Disposables,
): CredentialsCheck | undefined {
  if (kind !== 'live' || !isCredentialsCheckOn || credentials.state === 'accepted') return undefined;
  return disposables.add(new CredentialsCheck({ client, credentials, ready: () => shared.ready(), pauseMs }));
}

/** Logs what the start message shows too, since a log is read later than a terminal. */
function warnOf(config: Config, logger: Logger): void {
  for (const { kind, text } of noticesOf(config))
    if (kind === 'Weak' || kind === 'Sandbox') logger.warn(text);
}

/** Shows the current state in the metrics and in the readiness probe. */
function watchState(
  { metrics }: GatewayTelemetry,
  { policy, rateLimiter, credentials, shared: { isRedisUp } }: OpenUpstream,
  account: AccountReader,
  responseCache: ResponseCache | undefined,
): Readiness {
  const breaker = () => policy.breakerState;
  const cacheSizes = () => ({ ...account.sizes, ...(responseCache && { responses: responseCache.size }) });
  const readiness = { breaker, credentials: () => credentials.state, isRedisUp };
  metrics.watch({ ...readiness, rateLimiter: () => rateLimiter.figures, cacheSizes });
  return readiness;
}

function watchedQueue({ metrics }: GatewayTelemetry): ExportQueue {
  const queue = new ExportQueue();
  metrics.watchExports(() => queue.sizes);
  return queue;
}

function metricsAccessOf({ host, access: { metricsToken: token } }: Config): MetricsAccess {
  if (token !== undefined) return { to: 'token', token };
  return { to: isLoopback(host) ? 'machine' : 'nobody' };
}

/** Whether events may be sent to a callback URL; `fetch` takes none with a user. @param origins allowed origins; null allows all. */
function mayCallBack(origins: readonly string[] | null) {
  return (text: string): boolean => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || url.username !== '' || url.password !== '') return false;
    return origins === null || origins.includes(url.origin);
  };
}

/** The response cache; undefined if it is off, as with `CACHE=off`. */
function openResponseCache(
  { config: { isCacheOn, responseCacheBytes }, memory }: Pick<Runtime, 'config' | 'memory'>,
  telemetry: GatewayTelemetry,
): ResponseCache | undefined {
  const maximumBytes = responseCacheBytes ?? memory.responses;
  return isCacheOn && maximumBytes > 0 ? new ResponseCache({ maximumBytes, telemetry }) : undefined;
}

/**
 * Web pages that may use the gateway. In development, which is the sandbox without authentication on a loopback host, pages
 * of this machine may: they can do no harm there.
 */
function openAllowedOrigins(
  { host, upstream, access: { auth, corsOrigins } }: Pick<Config, 'host' | 'upstream' | 'access'>,
  logger: Logger,
): AllowedOrigins {
  const isLoopbackAllowed = upstream.kind === 'sandbox' && auth.mode === 'none' && isLoopback(host);
  return new AllowedOrigins({ listed: corsOrigins, isLoopbackAllowed, logger });
}

/** Allowed `Host` and `Origin` headers; undefined where all are allowed, since callers need credentials. */
function openAllowedHosts(
  { host, publicUrl, access: { auth, allowedHosts } }: Pick<Config, 'host' | 'publicUrl' | 'access'>,
  origins: AllowedOrigins,
): AllowedHosts | undefined {
  if (!allowedHosts) return undefined;
  // The upstream calls back at PUBLIC_URL; the embedded sandbox at the address that the gateway listens on.
  const known = [publicUrl === undefined ? host : new URL(publicUrl).hostname].map(readHostSetting);
  return new AllowedHosts({
    hosts: allowedHosts,
    webhookHosts: known.filter((name) => name !== undefined),
    origins,
    isAnyOriginAllowed: auth.mode !== 'none',
  });
}

/**
 * Creates the authenticator for `AUTH_MODE`.
 * @throws ConfigError for an `API_KEYS_FILE` that can't be read.
 */
async function openAuthentication(
  { config, now, logger }: Runtime,
  disposables: Disposables,
): Promise<Authenticator> {
  const { auth } = config.access;
  if (auth.mode === 'none') return allowAnonymous;
  if (auth.mode === 'jwt') {
    const { jwtAuthenticator } = await import('../auth/jwt.js');
    return jwtAuthenticator({ ...auth, now, logger });
  }
  try {
    const keys = await ApiKeys.open(auth.file, mostBytesOf.keys, logger);
    return disposables.add(keys).authenticate;
  } catch (error) {
    if (!(error instanceof ApiKeyFileError)) throw error;
    throw new ConfigError([`API_KEYS_FILE: got ${JSON.stringify(auth.file)}. ${error.message}`]);
  }
}
