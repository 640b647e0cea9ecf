import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue } from 'prom-client';

/** Metrics of a process, as data that can be added to those of others. */
export type MetricFigures = MetricObjectWithValues<MetricValue<string>>[];

/** Source of the metrics of a worker. */
interface FiguresSource {
  figures(): Promise<MetricFigures>;
}

/** Types of metrics that only grow. Prometheus treats a smaller sum as a restart and would count everything again. */
const cumulativeTypes: ReadonlySet<string> = new Set(['counter', 'histogram', 'summary']);

/** Metrics of all workers, aggregated by prom-client. */
export class ClusterMetrics {
  /** Last figures of each worker; undefined until it has answered once. */
  readonly #workers = new Map<FiguresSource, MetricFigures | undefined>();
  /** Figures of the workers that have exited, as of the last scrape. */
  #exited: MetricFigures[] = [];
  #collecting: Promise<string> | undefined;

  add(worker: FiguresSource): void {
    this.#workers.set(worker, undefined);
  }

  /** Removes a worker that has exited; its counts stay in the sums. */
  remove(worker: FiguresSource): void {
    const figures = this.#workers.get(worker)?.filter(({ type }) => cumulativeTypes.has(String(type)));
    this.#workers.delete(worker);
    if (figures) this.#exited.push(figures);
  }

  /**
   * The sums in Prometheus's text format. A worker that does not respond counts with its last figures. Simultaneous scrapes
   * share one query of the workers.
   */
  text(): Promise<string> {
    this.#collecting ??= this.#collect().finally(() => (this.#collecting = undefined));
    return this.#collecting;
  }

  async #collect(): Promise<string> {
    const workers = [...this.#workers.keys()];
    await Promise.all(
      workers.map(async (worker) => {
        const figures = await worker.figures().catch(() => undefined);
        if (figures && this.#workers.has(worker)) this.#workers.set(worker, figures);
      }),
    );
    await this.#mergeExited();
    const running = [...this.#workers.values()].filter((figures) => figures !== undefined);
    return AggregatorRegistry.aggregate([...this.#exited, ...running]).metrics();
  }

  /** Merges the figures of all exited workers into one, so that memory stays bounded. A worker may exit meanwhile. */
  async #mergeExited(): Promise<void> {
    const merged = this.#exited;
    if (merged.length < 2) return;
    const sum = await AggregatorRegistry.aggregate(merged).getMetricsAsJSON();
    this.#exited = [sum, ...this.#exited.slice(merged.length)];
  }
}
