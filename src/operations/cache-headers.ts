import { type ReadReport } from '../datasources/cache/read-report.js';
import { type SentTags } from '../domain/cache-tags.js';

/** Which caches may store answers. */
export interface CachePolicy {
  /** `public`: any cache; `private`: only that of one client. */
  readonly scope: 'public' | 'private';
  /** Whether callers authenticate, so that answers may depend on them. */
  readonly hasCallers: boolean;
  /** Whether shared caches are asked to remove what has changed. */
  readonly isInvalidated: boolean;
}

const secondMs = 1000;

/** Errors, messages with their personal data, and what depends on the time are stored nowhere. */
export const noStore = 'no-store';
const privateNoStore = 'private, no-store';

/** True for a result that only its caller may have. */
function isPersonal(
  { hasMessages, dependsOnCaller }: Pick<ReadReport, 'hasMessages' | 'dependsOnCaller'>,
  { scope, hasCallers }: CachePolicy,
): boolean {
  return hasMessages || (dependsOnCaller && hasCallers && scope === 'public');
}

/**
 * The `Cache-Control` of a query's result without errors: caches may store it as long as the gateway does. A result for which
 * nothing was read has no lifetime that is known here.
 */
export function cacheControlOf(
  report: Pick<ReadReport, 'freshForMs' | 'hasMessages' | 'dependsOnCaller'>,
  policy: CachePolicy,
): string {
  const seconds = Math.floor(report.freshForMs / secondMs);
  if (isPersonal(report, policy)) return policy.hasCallers ? privateNoStore : noStore;
  if (seconds < 1 || report.freshForMs === Infinity) return noStore;
  return `max-age=${seconds}, ${policy.scope}`;
}

/** The tags of a query's result without errors; undefined for one that shared caches never store, however fresh it is. */
export function tagsOf(report: ReadReport, policy: CachePolicy): SentTags | undefined {
  const { tags, used } = report;
  return !tags || isPersonal(report, policy) || !used.all ? undefined : tags.sent;
}

/**
 * True if an entry behind a result was replaced or invalidated while it was made: a shared cache would store the result after
 * the request to remove it.
 */
export function isOvertaken({ used }: Pick<ReadReport, 'used'>): boolean {
  return used.all?.some((entry) => entry.freshForMs() === undefined) === true;
}
