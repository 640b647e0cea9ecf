import { type Config } from './config.js';
import { isLoopback } from './config/values.js';
import { observe } from './gateway/observation.js';
import { openAccount } from './gateway/open-account.js';
import { openAnswers } from './gateway/open-answers.js';
import { openAllowedHosts } from './gateway/open-allowed-hosts.js';
import { openAuthentication } from './gateway/open-authentication.js';
import { openPipeline } from './gateway/open-pipeline.js';
import { openUpstream } from './gateway/open-upstream.js';
import { openWriting } from './gateway/open-writing.js';
import { Opened } from './gateway/opened.js';
import { contextFactory } from './gateway/request-contexts.js';
import { type GatewayParts, surroundingsOf } from './gateway/surroundings.js';
import { drainMs } from './grace-period.js';
import { SubscriptionLimit } from './live/subscription-limit.js';
import { createSchema } from './resolvers/schema.js';
import { type Sandbox } from './sandbox/sandbox.js';
import { openToAll } from './server/auth/authenticator.js';
import { listen } from './server/connections/listen.js';
import { createHttpServer } from './server/http-server.js';
import { RequestRate } from './server/limits/request-rate.js';
import { RequestMemory } from './server/limits/request-memory.js';
import { type MetricFigures } from './server/metrics/metrics.js';
import { type MetricsAccess } from './server/metrics/serve-metrics.js';

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
export async function startGateway(config: Config, parts: GatewayParts = {}): Promise<Gateway> {
  const opened = new Opened();
  try {
    return { ...(await openAll(config, parts, opened)), close: () => opened.close(config.shutdownGraceMs) };
  } catch (error) {
    await opened.close(config.shutdownGraceMs).catch(() => undefined); // why it could not start matters more
    throw error;
  }
}

async function openAll(config: Config, parts: GatewayParts, opened: Opened): Promise<Omit<Gateway, 'close'>> {
  const surroundings = surroundingsOf(config, parts);
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
