import { type ReadReport } from '../datasources/reading/read-report.js';

const secondMs = 1000;

/** Errors are not answers, and messages are people's numbers and texts: neither is stored anywhere. */
export const notStored = 'no-store';

/**
 * The `Cache-Control` of a query's result without errors. A router, CDN or browser may keep it for as long as the
 * gateway's own cache would, and no longer.
 * @param isPrivate whether results depend on the caller.
 * @returns undefined where the result depends on nothing that was read.
 */
export function cacheControlOf(
  { freshForMs, hasMessages }: Pick<ReadReport, 'freshForMs' | 'hasMessages'>,
  isPrivate: boolean,
): string | undefined {
  const seconds = Math.floor(freshForMs / secondMs);
  if (hasMessages || seconds < 1) return notStored;
  return freshForMs === Infinity ? undefined : `max-age=${seconds}, ${isPrivate ? 'private' : 'public'}`;
}
