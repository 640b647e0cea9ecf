import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue } from 'prom-client';

/** What a process has counted, in a form that can be added to another's. */
export type MetricFigures = MetricObjectWithValues<MetricValue<string>>[];

/** A worker that is asked for its figures. */
export interface FiguresSource {
  figures(): Promise<MetricFigures>;
}

/** Types of metrics that only grow. A sum that shrank would look to Prometheus like a restart, and a burst of everything. */
const cumulativeTypes: ReadonlySet<string> = new Set(['counter', 'histogram', 'summary']);

/** What all workers have counted, added up by prom-client's aggregation. */
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
   * The sums in Prometheus's text format; a worker that does not answer is counted with its last figures. Workers are asked
   * once for all that scrape at the same time.
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

  /** Keeps one sum of all that have exited, however many have. A worker may exit meanwhile. */
  async #mergeExited(): Promise<void> {
    const merged = this.#exited;
    if (merged.length < 2) return;
    const sum = await AggregatorRegistry.aggregate(merged).getMetricsAsJSON();
    this.#exited = [sum, ...this.#exited.slice(merged.length)];
  }
}
