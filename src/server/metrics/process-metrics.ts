import { collectDefaultMetrics, Registry } from 'prom-client';

let registry: Registry | undefined;

/**
 * What is so of the process, whichever gateway of it is asked: memory, event loop, garbage. Watching the loop and the
 * collector can't be ended, so it begins with the first scrape, and only once.
 */
export function processMetrics(): Promise<string> {
  if (!registry) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry.metrics();
}
