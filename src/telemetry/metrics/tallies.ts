import { Counter, type Histogram, type Registry } from 'prom-client';

/** Values of labels, in the order of their names. */
type LabelValues<Names extends readonly string[]> = { readonly [Index in keyof Names]: string };

interface Branch<Leaf> {
  readonly branches: Map<string, Branch<Leaf>>;
  leaf: Leaf | undefined;
}

/** Something for each combination of the values of labels, found without making a text of them. */
class ByLabels<Names extends readonly string[], Leaf> {
  readonly #names: Names;
  readonly #make: () => Leaf;
  readonly #root: Branch<Leaf> = { branches: new Map(), leaf: undefined };
  readonly #all: (readonly [labels: Record<Names[number], string>, leaf: Leaf])[] = [];

  /**
   * @param names of the labels; their values must be of closed sets, since nothing is ever forgotten.
   * @param make makes what belongs to a combination that is new.
   */
  constructor(names: Names, make: () => Leaf) {
    this.#names = names;
    this.#make = make;
  }

  /** All that there are, with their labels. */
  get all(): readonly (readonly [labels: Record<Names[number], string>, leaf: Leaf])[] {
    return this.#all;
  }

  /** What belongs to these values. */
  at(values: LabelValues<Names>): Leaf {
    let branch = this.#root;
    for (const value of values) branch = branch.branches.get(value) ?? grow(branch, value);
    return (branch.leaf ??= this.#bud(values));
  }

  #bud(values: LabelValues<Names>): Leaf {
    const leaf = this.#make();
    const labels = Object.fromEntries(this.#names.map((name, index) => [name, values[index]]));
    this.#all.push([labels as Record<Names[number], string>, leaf]);
    return leaf;
  }
}

function grow<Leaf>(branch: Branch<Leaf>, value: string): Branch<Leaf> {
  const grown: Branch<Leaf> = { branches: new Map(), leaf: undefined };
  branch.branches.set(value, grown);
  return grown;
}

/** What a metric is called, and what is told of it. */
interface MetricName<Names extends readonly string[]> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: Names;
}

/** How it is called, and what is there at 0 from the start: to Prometheus, what begins at 1 has not grown. */
export interface CounterName<Names extends readonly string[]> extends MetricName<Names> {
  readonly fromZero?: readonly LabelValues<Names>[];
}

/**
 * A counter for what happens with every query. prom-client checks the labels of each count and makes a text of them,
 * which took a fortieth of a query; this one counts in plain numbers, and tells prom-client when it is asked for them.
 * @returns counts one more; takes the labels' values in the order of their names.
 */
export function talliedCounter<const Names extends readonly string[]>(
  { name, help, labelNames, fromZero = [] }: CounterName<Names>,
  registry: Registry,
): (...values: LabelValues<Names>) => void {
  const tallies = new ByLabels(labelNames, () => ({ untold: 0 }));
  for (const values of fromZero) tallies.at(values);
  new Counter<Names[number]>({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      for (const [labels, tally] of tallies.all) {
        this.inc(labels, tally.untold);
        tally.untold = 0;
      }
    },
  });
  return (...values) => {
    tallies.at(values).untold += 1;
  };
}

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

/**
 * Shows every combination of two labels from the start: to Prometheus, a counter that is first seen at 1 has not grown,
 * and the first of what should never be would raise no alert.
 */
export function initializeToZero<First extends string, Second extends string>(
  counter: Counter<First | Second>,
  [first, firsts]: readonly [First, readonly string[]],
  [second, seconds]: readonly [Second, readonly string[]],
): void {
  for (const one of firsts)
    for (const other of seconds)
      counter.inc({ [first]: one, [second]: other } as Record<First | Second, string>, 0);
}
