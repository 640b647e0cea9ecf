import {
  collectDefaultMetrics,
  Gauge,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';
import { connectionMetrics } from './connection-metrics.js';
import { feedMetrics, webhookMetrics } from './live-metrics.js';
import { answerMetrics, operationMetrics } from './operation-metrics.js';
import { readMetrics, writeMetrics } from './read-metrics.js';
import { type GatewayState, registerStateMetrics } from './state-metrics.js';
import { upstreamMetrics } from './upstream-metrics.js';

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

/**
 * Metrics of one gateway, in a registry of its own. The values of labels are closed sets: no text of a client or of the
 * upstream becomes one.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #clusterMetrics: (() => Promise<string>) | undefined;
  readonly operations = operationMetrics(this.#registry);
  readonly upstream = upstreamMetrics(this.#registry);
  readonly read = readMetrics(this.#registry);
  readonly answers = answerMetrics(this.#registry);
  readonly wrote = writeMetrics(this.#registry);
  readonly feed = feedMetrics(this.#registry);
  readonly webhook = webhookMetrics(this.#registry);
  readonly connections = connectionMetrics(this.#registry);

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
}
