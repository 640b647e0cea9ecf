import { type Logger } from 'pino';
import { ApiKeys, ApiKeysProblem } from '../auth/api-keys.js';
import { type Authenticator, openToAll } from '../auth/credentials.js';
import { type Config } from '../config/config.js';
import { ConfigError } from '../config/environment.js';
import { isLoopback } from '../config/values.js';
import { readHostSetting } from '../domain/addresses.js';
import { SubscriptionLimit } from '../live/subscription-limit.js';
import { KeptAnswers, type KeptAnswersOptions } from '../operations/response-cache.js';
import { createSchema } from '../resolvers/schema.js';
import { type Sandbox } from '../sandbox/sandbox.js';
import { listen } from '../server/connections/listen.js';
import { AllowedHosts } from '../server/http/allowed-hosts.js';
import { createHttpServer } from '../server/http/http-server.js';
import { type MetricsAccess } from '../server/http/metrics-endpoint.js';
import { RequestMemory } from '../server/limits/request-memory.js';
import { RequestRate } from '../server/limits/request-rate.js';
import { type MetricFigures } from '../telemetry/metrics/metrics.js';
import { openAccount, openWriting } from './account.js';
import { Disposables } from './disposables.js';
import { drainMs } from './grace-period.js';
import { observe } from './observation.js';
import { openPipeline } from './pipeline.js';
import { contextFactory } from './request-context.js';
import { type GatewayOverrides, type Runtime, createRuntime } from './runtime.js';
import { openUpstream } from './upstream.js';

/** Where answers are kept as bytes; nowhere where nothing of what they are made of is kept. */
export function openAnswers(
  { config: { isCacheOn, answersCacheBytes }, memory }: Pick<Runtime, 'config' | 'memory'>,
  onLookUp: KeptAnswersOptions['onLookUp'],
): KeptAnswers | undefined {
  const maximumBytes = answersCacheBytes ?? memory.responses;
  return isCacheOn && maximumBytes > 0 ? new KeptAnswers({ maximumBytes, onLookUp }) : undefined;
}

/** Host names that the gateway answers to; undefined: any, where callers show credentials and none are listed. */
export function openAllowedHosts({
  host,
  publicUrl,
  access: { auth, allowedHosts, corsOrigins },
}: Pick<Config, 'host' | 'publicUrl' | 'access'>): AllowedHosts | undefined {
  if (!allowedHosts) return undefined;
  // The upstream calls back at PUBLIC_URL; the embedded sandbox at the address that the gateway listens on.
  const known = [publicUrl === undefined ? host : new URL(publicUrl).hostname].map(readHostSetting);
  return new AllowedHosts({
    hosts: allowedHosts,
    webhookHosts: known.filter((name) => name !== undefined),
    origins: auth.mode === 'none' ? corsOrigins : undefined,
  });
}

/** What tells who asks, and how it is let go of. */
export interface OpenAuthentication {
  readonly authenticate: Authenticator;
  close(): void;
}

/**
 * What tells who asks, as it is configured.
 * @throws ConfigError for a file of keys that can't be read.
 */
export async function openAuthentication(
  { host, access: { auth } }: Config,
  now: () => number,
  logger: Logger,
): Promise<OpenAuthentication> {
  const nothingToClose = (): void => undefined;
  if (auth.mode === 'jwt') {
    const { jwtAuthenticator } = await import('../auth/jwt.js');
    return { authenticate: jwtAuthenticator({ ...auth, now, logger }), close: nothingToClose };
  }
  if (auth.mode === 'none') {
    if (!isLoopback(host))
      logger.warn({ host }, 'AUTH_MODE is none: WHOEVER REACHES THIS HOST CAN READ, SEND AND END CAMPAIGNS');
    return { authenticate: openToAll, close: nothingToClose };
  }
  try {
    const keys = await ApiKeys.open(auth.file, logger);
    return {
      authenticate: keys.authenticate,
      close: () => {
        keys.close();
      },
    };
  } catch (error) {
    if (!(error instanceof ApiKeysProblem)) throw error;
    throw new ConfigError([`API_KEYS_FILE: ${error.message}`]);
  }
}

