import { type Histogram, type Registry } from 'prom-client';
import { ByLabels, type LabelValues } from './by-labels.js';
import { type MetricName } from './tallied-counter.js';

/** Observations with the same labels. */
interface Tally {
  /** By bucket, each without those below it; the last is for what is above them all. */
  readonly counts: number[];
  sum: number;
}

/** What a histogram is called, and where its buckets end. */
export interface HistogramName<Names extends readonly string[]> extends MetricName<Names> {
  /** Their upper bounds, ascending. */
  readonly buckets: readonly number[];
}

/**
 * A histogram for what is timed with every query, in plain numbers like {@link talliedCounter}. prom-client's takes one
 * observation at a time and no counts, so this is a metric of its own: to its registry that is whatever has a name and
 * says its values.
 * @returns observes one value; takes it before the labels' values, which are in the order of their names.
 */
export function talliedHistogram<const Names extends readonly string[]>(
  { name, help, labelNames, buckets }: HistogramName<Names>,
  registry: Registry,
): (value: number, ...values: LabelValues<Names>) => void {
  const tallies = new ByLabels(labelNames, (): Tally => ({ counts: [...buckets, 0].fill(0), sum: 0 }));
  const get = () => {
    const values = tallies.all.flatMap(([labels, tally]) => samplesOf(name, buckets, labels, tally));
    return Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values });
  };
  registry.registerMetric({ name, get } as unknown as Histogram);
  return (value, ...values) => {
    const tally = tallies.at(values);
    const bucket = bucketOf(value, buckets);
    tally.counts[bucket] = (tally.counts[bucket] ?? 0) + 1;
    tally.sum += value;
  };
}

function bucketOf(value: number, buckets: readonly number[]): number {
  let bucket = 0;
  while (bucket < buckets.length && value > (buckets[bucket] ?? Infinity)) bucket += 1;
  return bucket;
}

/** In Prometheus's format a bucket has those below it, too. */
function samplesOf(
  name: string,
  buckets: readonly number[],
  labels: Readonly<Record<string, string>>,
  { counts, sum }: Tally,
) {
  let count = 0;
  const within = [...buckets, '+Inf'].map((le, index) => {
    count += counts[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count };
  });
  return [
    ...within,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
