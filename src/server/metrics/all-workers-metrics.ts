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
  /** What those had counted that have ended, as of the last time that they were asked, added up one after the other. */
  #left: Promise<MetricFigures> = Promise.resolve([]);

  joined(worker: FiguresSource): void {
    this.#there.add(worker);
  }

  /** Keeps what it counted. */
  left(worker: FiguresSource): void {
    this.#there.delete(worker);
    const counted = this.#last.get(worker)?.filter(({ type }) => growing.has(String(type)));
    this.#last.delete(worker);
    if (counted) this.#left = this.#left.then((left) => sumOf([left, counted]));
  }

  /** All of them in Prometheus's text format; for one that does not answer stands what it said last. */
  async text(): Promise<string> {
    await Promise.all(
      [...this.#there].map(async (worker) => {
        const figures = await worker.figures().catch(() => undefined);
        if (figures && this.#there.has(worker)) this.#last.set(worker, figures);
      }),
    );
    let left = this.#left;
    let counted = await left;
    // Who has left meanwhile would be counted neither among those who are there nor among those who left.
    while (left !== this.#left) {
      left = this.#left;
      counted = await left;
    }
    return AggregatorRegistry.aggregate([...this.#last.values(), counted]).metrics();
  }
}

function sumOf(figures: MetricFigures[]): Promise<MetricFigures> {
  return AggregatorRegistry.aggregate(figures).getMetricsAsJSON();
}