/** An operation that a screen asks is asked again; what is asked twice may be somebody at work on it. */
const compileAfterUses = 2;

/** A running gateway. */
export interface Gateway {
  /** Scheme, host and port. */
  readonly url: string;
  /** The embedded sandbox, where there is one. */
  readonly sandbox: Sandbox | undefined;
  /** What this process has counted, to be added to the figures of other workers. */
  figures(): Promise<MetricFigures>;
  close(): Promise<void>;
}

/** Builds every room of the house and opens the door: the only place that knows them all. */
export async function startGateway(config: Config, parts: GatewayOverrides = {}): Promise<Gateway> {
  const opened = new Disposables();
  try {
    return { ...(await openAll(config, parts, opened)), close: () => opened.close(config.shutdownGraceMs) };
  } catch (error) {
    await opened.close(config.shutdownGraceMs).catch(() => undefined); // why it could not start matters more
    throw error;
  }
}

async function openAll(
  config: Config,
  parts: GatewayOverrides,
  opened: Disposables,
): Promise<Omit<Gateway, 'close'>> {
  const surroundings = createRuntime(config, parts);
  const { now, logger, memory } = surroundings;
  const observation = opened.add(await observe(config, logger, parts.clusterMetrics), (it) => it.close());
  const { metrics, operations } = observation;
  const upstream = await openUpstream(surroundings, observation, opened);
  const { budget, policy, shared, sandbox } = upstream;
  const authentication = opened.add(await openAuthentication(config, now, logger), (it) => {
    it.close();
  });
  const address: { url?: string } = {}; // known once the server listens
  const reads = openAccount(surroundings, observation, upstream, opened, () => address.url);
  const { account, live } = reads;
  const writing = openWriting(surroundings, observation, upstream, reads);
  const answers = openAnswers(surroundings, metrics.answers);
  const schema = await createSchema();
  const { limits } = config;
  const subscriptionLimit = new SubscriptionLimit(limits.subscriptionsPerCaller);
  const { authenticate } = authentication;
  const pipeline = openPipeline(config, {
    schema,
    createContext: contextFactory(account, writing, live, subscriptionLimit, now),
    observer: operations,
    isPrivate: authenticate !== openToAll, // what is answered depends on scopes
    budget,
    windowRows: account.maximum,
    memory,
    compiling: { afterUses: parts.compare ? 0 : compileAfterUses, compare: parts.compare },
  });
  const { redis, prefix } = shared;
  const { app, closing } = await createHttpServer({
    pipeline,
    schema,
    rate: new RequestRate({ requestsPerMinute: limits.requestsPerMinute, redis, prefix }),
    answers,
    maximumBytes: limits.bodyBytes,
    requestMemory: new RequestMemory(memory.requests),
    connectionLimits: { ...limits, connections: limits.connections ?? memory.connections },
    patience: parts.patience,
    ...config.access,
    allowedHosts: openAllowedHosts(config),
    logger,
    mayCallBack: mayCallBack(config.subscriptionCallbackOrigins),
    receiver: live.receiver,
    authenticate,
    now,
    operations,
    metrics,
    metricsAccess: metricsAccessOf(config),
    readiness: observation.watch({ policy, budget, account, answers, redis }),
  });
  opened.add(closing, (it) => it.end(drainMs(config.shutdownGraceMs)));
  await shared.ready();
  const listening = await listen(app, config.host, config.port);
  closing.onShut(listening.close);
  address.url = listening.url;
  return { url: address.url, sandbox, figures: () => metrics.figures() };
}

function metricsAccessOf({ host, access: { metricsToken: token } }: Config): MetricsAccess {
  if (token !== undefined) return { to: 'token', token };
  return { to: isLoopback(host) ? 'machine' : 'nobody' };
}

/** Whether events may be sent to an address that a request names: null allows every one. */
function mayCallBack(origins: readonly string[] | null) {
  return (url: string): boolean =>
    URL.canParse(url) && (origins === null || origins.includes(new URL(url).origin));
}
