import { Gauge, Registry } from 'prom-client';
import { feedMetrics, webhookMetrics } from './live-metrics.js';
import { operationMetrics } from './operation-metrics.js';
import { processMetrics } from './process-metrics.js';
import { readMetrics, writeMetrics } from './read-metrics.js';
import { type GatewayState, watchState } from './state-metrics.js';
import { upstreamMetrics } from './upstream-metrics.js';

/**
 * What one gateway counts, in a registry of its own. Labels are closed sets: nothing that a client or the upstream wrote
 * becomes one.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly operations = operationMetrics(this.#registry);
  readonly upstream = upstreamMetrics(this.#registry);
  readonly read = readMetrics(this.#registry);
  readonly wrote = writeMetrics(this.#registry);
  readonly feed = feedMetrics(this.#registry);
  readonly webhook = webhookMetrics(this.#registry);

  /** @param version of the gateway. */
  constructor(version: string) {
    new Gauge({
      name: 'campaign_gateway_build_info',
      help: '1; the version of the gateway and of Node.',
      labelNames: ['version', 'node'],
      registers: [this.#registry],
    }).set({ version, node: process.versions.node }, 1);
  }

  /** Shows how things stand, too. */
  watch(state: GatewayState): void {
    watchState(this.#registry, state);
  }

  /** In Prometheus's text format, that of the process included. */
  async text(): Promise<string> {
    return `${await this.#registry.metrics()}\n${await processMetrics()}`;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
