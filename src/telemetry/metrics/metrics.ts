import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';
import { webhookKinds } from '../../domain/network/addresses.js';
import { CampaignAction } from '../../domain/campaigns/campaign.js';
import {
  callbackVerdicts,
  connectionEnds,
  connectionRefusals,
  driftKinds,
  driftRoutes,
  invalidationOutcomes,
  exportFormats,
  exportOutcomes,
  readOutcomes,
  resourceKinds,
  responseLookups,
  routeNames,
  writeOutcomes,
} from '../../domain/telemetry.js';
import { codeLabels } from '../error-codes.js';
import { type GatewayState, registerStateMetrics } from './state-metrics.js';
import { type CounterName, type HistogramName, talliedCounter, talliedHistogram } from './tallies.js';

let processRegistry: Registry | undefined;

/**
 * Metrics of the process: memory, event loop, garbage collection. All gateways of a process share them. The collection
 * can't be stopped, so it starts once, at the first scrape.
 */
function processMetrics(): Registry {
  if (!processRegistry) {
    processRegistry = new Registry();
    collectDefaultMetrics({ register: processRegistry });
  }
  return processRegistry;
}

/** Metrics of a process, as data that can be added to those of others. */
export type MetricFigures = MetricObjectWithValues<MetricValue<string>>[];

/** Current connections; read at each scrape. */
interface OpenConnections {
  readonly http: number;
  readonly ws: number;
  readonly unreadBytes: number;
}

