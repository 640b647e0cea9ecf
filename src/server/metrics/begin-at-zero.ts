import { type Counter } from 'prom-client';

/**
 * Shows every combination of two labels from the start: to Prometheus, a counter that is first seen at 1 has not grown,
 * and the first of what should never be would raise no alert.
 */
export function beginAtZero<First extends string, Second extends string>(
  counter: Counter<First | Second>,
  [first, firsts]: readonly [First, readonly string[]],
  [second, seconds]: readonly [Second, readonly string[]],
): void {
  for (const one of firsts)
    for (const other of seconds)
      counter.inc({ [first]: one, [second]: other } as Record<First | Second, string>, 0);
}
