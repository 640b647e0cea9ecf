const firstMs = 100;
const longestMs = 10_000;

/**
 * How long to wait before a worker that ended is replaced: one that dies at once must not be forked without end.
 * @param quickDeaths how many in a row did not live for long.
 */
export function restartDelayMs(quickDeaths: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.max(0, quickDeaths - 1));
}
