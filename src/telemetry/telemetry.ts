import { randomUUID } from 'node:crypto';
import { type Logger } from 'pino';
import { logFields } from '../domain/requests/request-trace.js';
import { type Telemetry } from '../domain/telemetry.js';
import { codeLabel } from './error-codes.js';
import { Metrics } from './metrics/metrics.js';
import { RunningOperation } from './operations.js';
import { type OtlpOptions, type OtlpSpans } from './otlp-spans.js';
import { Throttle } from './throttle.js';
import { UpstreamCalls } from './upstream-calls.js';

/** Options of the telemetry. */
interface TelemetryOptions {
  readonly logger: Logger;
  /** Version of the gateway. */
  readonly version: string;
  /** Where traces are exported to; undefined where tracing is off. */
  readonly tracing: Omit<OtlpOptions, 'onExported'> | undefined;
  /** Metrics of all workers, in Prometheus's text format; undefined without `WORKERS`. */
  readonly clusterMetrics?: (() => Promise<string>) | undefined;
}

/** Telemetry of a gateway, with its metrics. */
export interface GatewayTelemetry extends Telemetry {
  readonly metrics: Metrics;
  /** Exports the remaining traces. */
  close(): Promise<void>;
}

/** Creates the metrics, log lines and spans of a gateway. OpenTelemetry is loaded only if traces are exported. */
export async function createTelemetry(options: TelemetryOptions): Promise<GatewayTelemetry> {
  const { logger, version, tracing, clusterMetrics } = options;
  const metrics = new Metrics(version, clusterMetrics);
  const throttle = new Throttle();
  const spans = tracing && (await openSpans(tracing, version, logger, throttle));
  // Redaction costs ten times as much as the line. A line about an operation has no field that could need it.
  const operationLog = logger.child({}, { redact: [] });
  const sinks = { metrics, logger, operationLog, throttle, spans };
  const calls = new UpstreamCalls(sinks);
  let isRedisDown = false;
  const failingCaches = new Set<string>(); // hosts of CACHE_INVALIDATION_ENDPOINTS
  return {
    metrics,
    close: async () => spans?.close(),

    operationStarted: (transport, trace) => new RunningOperation(sinks, transport, trace),
    operationFailed: (trace, error, path) => {
      logger.error({ ...logFields(trace), err: error, path }, 'operation failed with an internal error');
    },
    errorSent: (code, request) => {
      metrics.errors(codeLabel(code));
      if (!request) return;
      const { requestId, transport, status, caller, client } = request;
      operationLog.info(
        { requestId, transport, status, code: codeLabel(code), caller, client },
        'request refused',
      );
    },
    httpAnswered: (endpoint, statusCode) => {
      metrics.httpRequests(endpoint ?? 'none', `${Math.floor(statusCode / 100)}xx`);
    },
    responseLookedUp: metrics.responseLookups,
    connectionRefused: metrics.connectionsRefused,
    connectionEnded: metrics.connectionsEnded,

    readAnswered: metrics.reads,
    campaignWritten: (line, trace) => {
      metrics.writes(line.what, line.outcome);
      logger.info({ ...logFields(trace), audit: line }, 'campaign write');
    },

    exportStarted: (format, sid, trace) => {
      const facts = { ...logFields(trace), caller: trace.caller, sid, format };
      logger.info(facts, 'export started');
      return ({ outcome, reason, rows, calls: made, durationMs }) => {
        metrics.exports(format, outcome);
        metrics.exportedRows.inc({ format }, rows);
        const end = { outcome, reason, rows, calls: made, durationMs: Math.round(durationMs) };
        logger.info({ ...facts, ...end }, 'export ended');
      };
    },

    callStarted: (call) => calls.start(call),
    driftFound: (route, drift, trace) => {
      calls.driftFound(route, drift, trace);
    },

    subscriptionOpened: (field, transport) => {
      metrics.subscriptions.inc({ transport, field });
      return () => {
        metrics.subscriptions.dec({ transport, field });
      };
    },
    eventPublished: metrics.eventsPublished,
    eventDropped: metrics.eventsDropped,
    callbackAnswered: metrics.callbacks,
    cacheInvalidated: (outcome, facts) => {
      metrics.cacheInvalidations(outcome);
      if (outcome === 'failed') {
        throttle.run(`invalidation ${facts.host}`, () => {
          failingCaches.add(facts.host);
          logger.warn(facts, 'the cache of a router cannot be invalidated; it is tried again');
        });
      } else if (failingCaches.delete(facts.host))
        logger.info(facts, 'the cache of a router is invalidated again');
    },
    peerMessageIgnored: () => {
      throttle.run('peer message', () => {
        logger.warn('ignored a malformed message from another instance');
      });
    },

    redisFailed: (error, errorCode) => {
      throttle.run('redis', () => {
        isRedisDown = true;
        logger.warn({ err: error, errorCode }, 'Redis cannot be used');
      });
    },
    redisAnswered: () => {
      if (isRedisDown) logger.info('Redis answers again');
      isRedisDown = false;
    },
  };
}

async function openSpans(
  tracing: NonNullable<TelemetryOptions['tracing']>,
  version: string,
  logger: Logger,
  throttle: Throttle,
): Promise<OtlpSpans> {
  const { OtlpSpans } = await import('./otlp-spans.js');
  const { host } = new URL(tracing.endpoint);
  let isCollectorDown = false;
  const onExported = (hasFailed: boolean, errorCode: string | undefined): void => {
    if (hasFailed)
      throttle.run('traces', () => {
        isCollectorDown = true;
        const message = 'traces cannot be exported to OTEL_EXPORTER_OTLP_ENDPOINT and are dropped';
        logger.warn({ host, errorCode }, message);
      });
    else {
      if (isCollectorDown) logger.info({ host }, 'traces are exported again');
      isCollectorDown = false;
    }
  };
  const own = { 'service.version': version, 'service.instance.id': randomUUID() };
  return new OtlpSpans({ ...tracing, resource: { ...own, ...tracing.resource }, onExported });
}
