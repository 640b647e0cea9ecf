import { type ReadReport } from '../datasources/cache/read-report.js';

/** Which caches may store answers. */
export interface CachePolicy {
  /** `public`: any cache; `private`: only that of one client. */
  readonly scope: 'public' | 'private';
  /** Whether callers authenticate, so that answers may depend on them. */
  readonly hasCallers: boolean;
}

const secondMs = 1000;

/** Errors, messages with their personal data, and what depends on the time are stored nowhere. */
export const noStore = 'no-store';
const privateNoStore = 'private, no-store';

/**
 * The `Cache-Control` of a query's result without errors: caches may store it as long as the gateway does. A result for which
 * nothing was read has no lifetime that is known here.
 */
export function cacheControlOf(
  {
    freshForMs,
    hasMessages,
    dependsOnCaller,
  }: Pick<ReadReport, 'freshForMs' | 'hasMessages' | 'dependsOnCaller'>,
  { scope, hasCallers }: CachePolicy,
): string {
  const seconds = Math.floor(freshForMs / secondMs);
  const isPersonal = hasMessages || (dependsOnCaller && scope === 'public');
  if (isPersonal && hasCallers) return privateNoStore;
  if (hasMessages || seconds < 1 || freshForMs === Infinity) return noStore;
  return `max-age=${seconds}, ${scope}`;
}

/** True for a `Cache-Control` with which an answer may be stored. */
export function isStorable(cacheControl: string): boolean {
  return !cacheControl.includes(noStore);
}
