import { randomBytes } from 'node:crypto';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { type Config } from './config.js';
import { ExotelClient } from './datasources/exotel/client.js';
import { Budget } from './datasources/exotel/policy/budget.js';
import { CallPolicy } from './datasources/exotel/policy/call-policy.js';
import { Transport } from './datasources/exotel/transport.js';
import { AccountReads } from './datasources/reading/account-reads.js';
import { ReadingClock } from './datasources/reading/reading-clock.js';
import { defaultFreshness, spedUp } from './datasources/reading/freshness.js';
import { Creates } from './datasources/writing/creates.js';
import { type WithCallbacks } from './datasources/writing/create.js';
import { connect } from './gateway/connect.js';
import { openAnswers } from './gateway/open-answers.js';
import { openAuthentication } from './gateway/open-authentication.js';
import { observe } from './gateway/observation.js';
import { openGuards } from './gateway/open-guards.js';
import { openState } from './gateway/open-state.js';
import { type ServedByPrimary } from './gateway/workers/served.js';
import { contextFactory } from './gateway/request-contexts.js';
import { ChangeFeed } from './live/change-feed.js';
import { LiveChanges } from './live/live-changes.js';
import { SubscriptionLimit } from './live/subscription-limit.js';
import { batchCallsOf, CostCheck } from './resolvers/cost/checked-cost.js';
import { createSchema } from './resolvers/schema.js';
import { type Sandbox } from './sandbox/sandbox.js';
import { createHttpServer } from './server/http-server.js';
import { type Comparison } from './server/execution/compiled-queries.js';
import { type Patience } from './server/limits/slow-clients.js';
import { createLogger, type Logger } from './server/logger.js';
import { type Line } from './workers/line.js';

/** An operation that a screen asks is asked again; what is asked twice may be somebody at work on it. */
const compileAfterUses = 2;

/** What a test may put in place of the machine's own, and what a worker has of its primary. */
export interface GatewayParts {
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly logger?: Logger;
  /** From 0 to 1. */
  readonly random?: () => number;
  /** Waits between two looks for what a lost answer was about. */
  readonly sleep?: (ms: number) => Promise<unknown>;
  /** Looks on while compiled queries are run. */
  readonly compare?: Comparison;
  /** How long clients may take to send a request. */
  readonly patience?: Patience;
  /** Of which this process is a worker: what the workers share is there. */
  readonly primary?: Line<ServedByPrimary>;
}

/** A running gateway. */
export interface Gateway {
  /** Scheme, host and port. */
  readonly url: string;
  /** The embedded sandbox, where there is one. */
  readonly sandbox: Sandbox | undefined;
  close(): Promise<void>;
}

/** Builds every room of the house and opens the door: the only place that knows them all. */
export async function startGateway(config: Config, parts: GatewayParts = {}): Promise<Gateway> {
  const now = parts.now ?? Date.now;
  const logger = parts.logger ?? createLogger(config.logLevel);
  const open: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const closeOne of open.splice(0).reverse()) await closeOne();
  };
  try {
    const observation = await observe(config, logger, parts.primary);
    open.push(() => observation.close());
    const isSandbox = config.upstream.kind === 'sandbox';
    const { sandbox, ...upstream } = await connect(config.upstream);
    open.push(async () => sandbox?.close());
    const shared = openState(config, upstream.accountSid, now, logger, parts.primary);
    open.push(() => {
      shared.close();
    });
    const transport = new Transport({ ...upstream, timeoutMs: config.timeoutMs });
    open.push(() => transport.close());
    const budget = new Budget({ limit: config.rateLimit, now, ledger: shared.ledger });
    open.push(() => {
      budget.close();
    });
    const random = parts.random ?? Math.random;
    const policy = new CallPolicy({ budget, timeoutMs: config.timeoutMs, now, random });
    const { calls: observer, drift, audit, metrics, operations } = observation;
    const { accountSid } = upstream;
    const client = new ExotelClient({ transport, policy, accountSid, now, observer, drift });
    const freshness = isSandbox ? spedUp(defaultFreshness, config.sandbox.speed) : defaultFreshness;
    const feed = new ChangeFeed(now, metrics.feed);
    const clock = new ReadingClock(now);
    const account = new AccountReads({
      client,
      clock,
      now,
      isCacheOn: config.isCacheOn,
      freshness,
      batchCalls: batchCallsOf(config.maximumUpstreamCalls),
      onRead: metrics.read,
      onSeen: (campaign, order) => {
        feed.seen(campaign, order);
        live.others.seen(campaign, order);
      },
      onWrote: (sid) => {
        live.others.wrote(sid);
      },
      shared: shared.readings && { store: shared.readings, waitMs: Math.min(config.timeoutMs, 5000) },
    });
    const authentication = await openAuthentication(config, now, logger);
    open.push(() => {
      authentication.close();
    });
    const address: { url?: string } = {}; // known once the server listens
    const live = new LiveChanges({
      feed,
      account,
      drift,
      clock,
      bus: shared.bus,
      state: shared.state,
      onUnreadable: () => {
        logger.warn('another gateway said something that cannot be read');
      },
      secret: config.webhookSecret ?? randomBytes(32).toString('hex'),
      root: () => config.publicUrl ?? (isSandbox ? address.url : undefined),
      now,
      speed: isSandbox ? config.sandbox.speed : 1,
    });
    open.push(() => {
      live.close();
    });
    const withCallbacks: WithCallbacks = (draft, campaign) => live.urls.fill(draft, campaign);
    const sleep = parts.sleep ?? ((ms: number) => sleepFor(ms, undefined, { ref: false }));
    const creates = new Creates({
      client,
      state: shared.state,
      accountSid,
      timeoutMs: config.timeoutMs,
      now,
      random,
      sleep,
      windowRows: () => account.maximum.campaigns.rows,
      withCallbacks,
    });
    const answers = openAnswers(config, metrics.answers);
    const readiness = observation.watch({ policy, budget, account, answers, redis: shared.redis });
    const schema = await createSchema(now);
    const subscriptionLimit = new SubscriptionLimit(config.limits.subscriptionsPerCaller);
    const writing = { client, creates, audit, now, sleep, withCallbacks };
    const { app, closing } = await createHttpServer({
      schema,
      createContext: contextFactory(account, writing, live, subscriptionLimit),
      guards: openGuards(config, schema, shared),
      answers,
      maximumBytes: config.limits.bodyBytes,
      patience: parts.patience,
      ...config.access,
      logger,
      budget,
      cost: new CostCheck({
        limit: config.maximumUpstreamCalls,
        windowRows: account.maximum,
        maximumValues: config.limits.answerValues,
      }),
      compiling: { afterUses: parts.compare ? 0 : compileAfterUses, compare: parts.compare },
      mayCallBack: mayCallBack(config.subscriptionCallbackOrigins),
      receiver: live.receiver,
      authenticate: authentication.authenticate,
      now,
      operations,
      metrics,
      metricsToken: config.access.metricsToken,
      readiness,
    });
    open.push(() => closing.end(app, config.shutdownGraceMs));
    await shared.ready();
    const url = await app.listen({ host: config.host, port: config.port });
    address.url = url;
    return { url, sandbox, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Whether events may be sent to an address that a request names: null allows every one. */
function mayCallBack(origins: readonly string[] | null) {
  return (url: string): boolean =>
    URL.canParse(url) && (origins === null || origins.includes(new URL(url).origin));
}