/**
 * Metrics of one gateway, in a registry of its own. The values of labels are closed sets: no text of a client or of the
 * upstream becomes one.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #clusterMetrics: (() => Promise<string>) | undefined;

  readonly operations = this.#counter({
    name: 'campaign_gateway_operations_total',
    help: 'Completed GraphQL operations; partial: with data and errors; left: the client had closed its WebSocket before.',
    labelNames: ['type', 'transport', 'outcome'],
  });
  readonly operationSeconds = this.#histogram({
    name: 'campaign_gateway_operation_duration_seconds',
    help: 'Duration of operations; of subscriptions, until they are accepted or refused.',
    labelNames: ['type', 'transport'],
    // From cached responses to operations that waited for the rate limit.
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
  });
  readonly errors = this.#counter({
    name: 'campaign_gateway_errors_total',
    help: 'Errors sent to clients by code.',
    labelNames: ['code'],
    values: [codeLabels],
  });
  readonly httpRequests = this.#counter({
    name: 'campaign_gateway_http_requests_total',
    help: 'Completed HTTP requests by route and status class.',
    labelNames: ['endpoint', 'status'],
  });
  readonly responseLookups = this.#counter({
    name: 'campaign_gateway_response_cache_lookups_total',
    help: 'Lookups in the response cache: hit, stale (an entry behind the response has changed or aged), miss, bypass (not cacheable).',
    labelNames: ['result'],
    values: [responseLookups],
  });
  readonly connectionsRefused = this.#counter({
    name: 'campaign_gateway_connections_refused_total',
    help: 'Connections refused because of the limit of all connections or of one caller or address.',
    labelNames: ['reason'],
    values: [connectionRefusals],
  });
  readonly connectionsEnded = this.#counter({
    name: 'campaign_gateway_connections_ended_total',
    help: 'Connections ended by the gateway: idle, silent or slow, to make room for others; late or full, because the client did not read.',
    labelNames: ['reason'],
    values: [connectionEnds],
  });
  readonly reads = this.#counter({
    name: 'campaign_gateway_reads_total',
    help: 'Answered reads by outcome: hit (fresh cache entry), miss (upstream call), joined (call of another read), stale (old cache entry, because the refresh failed or was slow).',
    labelNames: ['kind', 'outcome'],
    values: [resourceKinds, readOutcomes],
  });
  readonly writes = this.#counter({
    name: 'campaign_gateway_writes_total',
    help: 'Writes by outcome.',
    labelNames: ['what', 'outcome'],
    values: [['CREATE', ...Object.values(CampaignAction)], writeOutcomes],
  });
  readonly exports = this.#counter({
    name: 'campaign_gateway_exports_total',
    help: 'Ended exports by outcome: complete, incomplete, left (by the client).',
    labelNames: ['format', 'outcome'],
    values: [exportFormats, exportOutcomes],
  });
  readonly exportedRows = new Counter({
    name: 'campaign_gateway_exported_rows_total',
    help: 'Rows sent by ended exports.',
    labelNames: ['format'],
    registers: [this.#registry],
  });
  readonly upstreamCalls = this.#counter({
    name: 'campaign_gateway_upstream_calls_total',
    help: 'Requests sent to the upstream, retries included. `status` is `none` without a response; `reason` is `ok` or the failure.',
    labelNames: ['route', 'status', 'reason'],
  });
  readonly upstreamSeconds = this.#histogram({
    name: 'campaign_gateway_upstream_call_duration_seconds',
    help: 'Duration of upstream requests, without the wait for the rate limit.',
    labelNames: ['route'],
    buckets: [0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  readonly upstreamRetries = this.#counter({
    name: 'campaign_gateway_upstream_retries_total',
    help: 'Upstream requests that repeated a failed one.',
    labelNames: ['route'],
    values: [routeNames],
  });
  readonly drift = this.#counter({
    name: 'campaign_gateway_upstream_drift_total',
    help: 'Responses and callbacks that differ from the documentation of the API, by kind: key, status, shape.',
    labelNames: ['route', 'kind'],
    values: [driftRoutes, driftKinds],
  });
  readonly subscriptions = new Gauge({
    name: 'campaign_gateway_subscriptions_open',
    help: 'Open subscriptions.',
    labelNames: ['transport', 'field'],
    registers: [this.#registry],
  });
  readonly eventsPublished = this.#counter({
    name: 'campaign_gateway_events_published_total',
    help: 'Events published; each counts once, for any number of subscribers.',
    labelNames: ['field'],
  });
  readonly eventsDropped = this.#counter({
    name: 'campaign_gateway_events_dropped_total',
    help: 'Events that slow subscribers missed; for campaigns, states that a newer one replaced.',
    labelNames: ['field'],
  });
  readonly cacheInvalidations = this.#counter({
    name: 'campaign_gateway_cache_invalidations_total',
    help: 'Requests to CACHE_INVALIDATION_ENDPOINTS: sent (accepted) or failed; a failed one is repeated.',
    labelNames: ['outcome'],
    values: [invalidationOutcomes],
  });
  readonly callbacks = this.#counter({
    name: 'campaign_gateway_webhooks_total',
    help: 'Callbacks of the upstream by verdict.',
    labelNames: ['kind', 'verdict'],
    values: [webhookKinds, callbackVerdicts],
  });

  /**
   * @param version of the gateway.
   * @param clusterMetrics metrics of all workers, in Prometheus's text format; undefined without `WORKERS`.
   */
  constructor(version: string, clusterMetrics?: () => Promise<string>) {
    this.#clusterMetrics = clusterMetrics;
    new Gauge({
      name: 'campaign_gateway_build_info',
      help: 'Always 1; the labels have the versions of the gateway and of Node.',
      labelNames: ['version', 'node'],
      aggregator: 'first',
      registers: [this.#registry],
    }).set({ version, node: process.versions.node }, 1);
  }

  /** Adds gauges of the current state. */
  watch(state: GatewayState): void {
    registerStateMetrics(this.#registry, state);
  }

  /** Adds gauges of the current connections. */
  watchConnections(open: () => OpenConnections): void {
    const registers = [this.#registry];
    new Gauge({
      name: 'campaign_gateway_connections_open',
      help: 'Open connections by protocol.',
      labelNames: ['protocol'],
      registers,
      collect() {
        const { http, ws } = open();
        this.set({ protocol: 'http' }, http);
        this.set({ protocol: 'ws' }, ws);
      },
    });
    new Gauge({
      name: 'campaign_gateway_unread_bytes',
      help: 'Bytes of responses, events and messages that clients have not read yet.',
      registers,
      collect() {
        this.set(open().unreadBytes);
      },
    });
  }

  /** Adds a gauge of the exports that read and that wait. */
  watchExports(open: () => { readonly running: number; readonly waiting: number }): void {
    new Gauge({
      name: 'campaign_gateway_exports_open',
      help: 'Exports that read (running), or wait for their turn (waiting).',
      labelNames: ['state'],
      registers: [this.#registry],
      collect() {
        const { running, waiting } = open();
        this.set({ state: 'running' }, running);
        this.set({ state: 'waiting' }, waiting);
      },
    });
  }

  /**
   * All metrics in Prometheus's text format: of the gateway and its process, or of all workers.
   * @throws NoResponse if the primary process of the workers does not respond.
   */
  async text(): Promise<string> {
    if (this.#clusterMetrics) return this.#clusterMetrics();
    return `${await this.#registry.metrics()}\n${await processMetrics().metrics()}`;
  }

  /** Metrics of this process alone. */
  async figures(): Promise<MetricFigures> {
    return [...(await this.#registry.getMetricsAsJSON()), ...(await processMetrics().getMetricsAsJSON())];
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #counter<const Names extends readonly string[]>(name: CounterName<Names>) {
    return talliedCounter(name, this.#registry);
  }

  #histogram<const Names extends readonly string[]>(name: HistogramName<Names>) {
    return talliedHistogram(name, this.#registry);
  }
}
