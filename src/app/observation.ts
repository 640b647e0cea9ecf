import { readFileSync } from 'node:fs';
import { type Redis } from 'ioredis';
import { type Logger } from 'pino';
import { type Config } from '../config/config.js';
import { type AccountReader } from '../datasources/campaigns/account-reader.js';
import { DriftWatch } from '../datasources/exotel/drift/drift-watch.js';
import { type RateLimiter } from '../datasources/exotel/rate-limit/rate-limiter.js';
import { type CallPolicy } from '../datasources/exotel/resilience/call-policy.js';
import { type Audit } from '../datasources/writing/campaign-writer.js';
import { logFields } from '../domain/request-trace.js';
import { type ResponseCache } from '../operations/response-cache.js';
import { Readiness } from '../server/health.js';
import { Metrics } from '../telemetry/metrics/metrics.js';
import { Operations } from '../telemetry/operations.js';
import { type Spans } from '../telemetry/spans.js';
import { Throttle } from '../telemetry/throttle.js';
import { driftLog, UpstreamCalls } from '../telemetry/upstream-calls.js';

/** Objects whose current state the metrics and the readiness probe show. */
export interface Watched {
  readonly policy: CallPolicy;
  readonly rateLimiter: RateLimiter;
  readonly account: AccountReader;
  /** Undefined where the response cache is off. */
  readonly answers: ResponseCache | undefined;
  /** Undefined without `REDIS_URL`. */
  readonly redis: Redis | undefined;
}

/** Metrics, logs, traces and drift detection of a gateway. */
export interface Observation {
  readonly metrics: Metrics;
  readonly operations: Operations;
  readonly calls: UpstreamCalls;
  readonly drift: DriftWatch;
  readonly audit: Audit;
  /** Adds gauges of the current state to the metrics. */
  watch(watched: Watched): Readiness;
  /** Exports the remaining traces. */
  close(): Promise<void>;
}

/**
 * Creates the observation. OpenTelemetry is loaded only if traces are exported.
 * @param clusterMetrics metrics of all workers, in Prometheus's text format; undefined without `WORKERS`.
 */
export async function observe(
  { tracing }: Pick<Config, 'tracing'>,
  logger: Logger,
  clusterMetrics?: () => Promise<string>,
): Promise<Observation> {
  const metrics = new Metrics(version(), clusterMetrics);
  const throttle = new Throttle(() => performance.now());
  const spans = tracing && (await openSpans(tracing, logger, throttle));
  const shared = { logger, spans, throttle };
  return {
    metrics,
    operations: new Operations({ ...shared, metrics: metrics.operations }),
    calls: new UpstreamCalls({ ...shared, metrics: metrics.upstream }),
    drift: new DriftWatch(driftLog(logger, metrics.upstream.drifted)),
    audit: (line, trace) => {
      metrics.wrote(line);
      logger.info({ ...logFields(trace), audit: line }, 'campaign write');
    },
    watch: ({ policy, rateLimiter, account, answers, redis }) => {
      const isRedisUp = redis && (() => redis.status === 'ready');
      const breaker = () => policy.breakerState;
      const cacheSizes = () => {
        const { snapshots, campaignWindows, messageWindows } = account.sizes;
        const asBytes = answers && { answers: answers.size };
        return { campaign: snapshots, campaigns: campaignWindows, messages: messageWindows, ...asBytes };
      };
      metrics.watch({ breaker, rateLimiter: () => rateLimiter.figures, cacheSizes, isRedisUp });
      return new Readiness({ breaker, isRedisUp });
    },
    close: async () => spans?.close(),
  };
}

async function openSpans(
  tracing: NonNullable<Config['tracing']>,
  logger: Logger,
  throttle: Throttle,
): Promise<Spans> {
  const { OtlpSpans } = await import('../telemetry/otlp-spans.js');
  const onExportFailed = (): void => {
    throttle.run('traces', () => {
      logger.warn('traces cannot be exported to OTEL_EXPORTER_OTLP_ENDPOINT and are dropped');
    });
  };
  return new OtlpSpans({ ...tracing, onExportFailed });
}

function version(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { readonly version: string }).version;
}
