import { Counter, type Registry } from 'prom-client';
import { ByLabels, type LabelValues } from './by-labels.js';

/** What a metric is called, and what is told of it. */
export interface MetricName<Names extends readonly string[]> {
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
