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

let registry: Registry | undefined;

/**
 * What is so of the process, whichever gateway of it is asked: memory, event loop, garbage. Watching the loop and the
 * collector can't be ended, so it begins with the first scrape, and only once.
 */
function processMetrics(): Promise<string> {
  return watched().metrics();
}

/** The same, as another process can add it to its own. */
function processFigures(): Promise<MetricObjectWithValues<MetricValue<string>>[]> {
  return watched().getMetricsAsJSON();
}

function watched(): Registry {
  if (!registry) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}

/** What a process has counted, in a form that can be added to another's. */
export type MetricFigures = MetricObjectWithValues<MetricValue<string>>[];

/**
 * What one gateway counts, in a registry of its own. Labels are closed sets: nothing that a client or the upstream wrote
 * becomes one.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #ofCluster: (() => Promise<string>) | undefined;
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
   * @param ofCluster what all workers have counted; undefined where this process is none of several.
   */
  constructor(version: string, ofCluster?: () => Promise<string>) {
    this.#ofCluster = ofCluster;
    new Gauge({
      name: 'campaign_gateway_build_info',
      help: '1; the version of the gateway and of Node.',
      labelNames: ['version', 'node'],
      aggregator: 'first',
      registers: [this.#registry],
    }).set({ version, node: process.versions.node }, 1);
  }

  /** Shows how things stand, too. */
  watch(state: GatewayState): void {
    registerStateMetrics(this.#registry, state);
  }

  /**
   * Everything in Prometheus's text format, that of the process included; of all workers where this is one.
   * @throws where the primary process of the workers does not answer.
   */
  async text(): Promise<string> {
    if (this.#ofCluster) return this.#ofCluster();
    return `${await this.#registry.metrics()}\n${await processMetrics()}`;
  }

  /** What this process alone has counted. */
  async figures(): Promise<MetricFigures> {
    return [...(await this.#registry.getMetricsAsJSON()), ...(await processFigures())];
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
