import { collectDefaultMetrics, type MetricObjectWithValues, type MetricValue, Registry } from 'prom-client';

let registry: Registry | undefined;

/**
 * What is so of the process, whichever gateway of it is asked: memory, event loop, garbage. Watching the loop and the
 * collector can't be ended, so it begins with the first scrape, and only once.
 */
export function processMetrics(): Promise<string> {
  return watched().metrics();
}

/** The same, as another process can add it to its own. */
export function processFigures(): Promise<MetricObjectWithValues<MetricValue<string>>[]> {
  return watched().getMetricsAsJSON();
}

function watched(): Registry {
  if (!registry) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
