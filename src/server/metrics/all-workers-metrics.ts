import { AggregatorRegistry } from 'prom-client';
import { type MetricFigures } from './metrics.js';

/** A worker, as it is asked. */
export interface FiguresSource {
  figures(): Promise<MetricFigures>;
}

/** What only ever grows: it must not shrink because a worker is gone, or Prometheus takes it for a new start. */
const growing: ReadonlySet<string> = new Set(['counter', 'histogram', 'summary']);

/** What all workers of one gateway count, as one. */
export class AllWorkersMetrics {
  readonly #last = new Map<FiguresSource, MetricFigures>();
  readonly #there = new Set<FiguresSource>();
  /** What those had counted that have ended, as of the last time that they were asked. */
  #left: MetricFigures[] = [];

  joined(worker: FiguresSource): void {
    this.#there.add(worker);
  }

  /** Keeps what it counted. */
  left(worker: FiguresSource): void {
    this.#there.delete(worker);
    const counted = this.#last.get(worker)?.filter(({ type }) => growing.has(String(type)));
    this.#last.delete(worker);
    if (counted) this.#left.push(counted);
  }

  /** All of them in Prometheus's text format; for one that does not answer stands what it said last. */
  async text(): Promise<string> {
    await Promise.all(
      [...this.#there].map(async (worker) => {
        const figures = await worker.figures().catch(() => undefined);
        if (figures && this.#there.has(worker)) this.#last.set(worker, figures);
      }),
    );
    if (this.#left.length > 1)
      this.#left = [await AggregatorRegistry.aggregate(this.#left.splice(0)).getMetricsAsJSON()];
    return AggregatorRegistry.aggregate([...this.#last.values(), ...this.#left]).metrics();
  }
}
