import { readFileSync } from 'node:fs';
import { type Redis } from 'ioredis';
import { type Logger } from 'pino';
import { type Config } from '../config/config.js';
import { type AccountReader } from '../datasources/campaigns/account-reader.js';
import { DriftWatch } from '../datasources/exotel/drift/drift-watch.js';
import { type Budget } from '../datasources/exotel/rate-limit/rate-limiter.js';
import { type CallPolicy } from '../datasources/exotel/resilience/call-policy.js';
import { type Audit } from '../datasources/writing/campaign-writer.js';
import { type KeptAnswers } from '../operations/response-cache.js';
import { Readiness } from '../server/health.js';
import { Metrics } from '../telemetry/metrics/metrics.js';
import { Operations } from '../telemetry/operations.js';
import { type Spans } from '../telemetry/spans.js';
import { logFields } from '../domain/request-trace.js';
import { Throttle } from '../telemetry/throttle.js';
import { driftLog, UpstreamCalls } from '../telemetry/upstream-calls.js';

/** What is known without asking anybody. */
export interface Watched {
  readonly policy: CallPolicy;
  readonly budget: Budget;
  readonly account: AccountReader;
  /** Undefined where none is kept. */
  readonly answers: KeptAnswers | undefined;
  /** Undefined where this process is the only gateway. */
  readonly redis: Redis | undefined;
}

/** Everything by which the gateway is seen from outside: metrics, logs, traces, drift. */
export interface Observation {
  readonly metrics: Metrics;
  readonly operations: Operations;
  readonly calls: UpstreamCalls;
  readonly drift: DriftWatch;
  readonly audit: Audit;
  /** Shows how things stand, from then on. */
  watch(watched: Watched): Readiness;
  /** Sends what traces there are. */
  close(): Promise<void>;
}

/**
 * Opens it; what sends traces is loaded only where they go somewhere.
 * @param clusterMetrics what all workers have counted; undefined where this process is none of several.
 */
export async function observe(
  { tracing }: Pick<Config, 'tracing'>,
  logger: Logger,
  clusterMetrics?: () => Promise<string>,
): Promise<Observation> {
  const metrics = new Metrics(version(), clusterMetrics);
  const seldom = new Throttle(() => performance.now());
  const spans = tracing && (await openSpans(tracing, logger, seldom));
  const shared = { logger, spans, seldom };
  return {
    metrics,
    operations: new Operations({ ...shared, metrics: metrics.operations }),
    calls: new UpstreamCalls({ ...shared, metrics: metrics.upstream }),
    drift: new DriftWatch(driftLog(logger, metrics.upstream.drifted)),
    audit: (line, trace) => {
      metrics.wrote(line);
      logger.info({ ...logFields(trace), audit: line }, 'a write');
    },
    watch: ({ policy, budget, account, answers, redis }) => {
      const isRedisUp = redis && (() => redis.status === 'ready');
      const breaker = () => policy.breakerState;
      const kept = () => {
        const { snapshots, campaignWindows, messageWindows } = account.sizes;
        const asBytes = answers && { answers: answers.size };
        return { campaign: snapshots, campaigns: campaignWindows, messages: messageWindows, ...asBytes };
      };
      metrics.watch({ breaker, budget: () => budget.figures, kept, isRedisUp });
      return new Readiness({ breaker, isRedisUp });
    },
    close: async () => spans?.close(),
  };
}

async function openSpans(
  tracing: NonNullable<Config['tracing']>,
  logger: Logger,
  seldom: Throttle,
): Promise<Spans> {
  const { OtlpSpans } = await import('../telemetry/otlp-spans.js');
  const onTrouble = (): void => {
    seldom.run('traces', () => {
      logger.warn('traces cannot be sent to OTEL_EXPORTER_OTLP_ENDPOINT; they are dropped');
    });
  };
  return new OtlpSpans({ ...tracing, onTrouble });
}

function version(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { readonly version: string }).version;
}
